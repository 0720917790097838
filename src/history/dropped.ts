/** Counts what was let go, and tells of it now and then, so that a log is not flooded by what cannot keep up. */
import type { Clock, Emit } from '../std/mod.ts';
import type { HistoryEvents } from './events.ts';

/** Between two events. Milliseconds. */
const INTERVAL = 10_000;

export class Dropped {
  readonly #clock: Clock;
  readonly #emit: Emit<HistoryEvents>;
  #records = 0;
  #told = -Infinity;

  constructor(clock: Clock, emit: Emit<HistoryEvents>) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Tells at once when nothing was told for a while. */
  count(records: number): void {
    this.#records += records;
    if (this.#clock.now() - this.#told >= INTERVAL) this.tell();
  }

  /** Tells what was not told yet. */
  tell(): void {
    if (this.#records === 0) return;
    this.#emit('history.dropped', { records: this.#records });
    this.#records = 0;
    this.#told = this.#clock.now();
  }
}
