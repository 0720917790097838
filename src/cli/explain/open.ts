/**
 * Facts that were not given: does the verdict depend on them?
 *
 * Grants are ORed, and the conditions of one do not depend on each other. So a refusal under the least favourable values (a local
 * address and a sender that no grant names) can turn only by a grant that names them, and one value that such a grant names stands
 * for all of them. An acceptance cannot turn at all, since never rules ask for neither.
 */
import { isAddressError, parseMailbox } from '../../mail/mod.ts';
import type { Mailbox, ReversePath } from '../../mail/mod.ts';
import { decide, unnamedLocalAddress } from '../../policy/mod.ts';
import type { AddressPattern, Decision, Facts, GrantSource, Policy, PolicySource } from '../../policy/mod.ts';
import { inRange, ipv4, ipv6 } from '../../std/mod.ts';
import type { IpAddress } from '../../std/mod.ts';

/** What is known; the two that may be missing apart. */
export interface Known {
  readonly facts: Omit<Facts, 'localAddress' | 'sender'>;
  /** undefined: any address of this machine. */
  readonly addresses: readonly IpAddress[] | undefined;
  /** undefined: not said. */
  readonly sender: ReversePath | undefined;
}

export type MissingFact = 'toAddress' | 'sender';

/** The verdict, or two that differ by facts that were not given. */
export type Answer =
  | { readonly kind: 'decided'; readonly facts: Facts }
  | {
      readonly kind: 'depends';
      readonly on: readonly MissingFact[];
      /** With the facts that a grant names. */
      readonly allowed: Decision;
      /** Without. */
      readonly otherwise: Decision;
    };

export function settle(known: Known, source: PolicySource, policy: Policy): Answer {
  const base: Facts = {
    ...known.facts,
    localAddress: leastAddress(known, source, policy),
    sender: known.sender === undefined ? leastSender(source) : known.sender,
  };
  const otherwise = decide(base, policy);
  if (otherwise.verdict === 'refused') {
    for (const grant of source.allow) {
      const favoured = favour(base, known, grant);
      if (favoured === undefined) continue;
      const allowed = decide(favoured, policy);
      if (allowed.verdict === 'accepted')
        return { kind: 'depends', on: changed(base, favoured), allowed, otherwise };
    }
  }
  return { kind: 'decided', facts: base };
}

/** The facts with what was not given as this grant names it; undefined when it names nothing of that, or it cannot be. */
function favour(base: Facts, { addresses, sender }: Known, grant: GrantSource): Facts | undefined {
  let facts = base;
  if (grant.connectingTo !== undefined && addresses?.length !== 1) {
    const localAddress = addressWithin(grant.connectingTo, addresses);
    if (localAddress === undefined) return undefined;
    facts = { ...facts, localAddress };
  }
  if (grant.senders !== undefined && sender === undefined) {
    const named = senderLike(grant.senders[0]);
    if (named === undefined) return undefined;
    facts = { ...facts, sender: named };
  }
  return facts === base ? undefined : facts;
}

function changed(base: Facts, favoured: Facts): MissingFact[] {
  return [
    ...(base.localAddress === favoured.localAddress ? [] : (['toAddress'] as const)),
    ...(base.sender === favoured.sender ? [] : (['sender'] as const)),
  ];
}

function addressWithin(
  ranges: NonNullable<GrantSource['connectingTo']>,
  addresses: readonly IpAddress[] | undefined,
): IpAddress | undefined {
  if (addresses !== undefined)
    return addresses.find((address) => ranges.some((range) => inRange(address, range)));
  const [range] = ranges;
  return range.family === 4 ? ipv4(range.first) : ipv6(range.first);
}

/** An address that can be and that no grant names, or at least one that can be. */
function leastAddress({ addresses }: Known, { allow }: PolicySource, policy: Policy): IpAddress {
  if (addresses === undefined) return unnamedLocalAddress(policy);
  const ranges = allow.flatMap(({ connectingTo }) => connectingTo ?? []);
  const [first] = addresses;
  if (first === undefined) throw new Error('a listener without an address');
  return addresses.find((address) => !ranges.some((range) => inRange(address, range))) ?? first;
}

/** A sender that no grant names. */
function leastSender({ allow }: PolicySource): ReversePath {
  const patterns = allow.flatMap(({ senders }) => senders ?? []);
  if (!patterns.some(({ kind }) => kind === 'null')) return null;
  // RFC 2606: nobody has a domain below .invalid, and no pattern can sensibly name this one.
  return mailbox('anybody@postern-explain.invalid') ?? null;
}

function senderLike(pattern: AddressPattern): ReversePath | undefined {
  switch (pattern.kind) {
    case 'null':
      return null;
    case 'domain':
      return mailbox(`anybody@${pattern.domain}`);
    case 'subdomains':
      return mailbox(`anybody@any.${pattern.domain}`);
    case 'address':
      return (
        mailbox(`${pattern.localKey}@${pattern.domain}`) ??
        mailbox(`${quoted(pattern.localKey)}@${pattern.domain}`)
      );
    default:
      return pattern satisfies never;
  }
}

function mailbox(text: string): Mailbox | undefined {
  const parsed = parseMailbox(text);
  return isAddressError(parsed) ? undefined : parsed;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, String.raw`\$&`)}"`;
}
