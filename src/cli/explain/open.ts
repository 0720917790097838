/**
 * Facts that were not given: does the verdict depend on them?
 *
 * A local address is one of the few of a listener, and then each is tried; or any of the machine. Grants are ORed, and the
 * conditions of one do not depend on each other. So a refusal under the least favourable values (a local address and a sender that
 * no grant names) can turn only by a grant that names them, and one value that such a grant names stands for all of them. An
 * acceptance under them cannot turn at all, since never rules ask for neither.
 */
import { isAddressError, parseMailbox } from '../../mail/mod.ts';
import type { Mailbox, ReversePath } from '../../mail/mod.ts';
import { decide, unnamedLocalAddress } from '../../policy/mod.ts';
import type { AddressPattern, Decision, Facts, GrantSource, Policy, PolicySource } from '../../policy/mod.ts';
import { ipv4, ipv6 } from '../../std/mod.ts';
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
  | {
      readonly kind: 'decided';
      readonly facts: Facts;
      /** Not given, asked for by a grant, and without effect here: the facts hold a value that no grant names. */
      readonly assumed: readonly MissingFact[];
    }
  | {
      readonly kind: 'depends';
      readonly on: readonly MissingFact[];
      /** With the facts that a grant names. */
      readonly allowed: Decision;
      /** Without. */
      readonly otherwise: Decision;
    };

export function settle(known: Known, source: PolicySource, policy: Policy): Answer {
  const sender = known.sender === undefined ? leastSender(source) : known.sender;
  const addresses = known.addresses ?? [unnamedLocalAddress(policy)];
  const bases = addresses.map((localAddress): Facts => ({ ...known.facts, localAddress, sender }));
  const [first] = bases;
  if (first === undefined) throw new Error('a listener without an address');
  const refused = bases.find((base) => decide(base, policy).verdict === 'refused');
  if (refused === undefined) return { kind: 'decided', facts: first, assumed: assumedIn(known, source) };
  // First those that differ from the refusal in one fact only.
  const others = [refused, ...bases.filter((base) => base !== refused)];
  for (const facts of [...favoured(others, known, source), ...others]) {
    const allowed = decide(facts, policy);
    if (allowed.verdict === 'refused') continue;
    return { kind: 'depends', on: changed(refused, facts), allowed, otherwise: decide(refused, policy) };
  }
  return { kind: 'decided', facts: refused, assumed: assumedIn(known, source) };
}

/** The facts with what was not given as some grant names it. */
function* favoured(bases: readonly Facts[], known: Known, { allow }: PolicySource): Generator<Facts> {
  for (const base of bases) {
    for (const grant of allow) {
      const facts = favour(base, known, grant);
      if (facts !== undefined) yield facts;
    }
  }
}

function assumedIn({ addresses, sender }: Known, { allow }: PolicySource): MissingFact[] {
  const address = addresses?.length !== 1 && allow.some(({ connectingTo }) => connectingTo !== undefined);
  const claimed = sender === undefined && allow.some(({ senders }) => senders !== undefined);
  return [...(address ? (['toAddress'] as const) : []), ...(claimed ? (['sender'] as const) : [])];
}

/** The facts with what was not given as this grant names it; undefined when it names nothing of that, or it cannot be. */
function favour(base: Facts, { addresses, sender }: Known, grant: GrantSource): Facts | undefined {
  let facts = base;
  if (grant.connectingTo !== undefined && addresses === undefined) {
    const [range] = grant.connectingTo;
    facts = { ...facts, localAddress: range.family === 4 ? ipv4(range.first) : ipv6(range.first) };
  }
  if (grant.senders !== undefined && sender === undefined) {
    const named = senderLike(grant.senders[0]);
    if (named === undefined) return undefined;
    facts = { ...facts, sender: named };
  }
  return facts === base ? undefined : facts;
}

function changed(base: Facts, other: Facts): MissingFact[] {
  return [
    ...(base.localAddress === other.localAddress ? [] : (['toAddress'] as const)),
    ...(base.sender === other.sender ? [] : (['sender'] as const)),
  ];
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
