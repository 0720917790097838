/**
 * Every dimension of the facts, cut into the atoms that some policies cannot tell apart inside.
 *
 * The listener is no dimension: `decide()` does not depend on it. Whether a mailbox exists is none either: that is for the
 * directory to say, and a policy does nothing but ask.
 */
import { isLiteral } from '../mail/mod.ts';
import type { Domain } from '../mail/mod.ts';
import { compilePolicy, locate } from '../policy/mod.ts';
import type { AddressPattern, Policy, PolicySource, RouteSource } from '../policy/mod.ts';
import {
  partitionAccounts,
  partitionAddresses,
  partitionMailboxes,
  partitionMoments,
  recipientIn,
} from './partition/mod.ts';
import type {
  AccountPartition,
  AddressPartition,
  MailboxPartition,
  MomentPartition,
} from './partition/mod.ts';
import type { MailboxPattern } from './types.ts';

export interface Space {
  readonly clients: AddressPartition;
  readonly locals: AddressPartition;
  readonly accounts: AccountPartition;
  readonly senders: MailboxPartition;
  readonly recipients: MailboxPartition;
  readonly moments: MomentPartition;
}

/** A policy as configured and as asked. */
export interface Subject {
  readonly source: PolicySource;
  readonly policy: Policy;
}

/** Throws when the policy is not valid, see `compilePolicy()`. */
export function subjectOf(source: PolicySource): Subject {
  return { source, policy: compilePolicy(source) };
}

/** The space in which all `subjects` can be compared. `from`: time before it is left out; -Infinity: nothing is. */
export function spaceOf(subjects: readonly Subject[], from: number): Space {
  const sources = subjects.map(({ source }) => source);
  const grants = sources.flatMap(({ allow }) => allow);
  const never = sources.flatMap(({ never }) => never);
  return {
    clients: partitionAddresses([...grants, ...never].flatMap((rule) => rule.from ?? [])),
    locals: partitionAddresses(grants.flatMap(({ connectingTo }) => connectingTo ?? [])),
    accounts: partitionAccounts(
      grants.flatMap(({ authenticated }) => (authenticated === 'any' ? [] : (authenticated ?? []))),
    ),
    senders: partitionMailboxes(grants.flatMap(({ senders }) => senders ?? [])),
    recipients: partitionRecipients(
      subjects,
      grants.flatMap(({ recipients }) => recipients ?? []),
    ),
    moments: partitionMoments(
      grants.flatMap(({ until }) => until ?? []),
      from,
    ),
  };
}

/** By routes and literals and by what grants name; where a domain is rewritten, also by what they name at its target. */
function partitionRecipients(
  subjects: readonly Subject[],
  patterns: readonly AddressPattern[],
): MailboxPartition {
  const named: MailboxPattern[] = [...patterns];
  for (const { source } of subjects) {
    named.push(...source.routes.map(patternOfRoute));
    for (const { literal } of source.literals) named.push({ kind: 'domain', domain: literal });
  }
  const partition = partitionMailboxes(named);
  const atTargets = rewrittenPatterns(partition, subjects, patterns);
  return atTargets.length === 0 ? partition : partitionMailboxes([...named, ...atTargets]);
}

export function patternOfRoute({ domain, subdomains }: RouteSource): AddressPattern {
  return { kind: subdomains ? 'subdomains' : 'domain', domain };
}

/** The local parts that are named at the domain where a rewritten one ends, as the client writes them. */
function rewrittenPatterns(
  partition: MailboxPartition,
  subjects: readonly Subject[],
  patterns: readonly AddressPattern[],
): readonly MailboxPattern[] {
  const localParts = new Map<string, string[]>();
  for (const pattern of patterns) {
    if (pattern.kind !== 'address') continue;
    const list = localParts.get(pattern.domain) ?? [];
    localParts.set(pattern.domain, list);
    list.push(pattern.localKey);
  }
  if (localParts.size === 0) return [];
  const found: MailboxPattern[] = [];
  for (const cell of partition.cells) {
    const { pattern } = cell;
    if (pattern === 'everything' || (pattern.kind !== 'domain' && pattern.kind !== 'subdomains')) continue;
    const { domain } = pattern;
    if (isLiteral(domain)) continue; // no route rewrites one
    const recipient = recipientIn(partition, cell, false);
    if (recipient === undefined) continue;
    for (const { policy } of subjects) {
      const target = locate(recipient, policy).mailbox.domain;
      if (target === recipient.domain) continue;
      for (const localKey of localParts.get(target) ?? [])
        found.push(atSource(pattern.kind, localKey, domain));
    }
  }
  return found;
}

function atSource(kind: 'domain' | 'subdomains', localKey: string, domain: Domain): MailboxPattern {
  return { kind: kind === 'domain' ? 'address' : 'addressBelow', localKey, domain };
}
