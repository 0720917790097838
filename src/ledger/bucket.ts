/**
 * One limit applied to one counter: the generic cell rate algorithm in its form as a leaky bucket (ITU-T I.371, annex A), exact
 * in integers and pure.
 *
 * The bucket holds units. A recipient puts `periodMs` units into it, and `recipients` units flow out in every millisecond, so
 * that `recipients` recipients have flown out after `periodMs`: no division, no rounding. It has room for `burst` recipients;
 * what has no room is refused, and a refusal puts nothing in. In any stretch of time no more than burst + rate × time pass.
 *
 * Units stay below 2^53: the configuration bounds `burst` to 1,000,000 and `periodMs` to 31 days.
 */
import type { Limit } from '../policy/mod.ts';

export interface Level {
  /** How full it is, in units; `periodMs` units are one recipient. */
  readonly units: number;
  /** As of this moment, milliseconds since the epoch. */
  readonly at: number;
}

export const EMPTY: Level = { units: 0, at: 0 };

/**
 * The level now. While the clock is behind the last recipient that passed, nothing flows out, so a full bucket stays full until the
 * clock has caught up. A recipient that passes meanwhile starts from there: a clock that is set back and then put forward lets the
 * same time pass twice, and up to twice as many recipients with it.
 */
export function levelAt({ units, at }: Level, { recipients }: Limit, now: number): Level {
  const elapsed = Math.max(0, now - at);
  // The product is exact wherever it matters: one that is not exceeds every level by far.
  return { units: Math.max(0, units - elapsed * recipients), at: now };
}

/** When one more recipient has room: `now` when it has room already. `level` is of `now`. */
export function roomAt({ units, at }: Level, limit: Limit): number {
  const over = units + limit.periodMs - limit.burst * limit.periodMs;
  return at + Math.max(0, Math.ceil(over / limit.recipients));
}

/** The level with one recipient more. */
export function add({ units, at }: Level, { periodMs }: Limit): Level {
  return { units: units + periodMs, at };
}

/** When everything has flown out. */
export function emptyAt({ units, at }: Level, { recipients }: Limit): number {
  return at + Math.ceil(units / recipients);
}

/** How many recipients are in it, begun ones counted whole. */
export function used({ units }: Level, { periodMs }: Limit): number {
  return Math.ceil(units / periodMs);
}
