/** Starts the spool's thread and reads its replies. */
import { Worker } from 'node:worker_threads';
import { causeText } from './error.ts';
import type { Reply, Request, StoreTask } from './store/wire.ts';

export interface Thread {
  readonly post: (request: Request, transfer: readonly ArrayBuffer[]) => void;
  /** Ends the thread, whatever it is doing. */
  terminate(): Promise<void>;
}

/** In development the sources run; the package holds what they were compiled to. */
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);

/**
 * `receive` is called for every reply, in order. The death of the thread, for whatever reason, is a `failed` reply, unless
 * it has said `closed`, `failed` or `adopted`, after which nothing follows.
 */
export function startThread(task: StoreTask, receive: (reply: Reply) => void, program = PROGRAM): Thread {
  const worker = new Worker(program, { workerData: task, name: `spool ${task.name}` });
  let ended = false;
  const last = (reply: Reply): void => {
    if (ended) return;
    ended = true;
    receive(reply);
  };
  worker.on('message', (reply: Reply) => {
    if (reply.kind === 'closed' || reply.kind === 'failed' || reply.kind === 'adopted') last(reply);
    else if (!ended) receive(reply);
  });
  const died = (cause: string): void => last({ kind: 'failed', full: false, cause });
  worker.on('messageerror', (error) => died(`a reply could not be read: ${causeText(error)}`));
  worker.on('error', (error) => died(causeText(error)));
  worker.on('exit', (code) => died(`the spool thread ended with code ${code}`));
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    async terminate() {
      ended = true;
      await worker.terminate();
    },
  };
}
