/** The event loop's half of the group commit: one batch is with the thread, and what arrives meanwhile becomes the next. */
import { SpoolError } from './error.ts';
import { contentBytes, pack, worthKeeping } from './pack.ts';
import type { Reply, Request } from './store/wire.ts';
import type { SpoolChange } from './types.ts';

/** Contents in one batch, octets; a single call may be larger. Bounds the time until the first of them is answered. */
const BATCH_BYTES = 8 << 20;
const BATCH_CALLS = 1000;

export interface Committer {
  /** Settles when the changes are on the disk or can never be. */
  commit(changes: readonly SpoolChange[]): Promise<void>;
  /** The thread's answer to the batch it had. */
  committed(reply: Extract<Reply, { kind: 'committed' }>): void;
  /** Rejects everything that is under way, and all that comes. */
  fail(error: SpoolError): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export interface CommitterOptions {
  readonly post: (request: Request, transfer: readonly ArrayBuffer[]) => void;
  /** A call was rejected for want of room. */
  readonly full: (cause: string) => void;
}

interface Call {
  readonly changes: readonly SpoolChange[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export function createCommitter({ post, full }: CommitterOptions): Committer {
  let waiting: Call[] = [];
  let running: readonly Call[] = [];
  let scheduled = false;
  let spare: ArrayBuffer | undefined;
  let failure: SpoolError | undefined;
  let idlers: (() => void)[] = [];

  const isIdle = (): boolean => waiting.length === 0 && running.length === 0;

  const start = (): void => {
    scheduled = false;
    if (running.length > 0 || waiting.length === 0 || failure !== undefined) return;
    const { batch, bytes, rest } = takeBatch(waiting);
    waiting = rest;
    running = batch;
    const { calls, contents } = pack(
      batch.map((call) => call.changes),
      bytes,
      spare,
    );
    spare = undefined;
    post({ kind: 'commit', calls, contents }, [contents]);
  };

  const settleIdlers = (): void => {
    if (!isIdle()) return;
    const ready = idlers;
    idlers = [];
    for (const resolve of ready) resolve();
  };

  return {
    commit: (changes) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        waiting.push({ changes, bytes: contentBytes(changes), resolve, reject });
        if (running.length > 0 || scheduled) return;
        // Not at once: what other connections have ready in this turn of the event loop belongs to the same transaction.
        scheduled = true;
        setImmediate(start);
      }),
    committed({ rejected, contents }) {
      const done = running;
      running = [];
      if (worthKeeping(contents)) spare = contents;
      // First the next batch, so that the disk does not wait for the callers of this one.
      start();
      settle(done, rejected, full);
      settleIdlers();
    },
    fail(error) {
      failure = error;
      const lost = [...running, ...waiting];
      running = [];
      waiting = [];
      for (const call of lost) call.reject(error);
      settleIdlers();
    },
    idle: () =>
      new Promise((resolve) => {
        if (isIdle()) resolve();
        else idlers.push(resolve);
      }),
  };
}

function takeBatch(waiting: Call[]): { batch: Call[]; bytes: number; rest: Call[] } {
  let count = 0;
  let bytes = 0;
  for (const call of waiting) {
    if (count > 0 && (count >= BATCH_CALLS || bytes + call.bytes > BATCH_BYTES)) break;
    count += 1;
    bytes += call.bytes;
  }
  return { batch: waiting.slice(0, count), bytes, rest: waiting.slice(count) };
}

function settle(
  calls: readonly Call[],
  rejected: Extract<Reply, { kind: 'committed' }>['rejected'],
  full: (cause: string) => void,
): void {
  const rejections = new Map(rejected.map((rejection) => [rejection.call, rejection]));
  for (const [index, call] of calls.entries()) {
    const rejection = rejections.get(index);
    if (rejection === undefined) {
      call.resolve();
    } else if (rejection.code === 'full') {
      full(rejection.cause);
      call.reject(new SpoolError('full', `cannot store: ${rejection.cause}`));
    } else {
      call.reject(new Error(`a commit with invalid changes: ${rejection.cause}`));
    }
  }
}
