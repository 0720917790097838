/**
 * Who could relay through Exchange, as grants and never rules.
 *
 * Grants of Postern hold at every listener, rights of Exchange at the address and port of a connector. A grant for
 * clients is made of those that could relay at every door where mail is taken without signing in; what only one address
 * of ours gives is bound to that address by `connectingTo`; what is left is named and not carried over.
 */
import { isTextProblem, parseRange } from '../../config/mod.ts';
import type { IpRange } from '../../std/mod.ts';
import type { DraftNetwork, DraftRule } from '../draft.ts';
import {
  complement,
  difference,
  EVERYBODY,
  intersection,
  isEmpty,
  networksOf,
  NOBODY,
  ofFamilies,
  union,
} from '../networks.ts';
import type { AddressSet } from '../networks.ts';
import type { Remarks } from '../remarks.ts';
import { formatOrigin } from '../types.ts';
import type { Origin } from '../types.ts';
import { isWildcard } from './listeners.ts';
import type { Door } from './listeners.ts';
import type { Powers, Reach } from './reach.ts';
import type { Rules } from './restrictions.ts';

export function grantsOf(doors: readonly Door[], where: Origin, remarks: Remarks): Rules {
  const clients = clientGrants(doors, where, remarks);
  const accounts = accountRules(doors, clients.carried, where, remarks);
  return {
    never: accounts.never,
    allow: [...clients.grants, ...(accounts.grant === undefined ? [] : [accounts.grant])],
  };
}

interface ClientGrants {
  readonly grants: readonly DraftRule[];
  /** Everybody who is in one of them. */
  readonly carried: AddressSet;
}

function clientGrants(doors: readonly Door[], where: Origin, remarks: Remarks): ClientGrants {
  const open = doors.filter(({ submission }) => !submission);
  const everywhere = atEvery(open, 'anonymousRelay');
  const grants: DraftRule[] = [];
  if (!isEmpty(everywhere)) {
    const from = commented(everywhere, open, 'anonymousRelay');
    grants.push({
      name: 'relay-clients',
      from,
      comment: 'anonymous clients with Ms-Exch-SMTP-Accept-Any-Recipient',
    });
  }
  let carried = everywhere;
  for (const address of ownAddresses(open)) {
    const there = open.filter(({ endpoint }) => endpoint.address.text === address);
    const more = difference(atEvery(there, 'anonymousRelay'), everywhere);
    if (isEmpty(more)) continue;
    grants.push({
      name: `relay-clients-of-${address.replace(/[.:]/g, '-')}`,
      from: commented(more, there, 'anonymousRelay'),
      connectingTo: [{ text: address }],
      comment: `the same, only at ${address}`,
    });
    carried = union(carried, more);
  }
  tellLost(doors, carried, where, remarks);
  return { grants, carried };
}

/** Addresses of ours that have doors of their own. */
function ownAddresses(doors: readonly Door[]): ReadonlySet<string> {
  return new Set(doors.flatMap(({ endpoint }) => (isWildcard(endpoint) ? [] : [endpoint.address.text])));
}

/** Who could do something at every one of these doors; for each family at those where its clients can connect. */
function atEvery(doors: readonly Door[], power: keyof Reach): AddressSet {
  const of = (family: 4 | 6): AddressSet => {
    const theirs = doors.filter(({ endpoint }) => endpoint.address.family === family);
    if (theirs.length === 0) return NOBODY;
    const all = theirs.reduce((rest, { reach }) => intersection(rest, reach[power]), EVERYBODY);
    return ofFamilies(all, new Set([family]));
  };
  return union(of(4), of(6));
}

/** Clients that could relay without signing in somewhere, and cannot now. */
function tellLost(doors: readonly Door[], carried: AddressSet, where: Origin, remarks: Remarks): void {
  const all = doors.reduce((sum, { reach }) => union(sum, reach.anonymousRelay), NOBODY);
  const families = new Set(doors.map(({ endpoint }) => endpoint.address.family));
  const lost = networksOf(ofFamilies(difference(all, carried), families));
  if (lost.length === 0) return;
  remarks.left({
    what: `relaying for ${listed(lost)}`,
    where,
    why: 'These clients could relay without signing in at some of the ports or addresses, and not at others or only where clients must sign in here. A grant holds at all of them, so it would open more.',
    remedy: 'Give them an address of ours of their own and add a grant with from and connectingTo.',
  });
}

interface AccountRules {
  readonly grant: DraftRule | undefined;
  readonly never: readonly DraftRule[];
}

/** The grant for accounts, and whom it must not hold for. */
function accountRules(
  doors: readonly Door[],
  clients: AddressSet,
  where: Origin,
  remarks: Remarks,
): AccountRules {
  const offering = doors.filter(({ offersAuth }) => offersAuth);
  const can = atEvery(offering, 'signedInRelay');
  if (isEmpty(can)) return { grant: undefined, never: [] };
  const families = new Set(offering.map(({ endpoint }) => endpoint.address.family));
  const cannot = ofFamilies(complement(can), families);
  const comment = `authenticated clients: ${originsOf(offering, 'signedInRelay')}`;
  const grant: DraftRule = { name: 'signed-in', authenticated: true, comment };
  tellAccounts(where, remarks);
  if (isEmpty(cannot)) return { grant, never: [] };
  if (networksOf(can).length < networksOf(cannot).length) {
    return { grant: { ...grant, from: halved(can).map((text) => ({ text })) }, never: [] };
  }
  const shut = networksOf(difference(cannot, clients));
  if (shut.length === 0) return { grant, never: [] };
  const never: DraftRule = {
    name: 'never-signed-in',
    from: shut.map((text) => ({ text, ...commentOf(text, offering, () => true) })),
    comment: 'a narrower connector without the right shuts what a wider one opens',
  };
  return { grant, never: [never] };
}

/** A grant does not take a network of everybody; its halves, which are everybody signed in, it does. */
function halved(set: AddressSet): readonly string[] {
  const halves = new Map([
    ['0.0.0.0/0', ['0.0.0.0/1', '128.0.0.0/1']],
    ['::/0', ['::/1', '8000::/1']],
  ]);
  return networksOf(set).flatMap((text) => halves.get(text) ?? [text]);
}

function tellAccounts(where: Origin, remarks: Remarks): void {
  remarks.note({
    what: 'clients that authenticate',
    where,
    why: 'Exchange knows the accounts of Windows, and Integrated (NTLM, GSSAPI) among the ways to sign in. Here accounts of Postern sign in with PLAIN or LOGIN, over TLS.',
    remedy:
      'Make them with: postern account add ADDRESS; for logins such as CONTOSO\\alice see accounts.ntDomains.',
  });
}

function commented(set: AddressSet, doors: readonly Door[], power: keyof Powers): readonly DraftNetwork[] {
  return networksOf(set).map((text) => ({ text, ...commentOf(text, doors, (powers) => powers[power]) }));
}

/** The connector that a network comes from: the narrowest that holds it. */
function commentOf(
  text: string,
  doors: readonly Door[],
  counts: (powers: Powers) => boolean,
): { readonly comment?: string } {
  const network = parseRange(text, { everything: true });
  if (isTextProblem(network)) throw new Error(`an importer wrote ${text}: ${network.problem}`);
  const found = doors
    .flatMap(({ connectors }) => connectors)
    .filter(({ powers }) => counts(powers))
    .flatMap(({ connector }) => connector.ranges.map((range) => ({ connector, range })))
    .filter(({ range }) => holds(range, network))
    .toSorted((one, other) => (size(one.range) < size(other.range) ? -1 : 1))[0];
  return found === undefined
    ? {}
    : { comment: `${formatOrigin(found.connector.where)} ${found.connector.name}` };
}

function holds(range: IpRange, network: IpRange): boolean {
  return range.family === network.family && range.first <= network.first && network.last <= range.last;
}

function size(range: IpRange): bigint {
  return BigInt(range.last) - BigInt(range.first);
}

function originsOf(doors: readonly Door[], power: keyof Powers): string {
  const texts = doors.flatMap(({ connectors }) =>
    connectors
      .filter(({ powers }) => powers[power])
      .map(({ connector }) => `${formatOrigin(connector.where)} ${connector.name}`),
  );
  return [...new Set(texts)].join(', ');
}

/** The first few of many. */
export function listed(networks: readonly string[]): string {
  const shown = networks.slice(0, 8).join(', ');
  return networks.length > 8 ? `${shown} and ${networks.length - 8} more networks` : shown;
}
