/**
 * Which client could relay at an address and port of Exchange.
 *
 * Of the connectors bound there the one whose range of remote addresses holds the client most narrowly gets it, and no
 * other is asked: a connector without the right on a narrower range shuts what a wider one opens.
 */
import type { IpRange } from '../../std/mod.ts';
import { setOf } from '../networks.ts';
import type { AddressSet } from '../networks.ts';
import type { Right, ReceiveConnector } from './objects.ts';

/** What a connector lets its clients do. */
export interface Powers {
  /** Relay without signing in. */
  readonly anonymousRelay: boolean;
  /** Relay after signing in. */
  readonly signedInRelay: boolean;
  /** Send mail for our own domains without signing in. */
  readonly anonymousSubmit: boolean;
}

/** Who could do what at one address and port. */
export interface Reach {
  readonly anonymousRelay: AddressSet;
  readonly signedInRelay: AddressSet;
  readonly anonymousSubmit: AddressSet;
  /** Whom any connector took at all. */
  readonly served: AddressSet;
}

export function powersOf(connector: ReceiveConnector, rights: readonly Right[] | undefined): Powers {
  const { groups, auth } = connector;
  const on = (rights ?? []).filter((right) => right.anyRecipient && right.connector === connector.name);
  const has = (isUser: (user: string) => boolean): boolean =>
    on.some(({ user, deny }) => !deny && isUser(user)) && !on.some(({ user, deny }) => deny && isUser(user));
  // Whoever connects counts as a server of ours that has signed in.
  const trusted = auth.has('ExternalAuthoritative') && groups.has('ExchangeServers');
  const offersAuth = auth.has('BasicAuth') || auth.has('BasicAuthRequireTLS') || auth.has('Integrated');
  return {
    anonymousRelay: trusted || has(isAnonymous),
    signedInRelay: offersAuth && (groups.has('ExchangeUsers') || has(isAuthenticatedUsers)),
    anonymousSubmit: trusted || groups.has('AnonymousUsers'),
  };
}

/** `NT AUTHORITY\ANONYMOUS LOGON` in the languages of Windows, or its identifier. */
export function isAnonymous(user: string): boolean {
  return /anonym/i.test(user) || /^s-1-5-7$/i.test(user.trim());
}

export function isAuthenticatedUsers(user: string): boolean {
  return /\bauthenticated users$/i.test(user) || /^s-1-5-11$/i.test(user.trim());
}

interface Claim {
  readonly range: IpRange;
  readonly size: bigint;
  readonly powers: Powers;
}

/** The reach of connectors that are all bound to the same address and port. */
export function reachOf(
  connectors: readonly { readonly ranges: readonly IpRange[]; readonly powers: Powers }[],
): Reach {
  const claims = connectors
    .flatMap(({ ranges, powers }) =>
      ranges.map((range) => ({ range, size: BigInt(range.last) - BigInt(range.first), powers })),
    )
    .toSorted(narrowerFirst);
  const won = [...settle(claims, 4), ...settle(claims, 6)];
  const where = (power: keyof Powers): AddressSet =>
    setOf(won.filter(({ powers }) => powers[power]).map(({ range }) => range));
  return {
    anonymousRelay: where('anonymousRelay'),
    signedInRelay: where('signedInRelay'),
    anonymousSubmit: where('anonymousSubmit'),
    served: setOf(won.map(({ range }) => range)),
  };
}

/** Exchange does not take two connectors with the same range; should there be two, the one that lets in less counts. */
function narrowerFirst(one: Claim, other: Claim): number {
  if (one.size !== other.size) return one.size < other.size ? -1 : 1;
  return strength(one.powers) - strength(other.powers);
}

function strength({ anonymousRelay, signedInRelay }: Powers): number {
  return (anonymousRelay ? 2 : 0) + (signedInRelay ? 1 : 0);
}

interface Won {
  readonly range: IpRange;
  readonly powers: Powers;
}

/** Gives each address to the first claim that holds it. Near linear: a stretch that is given is never looked at again. */
function settle(claims: readonly Claim[], family: 4 | 6): readonly Won[] {
  const ours = claims.filter(({ range }) => range.family === family);
  const starts = [
    ...new Set(ours.flatMap(({ range }) => [BigInt(range.first), BigInt(range.last) + 1n])),
  ].sort((one, other) => (one < other ? -1 : 1));
  const indexOf = new Map(starts.map((start, index) => [start, index]));
  const owners: (Powers | undefined)[] = starts.map(() => undefined);
  const next = starts.map((_, index) => index);
  for (const { range, powers } of ours) {
    const end = indexOf.get(BigInt(range.last) + 1n) ?? 0;
    for (let at = free(next, indexOf.get(BigInt(range.first)) ?? 0); at < end; at = free(next, at)) {
      owners[at] = powers;
      next[at] = at + 1;
    }
  }
  return owners.flatMap((powers, index): readonly Won[] => {
    const first = starts[index];
    const after = starts[index + 1];
    if (powers === undefined || first === undefined || after === undefined) return [];
    const range: IpRange =
      family === 4
        ? { family, first: Number(first), last: Number(after - 1n) }
        : { family, first, last: after - 1n };
    return [{ range, powers }];
  });
}

/** The first stretch from `at` on that nobody has; shortens the way for the next who asks. */
function free(next: number[], at: number): number {
  let end = at;
  for (let after = next[end]; after !== undefined && after !== end; after = next[end]) end = after;
  for (let step = at; step < end;) {
    const after = next[step] ?? end;
    next[step] = end;
    step = after;
  }
  return end;
}
