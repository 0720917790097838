/**
 * The worker's end: takes records in microseconds, collects them for a moment, and hands them on in batches. It never waits and never
 * throws. At most one batch is under way; what comes meanwhile is collected up to a bound, and let go and counted beyond it, since
 * the history is worth less than the mail.
 */
import type { Clock, Emit } from '../std/mod.ts';
import { Packer, type HistoryBatch } from './batch.ts';
import { Dropped } from './dropped.ts';
import type { HistoryEvents } from './events.ts';
import type { HistoryRecord } from './types.ts';

/** How long a record waits for others. Milliseconds. */
const COLLECT = 250;
/** So many are sent without waiting. */
const BATCH = 500;
/** What is held when batches are not taken: records, and octets of them in memory. */
const MOST = 20_000;
const MOST_OCTETS = 8 << 20;

export interface SinkOptions {
  /** Sends a batch, and calls `sent` once when the next may be; it must not throw. */
  readonly send: (batch: HistoryBatch, sent: () => void) => void;
  readonly clock: Clock;
  readonly emit: Emit<HistoryEvents>;
  /** Calls `work` after so many milliseconds; answers how that is called off. The system's timers unless given. */
  readonly after?: (milliseconds: number, work: () => void) => () => void;
}

export class HistorySink {
  readonly #send: SinkOptions['send'];
  readonly #after: NonNullable<SinkOptions['after']>;
  readonly #dropped: Dropped;
  #packer = new Packer();
  #underWay = false;
  #callOff: (() => void) | undefined;
  #flushed: (() => void)[] = [];

  constructor({ send, clock, emit, after = timer }: SinkOptions) {
    this.#send = send;
    this.#after = after;
    this.#dropped = new Dropped(clock, emit);
  }

  add(record: HistoryRecord): void {
    const { records, octets } = this.#packer;
    if (records >= MOST || octets >= MOST_OCTETS) {
      this.#dropped.count(1);
      return;
    }
    this.#packer.add(record);
    if (this.#underWay) return;
    if (this.#packer.records >= BATCH) this.#next();
    else this.#callOff ??= this.#after(COLLECT, () => this.#next());
  }

  /** Resolves when everything that was added is sent. */
  flush(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushed.push(resolve);
    if (!this.#underWay) this.#next();
    return promise;
  }

  #next(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#packer.records === 0) {
      this.#idle();
      return;
    }
    this.#underWay = true;
    this.#send(this.#packer.take(), () => {
      this.#underWay = false;
      // What came meanwhile has waited already; a small rest may wait for others.
      if (this.#packer.records >= BATCH || this.#flushed.length > 0) this.#next();
      else if (this.#packer.records > 0) this.#callOff = this.#after(COLLECT, () => this.#next());
    });
  }

  #idle(): void {
    this.#dropped.tell();
    const flushed = this.#flushed;
    this.#flushed = [];
    for (const resolve of flushed) resolve();
  }
}

function timer(milliseconds: number, work: () => void): () => void {
  const timeout = setTimeout(work, milliseconds);
  return () => clearTimeout(timeout);
}
