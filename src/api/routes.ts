/** The requests of the control API: a method and a path each, with a schema for what comes in and what goes out. */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Emit } from '../std/mod.ts';
import { deleteMessages } from './deleteMessages.ts';
import type { ControlEvents } from './events.ts';
import { readBody, refuse, refuseInput } from './answers.ts';
import type { Changed } from './answers.ts';
import * as schema from './schema.ts';
import type { ControlBackend } from './types.ts';
import { queuedMessageOf, sumOf, totalsOf } from './wire.ts';

/** Room for the largest request, 10,000 ids of 64 characters. */
const MOST_OCTETS = 1024 * 1024;

/** An application that answers every request of the control API. */
export function controlRoutes(backend: ControlBackend, emit: Emit<ControlEvents>): Hono {
  const app = new Hono();
  const changed = (c: Context, answer: string): void =>
    emit('control.changed', { action: actionOf(c), answer });
  app.use(async (c, next) => tooLarge(c) ?? next());
  app.get('/v1/status', (c) => showStatus(c, backend));
  app.post('/v1/reload', (c) => reload(c, backend, changed));
  app.get('/v1/queue', (c) => listQueue(c, backend));
  app.get('/v1/queue/stats', (c) => showStats(c, backend));
  app.get('/v1/queue/messages/:id', (c) => showMessage(c, backend, c.req.param('id')));
  app.post('/v1/queue/retry', (c) => retry(c, backend, changed));
  app.post('/v1/queue/hold', (c) => hold(c, changed, 'held', (ids) => backend.queueHold(ids)));
  app.post('/v1/queue/release', (c) => hold(c, changed, 'released', (ids) => backend.queueRelease(ids)));
  app.post('/v1/queue/delete', (c) => deleteMessages(c, backend, changed));
  app.notFound((c) =>
    refuse(
      c,
      404,
      `there is no ${actionOf(c)}`,
      'Use the `postern` command of the same version as the daemon.',
    ),
  );
  app.onError((error, c) => {
    emit('control.failed', { action: actionOf(c), error: error.stack ?? error.message });
    return refuse(c, 500, `the daemon failed: ${error.message}`, 'Look for control.failed in its log.');
  });
  return app;
}

/** Nothing of a request is read before it has said how long it is; the server then reads no more than that. */
function tooLarge(c: Context): Response | undefined {
  if (c.req.header('transfer-encoding') !== undefined)
    return refuse(c, 411, 'the request does not say how long it is', 'Send it with Content-Length.');
  if (Number(c.req.header('content-length') ?? 0) > MOST_OCTETS)
    return refuse(c, 413, 'the request is larger than 1 MiB', 'Name at most 10,000 messages at once.');
  return undefined;
}

function actionOf(c: Context): string {
  return `${c.req.method} ${c.req.path}`;
}

async function showStatus(c: Context, backend: ControlBackend): Promise<Response> {
  const status = await backend.status();
  const queue = sumOf(status.workers.flatMap(({ spool }) => spool ?? []));
  return c.json(z.encode(schema.status, { schema: 'postern.status/1', ...status, queue }));
}

async function reload(c: Context, backend: ControlBackend, changed: Changed): Promise<Response> {
  const outcome = await backend.reload();
  changed(c, outcome.ok ? outcome.summary : `refused; problems: ${outcome.problems.length}`);
  const body = z.encode(schema.reload, { schema: 'postern.reload/1', ...outcome });
  return c.json(body, outcome.ok ? 200 : 422);
}

async function listQueue(c: Context, backend: ControlBackend): Promise<Response> {
  const query = schema.queueQuery.safeParse(c.req.query());
  if (!query.success) return refuseInput(c, query.error);
  const { limit, address, held, after } = query.data;
  const { messages, unavailable } = await backend.queueList({
    // One more than asked for tells whether there are more.
    limit: limit + 1,
    ...(address === undefined ? {} : { address }),
    ...(held === undefined ? {} : { held }),
    ...(after === undefined ? {} : { after }),
  });
  const list: schema.QueueList = {
    schema: 'postern.queue/1',
    messages: messages.slice(0, limit).map(queuedMessageOf),
    more: messages.length > limit,
    unavailable: [...unavailable],
  };
  return c.json(z.encode(schema.queueList, list));
}

async function showStats(c: Context, backend: ControlBackend): Promise<Response> {
  const { workers, unavailable } = await backend.queueStats();
  const each = workers.map((worker) => ({ name: worker.name, ...totalsOf(worker) }));
  const stats: schema.QueueStats = {
    schema: 'postern.queue-stats/1',
    total: sumOf(each),
    workers: each,
    unavailable: [...unavailable],
  };
  return c.json(z.encode(schema.queueStats, stats));
}

async function showMessage(c: Context, backend: ControlBackend, id: string): Promise<Response> {
  const { entry, unavailable } = await backend.queueShow(id);
  if (entry !== undefined) {
    const message = queuedMessageOf(entry);
    return c.json(z.encode(schema.queueShow, { schema: 'postern.message/1', message }));
  }
  if (unavailable.length > 0) {
    const workers = unavailable.join(', ');
    return refuse(
      c,
      503,
      `cannot tell whether ${id} is in the queue: ${workers} did not answer`,
      'Try again.',
    );
  }
  return refuse(
    c,
    404,
    `there is no message ${id} in the queue`,
    'It was delivered, bounced or deleted, or the id is wrong: see `postern queue list`.',
  );
}

async function retry(c: Context, backend: ControlBackend, changed: Changed): Promise<Response> {
  const request = await readBody(c, schema.retryRequest);
  if (request instanceof Response) return request;
  const change = await backend.queueRetry(request.ids);
  changed(c, `messages made due: ${change.count}`);
  return showChange(c, change);
}

async function hold(
  c: Context,
  changed: Changed,
  done: 'held' | 'released',
  act: ControlBackend['queueHold'],
): Promise<Response> {
  const request = await readBody(c, schema.holdRequest);
  if (request instanceof Response) return request;
  const change = await act(request.ids);
  changed(c, `messages ${done}: ${change.count}`);
  return showChange(c, change);
}

function showChange(
  c: Context,
  { count, unavailable }: Awaited<ReturnType<ControlBackend['queueHold']>>,
): Response {
  const change = { schema: 'postern.queue-change/1' as const, count, unavailable: [...unavailable] };
  return c.json(z.encode(schema.queueChange, change));
}
