/** The history's thread: everything that waits for a disk. A program of its own, started by `writer.ts`. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { systemClock } from '../std/mod.ts';
import { HistoryStore } from './store/store.ts';
import type { Reply, Request, Task } from './wire.ts';

/** How long records may wait for their commit: with the time a worker collects them, less than a second. Milliseconds. */
const COMMIT_AFTER = 500;
/** How often the age of segments is looked at. Milliseconds. */
const TIDY_INTERVAL = 10 * 60_000;

function run(port: MessagePort, { folder, retention }: Task): void {
  const tell = (reply: Reply): void => port.postMessage(reply);
  const store = new HistoryStore({
    folder,
    retention,
    clock: systemClock,
    emit: (...event) => tell({ kind: 'event', event }),
  });
  store.tidy();
  const tidying = setInterval(() => store.tidy(), TIDY_INTERVAL);
  let committing: NodeJS.Timeout | undefined;
  const commit = (): void => {
    committing = undefined;
    store.commit();
  };

  port.on('message', (request: Request) => {
    switch (request.kind) {
      case 'batch':
        store.add(request.batch);
        committing ??= setTimeout(commit, COMMIT_AFTER);
        return tell({ kind: 'taken', records: request.batch.records });
      case 'retain':
        return store.retain(request.retention);
      case 'close':
        clearInterval(tidying);
        clearTimeout(committing);
        store[Symbol.dispose]();
        tell({ kind: 'closed' });
        return port.close();
      default:
        return request satisfies never;
    }
  });
}

if (parentPort === null) throw new Error('src/history/thread.ts is started by the history, as a thread');
run(parentPort, workerData);
