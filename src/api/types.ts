/** What the control API needs from the supervisor. */
import type { QueueFilter, SpoolStats, SpooledMessage } from '../spool/mod.ts';
import type { Problem, ReloadChange, Status } from './schema.ts';

/** A message in the queue and the worker whose spool holds it. */
export interface QueueEntry {
  readonly worker: string;
  readonly message: SpooledMessage;
}

/** An answer that is put together from all workers. */
export interface FromWorkers {
  /** Names of workers that did not answer in time; what they hold is missing. */
  readonly unavailable: readonly string[];
}

/**
 * The supervisor as the control API sees it. A worker that does not answer is named in `unavailable` and is no reason to reject. A
 * promise that rejects is a bug or a failure of the machine: the client gets 500 and the log the cause.
 */
export interface ControlBackend {
  /** The totals of the queue are summed from those of the workers. */
  status(): Promise<Omit<Status, 'schema' | 'queue'>>;
  /** Reads the configuration again. With problems nothing is changed. */
  reload(): Promise<ReloadOutcome>;
  /** Oldest first, over all workers; at most `filter.limit` in all. */
  queueList(filter: QueueFilter): Promise<FromWorkers & { readonly messages: readonly QueueEntry[] }>;
  /** Without a message in `entry` when no worker that answered has it. */
  queueShow(id: string): Promise<FromWorkers & { readonly entry: QueueEntry | undefined }>;
  /** Of every worker that answered. */
  queueStats(): Promise<FromWorkers & { readonly workers: readonly WorkerQueue[] }>;
  /** Makes the messages due now; held recipients stay held. Answers how many messages. */
  queueRetry(ids: readonly string[] | 'all'): Promise<FromWorkers & { readonly count: number }>;
  /** Keeps messages from being tried until they are released. Answers how many. */
  queueHold(ids: readonly string[]): Promise<FromWorkers & { readonly count: number }>;
  /** Has held messages tried now. Answers how many. */
  queueRelease(ids: readonly string[]): Promise<FromWorkers & { readonly count: number }>;
  /** Removes messages for good, without telling their senders. Answers how many. `reason` is for the log. */
  queueDelete(ids: readonly string[], reason: string): Promise<FromWorkers & { readonly count: number }>;
}

export interface WorkerQueue extends SpoolStats {
  readonly name: string;
}

export type ReloadOutcome =
  | {
      readonly ok: true;
      /** One line: what changed. */
      readonly summary: string;
      /** What is decided otherwise than before, a sentence each. */
      readonly changes: ReloadChange[];
      /** What else changes, or that nothing does, in sentences. */
      readonly rest: string[];
      /** What was found in the configuration, with its place. */
      readonly warnings: string[];
    }
  | { readonly ok: false; readonly problems: Problem[] };
