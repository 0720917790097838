/** When a recipient is tried again, when its sender is told of a delay, and when we stop trying. Pure. */

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
  readonly receivedAt: number;
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
      /** Given up for its age, not refused: status 4.4.7. */ readonly expired: boolean;
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
  const { now, receivedAt, policy, waitUntil } = facts;
  const expiresAt = receivedAt + policy.expireMs;
  if (now >= expiresAt) return EXPIRED;
  const attempts = waitUntil === undefined ? recipient.attempts + 1 : recipient.attempts;
  const wanted = waitUntil ?? now + delayAfter(attempts, policy);
  const warn =
    !recipient.warned && policy.warnAfterMs !== undefined && now >= receivedAt + policy.warnAfterMs;
  return { kind: 'deferred', attempts, nextAttempt: Math.min(wanted, expiresAt), warn };
}

/** The pause after the given number of attempts, from 1. */
function delayAfter(attempts: number, policy: RetryPolicy): number {
  const { delaysMs } = policy;
  return delaysMs[Math.min(attempts, delaysMs.length) - 1] ?? delaysMs[0];
}
