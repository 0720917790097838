/**
 * Which destinations cannot be reached, and until when they are left alone.
 *
 * When nobody answers at a destination, trying its other messages would only make each of them run into the same time limit,
 * hold a place in flight for minutes, and use up an attempt of its schedule for nothing. So the whole destination rests: one
 * minute, doubling up to fifteen. Its messages are put off until then without counting an attempt. After the rest it is on
 * probation: one attempt at a time, until somebody answers (whatever the answer is) and everything is as before, or nobody
 * does and it rests again.
 *
 * Pure: the time is given.
 */
import type { Outcome, Target } from '../deliver/mod.ts';

const MINUTE = 60_000;

/** The first rest, and the longest, in milliseconds. */
export const FIRST_REST_MS = MINUTE;
export const LONGEST_REST_MS = 15 * MINUTE;
/** How long an unreachable destination is remembered after its rest when nobody has tried it again. */
const REMEMBER_MS = 60 * MINUTE;
/**
 * Destinations are named by strangers, so what is remembered is bounded. Beyond it the oldest is forgotten, which costs one
 * attempt that runs into its time limit.
 */
export const MOST_REMEMBERED = 50_000;

export interface Rest {
  /** When the current rest began and ends, milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
  /** How often in a row nobody answered. */
  readonly failures: number;
  /** What the last attempt ended in; it also answers for the messages that were not tried. */
  readonly outcome: Outcome;
}

export type Change =
  { readonly kind: 'rests'; readonly rest: Rest } | { readonly kind: 'recovered'; readonly rest: Rest };

export interface Health {
  /** What is held against a destination; undefined when it is well. Resting while `now < until`, then on probation. */
  rest(destination: string): Rest | undefined;
  /** Takes note of an attempt's end; answers when that changed something. */
  attempted(destination: string, result: AttemptResult): Change | undefined;
  /** An administrator wants it tried now: the rest ends, and it is on probation. */
  probe(destination: string, now: number): void;
  /** The same for every destination. */
  probeAll(now: number): void;
  /** Forgets what nobody asked for in a long time; the cost is that of all destinations that are not well. */
  sweep(now: number): void;
  readonly size: number;
  entries(): Iterable<readonly [destination: string, Rest]>;
}

/** How an attempt ended, as far as it concerns the destination. */
export interface AttemptResult {
  readonly startedAt: number;
  readonly now: number;
  /** Somebody answered, whatever the answer. */
  readonly answered: boolean;
  /** Another attempt at the destination was answered since this one started. */
  readonly answeredMeanwhile: boolean;
  readonly outcome: Outcome;
}

/**
 * Whether an outcome says that nobody could be reached: RFC 3463 4.4.1 (no answer), 4.4.2 (the connection was lost), or no
 * peer at all. A Maildir has no peer, and what goes wrong there mostly concerns one mailbox.
 */
export function isUnreachable(target: Target, outcome: Outcome): boolean {
  if (outcome.kind !== 'deferred' || target.kind === 'maildir') return false;
  return outcome.status === '4.4.1' || outcome.status === '4.4.2' || outcome.remote === undefined;
}

/** Whether anybody answered in an attempt for which there are outcomes. */
export function isAnswered(target: Target, outcomes: readonly Outcome[]): boolean {
  return outcomes.some((outcome) => !isUnreachable(target, outcome));
}

export function createHealth(): Health {
  /** In the order in which they last failed. */
  const unwell = new Map<string, Rest>();
  return {
    get size() {
      return unwell.size;
    },
    rest: (destination) => unwell.get(destination),
    entries: () => unwell.entries(),
    attempted(destination, { startedAt, now, answered, answeredMeanwhile, outcome }) {
      const before = unwell.get(destination);
      if (answered) {
        if (before === undefined) return undefined;
        unwell.delete(destination);
        return { kind: 'recovered', rest: before };
      }
      // One message that makes the peer hang up must not keep the others from it.
      if (answeredMeanwhile) return undefined;
      // Attempts that were already under way when the rest began only tell the same news once more.
      if (before !== undefined && startedAt < before.until) return undefined;
      const failures = (before?.failures ?? 0) + 1;
      const pause = Math.min(FIRST_REST_MS * 2 ** (failures - 1), LONGEST_REST_MS);
      const rest: Rest = { since: now, until: now + pause, failures, outcome };
      unwell.delete(destination);
      unwell.set(destination, rest);
      forgetOldest(unwell);
      return { kind: 'rests', rest };
    },
    probe(destination, now) {
      const rest = unwell.get(destination);
      if (rest !== undefined && rest.until > now) unwell.set(destination, { ...rest, until: now });
    },
    probeAll(now) {
      for (const [destination, rest] of unwell) {
        if (rest.until > now) unwell.set(destination, { ...rest, until: now });
      }
    },
    sweep(now) {
      for (const [destination, rest] of unwell) {
        if (now >= rest.until + REMEMBER_MS) unwell.delete(destination);
      }
    },
  };
}

function forgetOldest(unwell: Map<string, Rest>): void {
  if (unwell.size <= MOST_REMEMBERED) return;
  for (const oldest of unwell.keys()) {
    unwell.delete(oldest);
    return;
  }
}
