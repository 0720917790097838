/**
 * The spool's thread: everything that waits for a disk, one request after the other. It is a program of its own, started by
 * `startThread()`; see `store/wire.ts` for what it is told and what it answers.
 */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { causeText } from './error.ts';
import { adopt } from './store/adopt.ts';
import { faultOf } from './store/fault.ts';
import { bodiesFolder } from './store/files.ts';
import { openStore, removeBody, type Store } from './store/store.ts';
import type { Answer, Reply, Request, StoreTask } from './store/wire.ts';

type Serve = Extract<StoreTask, { task: 'serve' }>;

function run(port: MessagePort, task: StoreTask): void {
  try {
    if (task.task === 'serve') serve(port, task);
    else send(port, { kind: 'adopted', spools: adopt(task) });
  } catch (error) {
    fail(port, error);
  }
}

function serve(port: MessagePort, task: Serve): void {
  const store = openStore(task);
  opened(port, store);
  port.on('message', (request: Request) => {
    try {
      handle(port, store, request, task);
    } catch (error) {
      fail(port, error);
    }
  });
}

function handle(port: MessagePort, store: Store, request: Request, task: Serve): void {
  switch (request.kind) {
    case 'commit': {
      const { rejected, files } = store.commit(request.calls, request.contents);
      send(port, { kind: 'committed', rejected, contents: request.contents }, [request.contents]);
      for (const id of files) {
        const cause = removeBody(bodiesFolder(task.folder, task.name), id);
        if (cause !== undefined) send(port, { kind: 'bodyLeft', id, cause });
      }
      return;
    }
    case 'ask':
      answer(port, store, request);
      return;
    case 'close':
      store.close();
      send(port, { kind: 'closed' });
      port.close();
      return;
    default:
      request satisfies never;
  }
}

function answer(port: MessagePort, store: Store, request: Extract<Request, { kind: 'ask' }>): void {
  try {
    const reply = store.ask(request.query);
    send(port, { kind: 'answer', number: request.number, answer: reply }, contentOf(reply));
  } catch (error) {
    if (faultOf(error) === 'fatal') throw error;
    send(port, { kind: 'refused', number: request.number, cause: causeText(error) });
  }
}

/** A content is handed over, not copied. */
function contentOf(answer: Answer): ArrayBuffer[] {
  return answer.kind === 'body' && answer.body?.kind === 'memory' ? [answer.body.bytes.buffer] : [];
}

function opened(port: MessagePort, store: Store): void {
  const stats = store.ask({ kind: 'stats' });
  const space = store.ask({ kind: 'space' });
  if (stats.kind !== 'stats' || space.kind !== 'space')
    throw new Error('the store answered another question');
  const { strayFiles, missing } = store.files;
  send(port, { kind: 'opened', stats: stats.stats, available: space.available, strayFiles, missing });
}

/** Says why and ends: after a failed commit or sync nothing may be tried again on this file by this process. */
function fail(port: MessagePort, error: unknown): void {
  send(port, { kind: 'failed', full: faultOf(error) === 'full', cause: causeText(error) });
  port.close();
}

function send(port: MessagePort, reply: Reply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(reply, transfer);
}

if (parentPort === null) throw new Error('src/spool/thread.ts is started by the spool, as a thread');
run(parentPort, workerData);
