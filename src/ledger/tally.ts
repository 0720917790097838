/**
 * How often something happened, by whom, within about an hour: each count in a bucket that holds as many as are permitted and
 * runs out evenly in an hour (see `bucket.ts`; what a recipient is to a limit, a failure is here). Pure and bounded.
 *
 * A count that has run out is forgotten. When there are too many that have not, new ones are not counted: no flood of new names
 * makes the table forget the count of another.
 */
import type { Limit } from '../policy/mod.ts';
import { add, EMPTY, emptyAt, levelAt, roomAt, used, type Level } from './bucket.ts';

const HOUR = 3_600_000;
/** A full table is looked through for counts that have run out at most this often. Milliseconds. */
const SWEEP_PAUSE = 1_000;

export interface Count {
  /** Begun ones whole. */
  readonly used: number;
  /** So many are permitted that there is no room for another. */
  readonly isReached: boolean;
}

export class Tally {
  readonly #levels: Map<string, Level>;
  readonly #most: number;
  readonly #changed = new Set<string>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(most: number, kept: Iterable<readonly [string, Level]> = []) {
    this.#most = most;
    this.#levels = new Map(kept);
  }

  get size(): number {
    return this.#levels.size;
  }

  /** The count of `key` against `perHour`; undefined: it has none, and there is no room for one. */
  count(key: string, perHour: number, now: number): Count | undefined {
    const level = this.#levels.get(key);
    if (level === undefined && !this.#hasRoom(perHour, now)) return undefined;
    const limit = hourly(perHour);
    const current = levelAt(level ?? EMPTY, limit, now);
    return { used: used(current, limit), isReached: roomAt(current, limit) > now };
  }

  /** Counts one more, up to what is permitted: beyond that nothing is remembered. */
  add(key: string, perHour: number, now: number): void {
    const level = this.#levels.get(key);
    if (level === undefined && !this.#hasRoom(perHour, now)) return;
    const limit = hourly(perHour);
    const current = levelAt(level ?? EMPTY, limit, now);
    const next = add(current, limit);
    this.#put(key, { units: Math.min(next.units, perHour * HOUR), at: next.at });
  }

  /** What another has counted of the same; the higher count holds. */
  raise(
    key: string,
    other: Level,
    { perHour, now }: { readonly perHour: number; readonly now: number },
  ): void {
    const level = this.#levels.get(key);
    if (level === undefined && !this.#hasRoom(perHour, now)) return;
    const limit = hourly(perHour);
    const [mine, theirs] = [levelAt(level ?? EMPTY, limit, now), levelAt(other, limit, now)];
    if (theirs.units > mine.units) this.#put(key, theirs);
  }

  /** Undefined: it has no count. */
  level(key: string): Level | undefined {
    return this.#levels.get(key);
  }

  /** Forgets counts that have run out. */
  sweep(perHour: number, now: number): void {
    this.#sweptAt = now;
    for (const [key, level] of this.#levels) {
      if (emptyAt(level, hourly(perHour)) > now) continue;
      this.#levels.delete(key);
      this.#changed.add(key);
    }
  }

  /** The highest first. */
  highest(most: number, perHour: number, now: number): readonly (Count & { readonly key: string })[] {
    return [...this.#levels.keys()]
      .map((key) => ({ key, ...(this.count(key, perHour, now) ?? { used: 0, isReached: false }) }))
      .filter(({ used: count }) => count > 0)
      .sort((one, other) => other.used - one.used)
      .slice(0, most);
  }

  all(): ReadonlyMap<string, Level> {
    return this.#levels;
  }

  /** The counts that were changed since this was asked last; undefined: forgotten. */
  takeChanges(): ReadonlyMap<string, Level | undefined> {
    const changes = new Map([...this.#changed].map((key) => [key, this.#levels.get(key)] as const));
    this.#changed.clear();
    return changes;
  }

  #put(key: string, level: Level): void {
    this.#levels.set(key, level);
    this.#changed.add(key);
  }

  #hasRoom(perHour: number, now: number): boolean {
    if (this.#levels.size < this.#most) return true;
    if (Math.abs(now - this.#sweptAt) < SWEEP_PAUSE) return false;
    this.sweep(perHour, now);
    return this.#levels.size < this.#most;
  }
}

function hourly(count: number): Limit {
  return { recipients: count, periodMs: HOUR, burst: count, per: 'client' };
}
