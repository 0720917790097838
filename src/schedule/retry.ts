/** When a recipient is tried again, when its sender is told of a delay, and when we stop trying. Pure. */
import type { DeliverBy, Envelope } from '../spool/mod.ts';

/** All times in milliseconds. */
export interface RetryPolicy {
  /** Pauses after the first, second, ... attempt; the last one repeats. */
  readonly delaysMs: readonly [number, ...number[]];
  /** How long after its arrival a message is tried at all (RFC 5321 4.5.4.1 asks for four to five days). */
  readonly expireMs: number;
  /** How long after the arrival the sender is told that it takes longer; undefined: never. */
  readonly warnAfterMs: number | undefined;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** 15 min, 30 min, 1 h, 4 h, then every 4 h until five days have passed. */
export const DEFAULT_RETRY: RetryPolicy = {
  delaysMs: [15 * MINUTE, 30 * MINUTE, HOUR, 4 * HOUR],
  expireMs: 120 * HOUR,
  warnAfterMs: 4 * HOUR,
};

export interface RetryFacts {
  readonly now: number;
  /** When it arrived, or was released by its sender's order if that was later (RFC 4865). */
  readonly receivedAt: number;
  /** The time that the sender gave (RFC 2852). */
  readonly deliverBy?: DeliverBy | undefined;
  readonly policy: RetryPolicy;
  /**
   * The recipient was not tried itself: its destination is known to be out of reach until then. That counts as no attempt,
   * so that its own schedule starts when somebody answers; its age counts all the same.
   */
  readonly waitUntil?: number;
}

/** What becomes of a recipient. */
export type Verdict =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'failed';
      /** Given up for its age, not refused: status 4.4.7. */
      readonly expired: boolean;
      /** For the time that its sender gave: status 5.4.7. */
      readonly overdue?: true;
    }
  | {
      readonly kind: 'deferred';
      readonly attempts: number;
      readonly nextAttempt: number;
      /** It is time for the one delay warning. */
      readonly warn: boolean;
    };

const DELIVERED: Verdict = { kind: 'delivered' };
const REFUSED: Verdict = { kind: 'failed', expired: false };
const EXPIRED: Verdict = { kind: 'failed', expired: true };
const OVERDUE: Verdict = { kind: 'failed', expired: true, overdue: true };

/**
 * Judges one recipient after an attempt.
 *
 * The last attempt is made when the message expires, not up to four hours earlier; only when that one is deferred, too, is the
 * recipient given up. So a message that comes due long after its time (the server was off) still gets one attempt.
 */
export function afterOutcome(
  recipient: { readonly attempts: number; readonly warned: boolean },
  outcome: { readonly kind: 'delivered' | 'deferred' | 'failed' },
  facts: RetryFacts,
): Verdict {
  if (outcome.kind === 'delivered') return DELIVERED;
  if (outcome.kind === 'failed') return REFUSED;
  const { now, receivedAt, deliverBy, policy, waitUntil } = facts;
  if (isOverdue(facts, now)) return OVERDUE;
  const expiresAt = receivedAt + policy.expireMs;
  if (now >= expiresAt) return EXPIRED;
  const attempts = waitUntil === undefined ? recipient.attempts + 1 : recipient.attempts;
  const wanted = waitUntil ?? now + delayAfter(attempts, policy);
  const warn = !recipient.warned && now >= warnAt(facts);
  // When the time is over, something is to be told, after a last attempt.
  const bound = deliverBy !== undefined && deliverBy.at > now ? Math.min(expiresAt, deliverBy.at) : expiresAt;
  return { kind: 'deferred', attempts, nextAttempt: Math.min(wanted, bound), warn };
}

/** Whether a message is to be returned rather than delivered (RFC 2852 4.1): it must not be tried any more. */
export function isOverdue({ deliverBy }: Pick<RetryFacts, 'deliverBy'>, now: number): boolean {
  return deliverBy?.mode === 'return' && now >= deliverBy.at;
}

/** Since when a message is tried, milliseconds since the epoch: what is held by its sender's order does not grow old. */
export function triedSince({ receivedAt, holdUntil }: Pick<Envelope, 'receivedAt' | 'holdUntil'>): number {
  return Math.max(receivedAt, holdUntil ?? receivedAt);
}

/** Until when a message is tried, milliseconds since the epoch. */
export function triedUntil(
  envelope: Parameters<typeof triedSince>[0] & Pick<Envelope, 'deliverBy'>,
  { expireMs }: RetryPolicy,
): number {
  const { deliverBy } = envelope;
  const until = triedSince(envelope) + expireMs;
  return deliverBy?.mode === 'return' ? Math.min(until, deliverBy.at) : until;
}

/** Who says when a delay is worth telling is told then, and not at our time. */
function warnAt({ receivedAt, deliverBy, policy }: RetryFacts): number {
  if (deliverBy?.mode === 'notify') return deliverBy.at;
  return policy.warnAfterMs === undefined ? Infinity : receivedAt + policy.warnAfterMs;
}

/** The pause after the given number of attempts, from 1. */
function delayAfter(attempts: number, policy: RetryPolicy): number {
  const { delaysMs } = policy;
  return delaysMs[Math.min(attempts, delaysMs.length) - 1] ?? delaysMs[0];
}
