/**
 * The history on the disk, from the writer's side: the segment that is written, when the next one begins, what goes for its age or
 * for want of room, and what becomes of records when the disk refuses. Mail never depends on any of it.
 *
 * Nothing here throws for what is on the disk. A failure is told once; then records are let go and counted, and every ten seconds one
 * more attempt is made, with a segment opened anew.
 */
import { mkdirSync, statfsSync } from 'node:fs';
import { errorText, type Clock, type Emit } from '../../std/mod.ts';
import type { HistoryBatch } from '../batch.ts';
import type { HistoryEvents } from '../events.ts';
import {
  dayOf,
  listSegments,
  octetsOf,
  removeSegment,
  segmentFile,
  setAside,
  surplus,
  type Retention,
  type SegmentFile,
} from './folder.ts';
import { openSegment, type Segment } from './segment.ts';

/** After a failure, until the next attempt. Milliseconds. */
const PAUSE = 10_000;
/** Free disk that is left to the spool, which refuses mail below 64 MiB. Octets. */
const RESERVE = 128 << 20;
/** The size is divided by this: so much of it is free when the oldest segment has just been removed. */
const SHARE = 32;
const LEAST_SEGMENT = 512 << 10;
const MOST_SEGMENT = 32 << 20;

export interface StoreOptions {
  /** Made when it does not exist, for the owner alone. */
  readonly folder: string;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly emit: Emit<HistoryEvents>;
  /** Octets free on the disk of the folder; that of the system unless given. */
  readonly freeBytes?: (folder: string) => number;
  /** No segment may grow beyond, octets, as if the disk were full then; no bound unless given. */
  readonly maxBytes?: number;
}

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly segment: Segment; readonly file: SegmentFile }
  /** No attempt before `until`, milliseconds since the epoch. */
  | { readonly kind: 'failed'; readonly until: number };

export class HistoryStore implements Disposable {
  readonly #options: StoreOptions;
  readonly #free: (folder: string) => number;
  #retention: Retention;
  #state: State = { kind: 'closed' };
  /** Records added and not committed. */
  #pending = 0;
  /** Records lost since the failure that was told; undefined: none was, or it is over. */
  #lost: number | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#retention = options.retention;
    this.#free = options.freeBytes ?? freeOnDisk;
  }

  /** Takes records; they can be read, and survive, once they are committed. */
  add(batch: HistoryBatch): void {
    if (batch.records === 0) return;
    this.#turnDay();
    this.#pending += batch.records;
    this.#attempt(() => this.#open()?.add(batch));
    if (this.#state.kind === 'failed') this.#lose();
  }

  /** Makes durable what was added, and begins a new segment when this one is full or of yesterday. */
  commit(): void {
    const state = this.#state;
    if (state.kind !== 'open' || this.#pending === 0) return;
    this.#attempt(() => {
      if (this.#free(this.#options.folder) < RESERVE)
        throw new Error(`less than ${RESERVE >> 20} MiB are free on the disk, which are left to the spool`);
      state.segment.commit();
      this.#pending = 0;
      this.#recovered();
      if (state.segment.octets >= segmentBytes(this.#retention)) this.#roll();
    });
  }

  /** To be called now and then, and after a start: what is older than the retention goes though no mail comes. */
  tidy(): void {
    this.#turnDay();
    this.#removeSurplus();
  }

  /** A reload changes how much is kept. */
  retain(retention: Retention): void {
    this.#retention = retention;
    this.tidy();
  }

  /** Commits what was added. It can be used again: the next record opens it. */
  [Symbol.dispose](): void {
    this.commit();
    if (this.#state.kind === 'open') this.#state.segment.close();
    this.#state = { kind: 'closed' };
    if (this.#lost !== undefined && this.#lost > 0)
      this.#options.emit('history.dropped', { records: this.#lost });
    this.#lost = undefined;
  }

  get #today(): number {
    return dayOf(this.#options.clock.now());
  }

  /** The segment to add to; undefined: none can be had now. */
  #open(): Segment | undefined {
    const state = this.#state;
    if (state.kind === 'open') return state.segment;
    if (state.kind === 'failed' && this.#options.clock.now() < state.until) return undefined;
    const opened = this.#openLast();
    this.#state = { kind: 'open', ...opened };
    return opened.segment;
  }

  /** Goes on with the last segment when it is of today and not full; else begins the next. */
  #openLast(): { readonly segment: Segment; readonly file: SegmentFile } {
    const { folder, clock, maxBytes } = this.#options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const last = listSegments(folder).at(-1);
    const goOn = last !== undefined && !last.damaged && last.day === this.#today && !this.#isFull(last);
    const file = goOn ? last : segmentFile(folder, (last?.number ?? 0) + 1, clock.now());
    try {
      const opened = openSegment(file.path, { maxBytes });
      if (opened !== 'foreign') return { segment: opened.segment, file };
    } catch (error) {
      if (!goOn || !isDamage(error)) throw error;
      this.#setAside(file, error);
    }
    const next = segmentFile(folder, file.number + 1, clock.now());
    const opened = openSegment(next.path, { maxBytes });
    if (opened === 'foreign') throw new Error(`${next.path} is of another version of Postern`);
    return { segment: opened.segment, file: next };
  }

  #isFull(file: SegmentFile): boolean {
    return octetsOf(file) >= segmentBytes(this.#retention);
  }

  /** A segment holds one day. */
  #turnDay(): void {
    if (this.#state.kind !== 'open' || this.#state.file.day === this.#today) return;
    this.commit();
    this.#roll();
  }

  /** What is added next goes into a new segment. */
  #roll(): void {
    if (this.#state.kind !== 'open') return;
    this.#state.segment.close();
    this.#state = { kind: 'closed' };
    this.#removeSurplus();
  }

  #removeSurplus(): void {
    const { folder, clock, emit } = this.#options;
    const { days, bytes } = this.#retention;
    const open = this.#state.kind === 'open' ? this.#state.file.path : undefined;
    try {
      const segments = listSegments(folder)
        .filter(({ path }) => path !== open)
        .map((file) => ({ ...file, octets: octetsOf(file) }));
      const room = bytes - segmentBytes(this.#retention);
      for (const segment of surplus(segments, { days, bytes: room }, clock.now())) {
        removeSegment(segment);
        emit('history.segmentRemoved', { path: segment.path, octets: segment.octets });
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      // Should the segment be damaged, the next attempt finds it so when it opens it.
      if (this.#state.kind === 'open') this.#state.segment.close();
      this.#state = { kind: 'failed', until: this.#options.clock.now() + PAUSE };
      this.#failed(error);
      this.#lose();
    }
  }

  #setAside(file: SegmentFile, error: unknown): void {
    this.#options.emit('history.setAside', { path: setAside(file), error: errorText(error) });
  }

  /** Told once, until something was written again. */
  #failed(error: unknown): void {
    if (this.#lost !== undefined) return;
    this.#lost = 0;
    this.#options.emit('history.failed', { error: errorText(error) });
  }

  #lose(): void {
    this.#lost = (this.#lost ?? 0) + this.#pending;
    this.#pending = 0;
  }

  #recovered(): void {
    if (this.#lost === undefined) return;
    this.#options.emit('history.recovered', { records: this.#lost });
    this.#lost = undefined;
  }
}

/** A segment ends when it has this size. */
export function segmentBytes({ bytes }: Retention): number {
  return Math.min(MOST_SEGMENT, Math.max(LEAST_SEGMENT, Math.floor(bytes / SHARE)));
}

/** Result codes of SQLite for a file that is not, or no longer, what it should be. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function isDamage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.message.startsWith('damaged: ')) return true;
  if (!('errcode' in error) || typeof error.errcode !== 'number') return false;
  const code = error.errcode & 0xff;
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

function freeOnDisk(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
