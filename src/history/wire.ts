/** What the supervisor and the history's thread say to each other. Plain data. */
import type { EventOf } from '../std/mod.ts';
import type { HistoryBatch } from './batch.ts';
import type { HistoryEvents } from './events.ts';
import type { Retention } from './store/folder.ts';

/** What the thread is started with. */
export interface Task {
  readonly folder: string;
  readonly retention: Retention;
}

export type Request =
  | { readonly kind: 'batch'; readonly batch: HistoryBatch }
  | { readonly kind: 'retain'; readonly retention: Retention }
  | { readonly kind: 'close' };

export type Reply =
  /** So many records were taken, and may be committed a little later. */
  | { readonly kind: 'taken'; readonly records: number }
  | { readonly kind: 'event'; readonly event: EventOf<HistoryEvents> }
  /** Everything is on the disk; the thread ends. */
  | { readonly kind: 'closed' };
