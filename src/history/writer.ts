/**
 * The supervisor's end: hands batches on to the thread that writes them. It never waits: what the thread has not taken yet is bounded,
 * and beyond that whole batches are let go and counted.
 *
 * The thread never fails for what is on the disk; should it end all the same, by a bug, that is told, what it had is lost, and the
 * next batch starts another, not sooner than ten seconds later.
 */
import { Worker } from 'node:worker_threads';
import { errorText, systemClock, type Clock, type Emit } from '../std/mod.ts';
import type { HistoryBatch } from './batch.ts';
import { Dropped } from './dropped.ts';
import type { HistoryEvents } from './events.ts';
import type { Retention } from './store/folder.ts';
import type { Reply, Request, Task } from './wire.ts';

/** Records that the thread has not taken yet: about 20 MiB. */
const MOST_WAITING = 50_000;
/** After the thread ended by itself, milliseconds. */
const PAUSE = 10_000;

export interface WriterOptions {
  /** Where the segments lie. */
  readonly folder: string;
  /** `off`: nothing is recorded, and what was recorded is left alone. */
  readonly retention: Retention | 'off';
  readonly emit: Emit<HistoryEvents>;
  readonly clock?: Clock;
  /** The program of the thread; the history's own unless given. */
  readonly program?: URL;
}

export interface HistoryWriter extends AsyncDisposable {
  /** Takes a batch, or lets it go when those before it are not written. */
  write(batch: HistoryBatch): void;
  /** What a reload may change. */
  retain(retention: Retention | 'off'): void;
}

/** Resolves, when it is disposed, after everything that was taken is on the disk. */
export function startWriter(options: WriterOptions): HistoryWriter {
  return new ThreadWriter({ clock: systemClock, program: PROGRAM, ...options });
}

/** In development the sources run; the package holds what they were compiled to. */
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);

class ThreadWriter implements HistoryWriter {
  readonly #options: Required<WriterOptions>;
  readonly #dropped: Dropped;
  #retention: Retention | 'off';
  #thread: Thread | undefined;
  #closed = false;
  /** The end of a thread that was told to close; undefined when there is none. */
  #ending: Promise<void> | undefined;
  /** No thread is started before. */
  #notBefore = -Infinity;

  constructor(options: Required<WriterOptions>) {
    this.#options = options;
    this.#dropped = new Dropped(options.clock, options.emit);
    this.#retention = options.retention;
    this.#start();
  }

  write(batch: HistoryBatch): void {
    const thread = this.#start();
    // What a worker had collected when a reload turned the history off is not wanted any more.
    if (this.#retention === 'off') return;
    if (thread === undefined || thread.waiting + batch.records > MOST_WAITING) {
      this.#dropped.count(batch.records);
      return;
    }
    thread.write(batch);
  }

  retain(retention: Retention | 'off'): void {
    this.#retention = retention;
    if (retention !== 'off') this.#start()?.retain(retention);
    else if (this.#thread !== undefined) void this.#end(this.#thread);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    if (this.#thread !== undefined) void this.#end(this.#thread);
    await this.#ending;
    this.#dropped.tell();
  }

  /** Two threads would write one segment, so the next is started when this one has ended. */
  async #end(thread: Thread): Promise<void> {
    this.#thread = undefined;
    this.#ending = thread.close();
    await this.#ending;
    this.#ending = undefined;
    this.#start();
  }

  /** The thread, started when there is none and may be one. */
  #start(): Thread | undefined {
    const { folder, program, clock, emit } = this.#options;
    if (this.#thread !== undefined || this.#retention === 'off' || this.#closed) return this.#thread;
    if (this.#ending !== undefined || clock.now() < this.#notBefore) return undefined;
    const task: Task = { folder, retention: this.#retention };
    const died = (error: string): void => {
      if (this.#thread === thread) this.#thread = undefined;
      this.#notBefore = clock.now() + PAUSE;
      emit('history.failed', { error });
      this.#dropped.count(thread.waiting);
    };
    const thread: Thread = new Thread(program, task, { emit, died });
    this.#thread = thread;
    return thread;
  }
}

interface ThreadOptions {
  readonly emit: Emit<HistoryEvents>;
  /** Called when it ends without being closed. */
  readonly died: (error: string) => void;
}

/** One thread, from its start to its end. */
class Thread {
  readonly #worker: Worker;
  readonly #ended = Promise.withResolvers<void>();
  #waiting = 0;

  constructor(program: URL, task: Task, { emit, died }: ThreadOptions) {
    this.#worker = new Worker(program, { workerData: task, name: 'history' });
    let over = false;
    const end = (error: string | undefined): void => {
      if (over) return;
      over = true;
      if (error !== undefined) died(error);
      this.#ended.resolve();
    };
    this.#worker.on('message', (reply: Reply) => {
      switch (reply.kind) {
        case 'taken':
          this.#waiting -= reply.records;
          return undefined;
        case 'event':
          return emit(...reply.event);
        case 'closed':
          return end(undefined);
        default:
          return reply satisfies never;
      }
    });
    this.#worker.on('error', (error) => end(errorText(error)));
    this.#worker.on('exit', (code) => end(`the thread of the history ended with code ${code}`));
  }

  /** Records that it was given and has not taken. */
  get waiting(): number {
    return this.#waiting;
  }

  write(batch: HistoryBatch): void {
    this.#waiting += batch.records;
    this.#post({ kind: 'batch', batch });
  }

  retain(retention: Retention): void {
    this.#post({ kind: 'retain', retention });
  }

  /** Resolves when everything it was given is on the disk, or it has ended otherwise. */
  async close(): Promise<void> {
    this.#post({ kind: 'close' });
    await this.#ended.promise;
    await this.#worker.terminate();
  }

  #post(request: Request): void {
    this.#worker.postMessage(request, []);
  }
}
