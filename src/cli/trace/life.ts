/** What became of a transaction, recipient by recipient. Pure. */
import type { AttemptRecord, DecisionRecord, Passage } from '../../history/mod.ts';

/** The name in the queue; undefined when no message came of it. */
export function nameOf({ message, attempts, notices, session }: Passage): string | undefined {
  if (message !== null) return message.id;
  if (session !== null) return undefined;
  return attempts[0]?.id ?? notices[0]?.id;
}

/** What a decision came to, the policy and what restrains it together. */
export function isAcceptedRecord({ outcome, restrained }: DecisionRecord): boolean {
  return restrained === null && ACCEPTED[outcome];
}

const ACCEPTED: Record<DecisionRecord['outcome'], boolean> = {
  inbound: true,
  forward: true,
  relay: true,
  alwaysRelay: true,
  unknownMailbox: false,
  mailboxUnavailable: false,
  routingCharacters: false,
  rerouteOff: false,
  neverRule: false,
  noGrant: false,
};

/** `open`: neither delivered nor given up, as far as is recorded. */
export type Fate = Exclude<AttemptRecord['outcome'], 'deferred'> | 'open';

/** The recipients of the message, in order, each with what became of it; empty when there is no message. */
export function fatesOf(passage: Passage): ReadonlyMap<string, Fate> {
  const fates = new Map<string, Fate>();
  if (nameOf(passage) === undefined) return fates;
  for (const record of passage.decisions) if (isAcceptedRecord(record)) fates.set(record.address, 'open');
  // Once it is over, only a crash can repeat an attempt.
  for (const { recipient, outcome } of passage.attempts) {
    if (outcome !== 'deferred') fates.set(recipient, outcome);
    else if (!fates.has(recipient)) fates.set(recipient, 'open');
  }
  return fates;
}

export function senderOf({ message, decisions }: Passage): string {
  return message?.sender ?? decisions[0]?.sender ?? '';
}

/** Milliseconds since the epoch, of the first thing that is known of it. */
export function beginOf({ decisions, message, attempts, notices }: Passage): number {
  const moments = [...decisions, ...(message === null ? [] : [message]), ...attempts, ...notices];
  return moments.reduce((first, { at }) => Math.min(first, at), Infinity);
}
