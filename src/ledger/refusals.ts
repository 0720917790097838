/**
 * When refusals by a limit are told: the first at once, those that follow within the time of the limit together at its end, so
 * that a client that does not give up fills no log. Bounded: beyond so many limits, refusals are not told.
 */
import { formatRate } from '../policy/mod.ts';
import type { Emit } from '../std/mod.ts';
import { counterKey, type Counting } from './counting.ts';
import type { LedgerEvents } from './events.ts';

interface Silence {
  readonly counting: Counting;
  readonly endsAt: number;
  until: number;
  refused: number;
}

const MOST = 10_000;

export class Refusals {
  readonly #emit: Emit<LedgerEvents>;
  readonly #silences = new Map<string, Silence>();

  constructor(emit: Emit<LedgerEvents>) {
    this.#emit = emit;
  }

  refused(counting: Counting, until: number, now: number): void {
    const key = counterKey(counting);
    const silence = this.#silences.get(key);
    if (silence !== undefined) {
      silence.refused += 1;
      silence.until = until;
      return;
    }
    if (this.#silences.size >= MOST) return;
    this.#tell(counting, until, 1);
    this.#silences.set(key, { counting, until, endsAt: now + counting.limit.periodMs, refused: 0 });
  }

  /** Tells what was refused within times that have ended. */
  sweep(now: number): void {
    for (const [key, { counting, endsAt, until, refused }] of this.#silences) {
      if (endsAt > now) continue;
      this.#silences.delete(key);
      if (refused === 0) continue;
      this.#tell(counting, until, refused);
      this.#silences.set(key, { counting, until, endsAt: now + counting.limit.periodMs, refused: 0 });
    }
  }

  #tell({ grant, whose, limit }: Counting, until: number, refused: number): void {
    this.#emit('limit.reached', {
      grant,
      per: limit.per,
      whose: whose === '' ? null : whose,
      limit: formatRate(limit),
      burst: limit.burst,
      until: new Date(until).toISOString(),
      refused,
    });
  }
}
