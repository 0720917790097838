/**
 * The counters of all limits, in memory and bounded. A counter that has run empty is forgotten, since it says nothing; when there
 * are too many that have not, whoever needs a new one is put off: nobody gets past a limit by making the table forget.
 */
import type { GrantSource, Limit } from '../policy/mod.ts';
import { add, EMPTY, emptyAt, levelAt, roomAt, used, type Level } from './bucket.ts';
import { counterKey, type Counting } from './counting.ts';

export interface Counter extends Counting {
  readonly level: Level;
}

export type Taken =
  | { readonly kind: 'taken' }
  /** Over a limit: the one that keeps the recipient out for the longest. */
  | { readonly kind: 'limit'; readonly until: number; readonly counting: Counting }
  /** There is no room for another counter now. */
  | { readonly kind: 'full' };

/** A limit that is in use, for people. */
export interface LimitInUse {
  readonly grant: string;
  /** Empty when all of the grant are counted together. */
  readonly whose: string;
  readonly limit: Limit;
  /** Recipients of `limit.burst`. */
  readonly used: number;
  /** When the next recipient is accepted; undefined: now. */
  readonly until: number | undefined;
  /** When all of it is free again. */
  readonly freeAt: number;
}

/** A grant, for its limits. */
export type LimitedGrant = Pick<GrantSource, 'name' | 'limits'>;

/** About 30 MB. */
export const MOST_COUNTERS = 100_000;
/** A full table is looked through for empty counters at most this often. Milliseconds. */
const SWEEP_PAUSE = 1_000;

export class Counters {
  readonly #counters = new Map<string, Counter>();
  readonly #most: number;
  readonly #changed = new Set<string>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(kept: Iterable<Counter> = [], most = MOST_COUNTERS) {
    this.#most = most;
    for (const counter of kept) this.#counters.set(counterKey(counter), counter);
  }

  get size(): number {
    return this.#counters.size;
  }

  /** Counts one recipient on every counter, or on none when one of them has no room. */
  take(countings: readonly Counting[], now: number): Taken {
    const next: [string, Counter][] = [];
    let over: Extract<Taken, { kind: 'limit' }> | undefined;
    let fresh = 0;
    for (const counting of countings) {
      const key = counterKey(counting);
      const counter = this.#counters.get(key);
      if (counter === undefined) fresh += 1;
      // Until now it flowed out as the limit said until now; a reload may have brought another.
      const level = levelAt(counter?.level ?? EMPTY, counter?.limit ?? counting.limit, now);
      const until = roomAt(level, counting.limit);
      if (until > now && until > (over?.until ?? now)) over = { kind: 'limit', until, counting };
      next.push([key, { ...counting, level: add(level, counting.limit) }]);
    }
    if (over !== undefined) return over;
    if (!this.#hasRoom(fresh, now)) return { kind: 'full' };
    for (const [key, counter] of next) {
      this.#counters.set(key, counter);
      this.#changed.add(key);
    }
    return { kind: 'taken' };
  }

  /** Forgets counters that have run empty. */
  sweep(now: number): void {
    this.#sweptAt = now;
    for (const [key, { level, limit }] of this.#counters) {
      if (emptyAt(level, limit) > now) continue;
      this.#counters.delete(key);
      this.#changed.add(key);
    }
  }

  /** The fullest first, against the limits that the grants have now. */
  fullest(most: number, now: number, grants: readonly LimitedGrant[]): readonly LimitInUse[] {
    const fill = ({ used: count, limit }: LimitInUse): number => count / limit.burst;
    return [...this.#counters.values()]
      .map((counter) => inUse(counter, limitOf(counter, grants), now))
      .filter((each) => each.used > 0)
      .sort((one, other) => fill(other) - fill(one))
      .slice(0, most);
  }

  /** All of them, by key. */
  all(): ReadonlyMap<string, Counter> {
    return this.#counters;
  }

  /** The counters that were changed since this was asked last, by key; undefined: forgotten. */
  takeChanges(): ReadonlyMap<string, Counter | undefined> {
    const changes = new Map([...this.#changed].map((key) => [key, this.#counters.get(key)] as const));
    this.#changed.clear();
    return changes;
  }

  #hasRoom(fresh: number, now: number): boolean {
    if (this.#counters.size + fresh <= this.#most) return true;
    if (Math.abs(now - this.#sweptAt) < SWEEP_PAUSE) return false;
    this.sweep(now);
    return this.#counters.size + fresh <= this.#most;
  }
}

/** The limit that the counter is held to from now on: a reload may have changed it. That of a grant that went is shown as it was. */
function limitOf({ grant, limit }: Counter, grants: readonly LimitedGrant[]): Limit {
  const limits = grants.find(({ name }) => name === grant)?.limits ?? [];
  return limits.find(({ per, periodMs }) => per === limit.per && periodMs === limit.periodMs) ?? limit;
}

function inUse({ grant, whose, limit: before, level: last }: Counter, limit: Limit, now: number): LimitInUse {
  const level = levelAt(last, before, now); // as take() has it
  const until = roomAt(level, limit);
  return {
    grant,
    whose,
    limit,
    used: used(level, limit),
    until: until > now ? until : undefined,
    freeAt: emptyAt(level, limit),
  };
}
