/** Deleting from the queue: what destroys mail must name it, or say how much there is of it. */
import type { Context } from 'hono';
import { z } from 'zod';
import { readBody, refuse } from './answers.ts';
import type { Changed } from './answers.ts';
import { MOST_LISTED, deleteRequest, queueChange } from './schema.ts';
import type { ControlBackend } from './types.ts';

/**
 * Deletes the messages that are named; or all, when there are exactly as many as the client believes. Then those are deleted that
 * were counted, and none that came in meanwhile.
 */
export async function deleteMessages(
  c: Context,
  backend: ControlBackend,
  changed: Changed,
): Promise<Response> {
  const request = await readBody(c, deleteRequest);
  if (request instanceof Response) return request;
  if (request.ids !== 'all') return deleteThese(c, backend, request.ids, request.reason, changed);
  const all = await listAll(backend);
  if (all.unavailable.length > 0) {
    const workers = all.unavailable.join(', ');
    return refuse(c, 503, `nothing was deleted: ${workers} did not answer`, 'Try again.');
  }
  const { length } = all.ids;
  if (length !== request.count) {
    const remedy = `Look at them with \`postern queue list\`; to delete all of them, give --confirm=${length}.`;
    return refuse(c, 409, `nothing was deleted: there are ${length} messages, not ${request.count}`, remedy);
  }
  return deleteThese(c, backend, all.ids, request.reason, changed);
}

async function deleteThese(
  c: Context,
  backend: ControlBackend,
  ids: readonly string[],
  reason: string,
  changed: Changed,
): Promise<Response> {
  const { count, unavailable } = await backend.queueDelete(ids, reason);
  changed(c, `messages deleted: ${count}; reason: ${reason}`);
  const change = { schema: 'postern.queue-change/1' as const, count, unavailable: [...unavailable] };
  return c.json(z.encode(queueChange, change));
}

/** The ids of every message in the queue now, unless a worker does not answer. */
async function listAll(backend: ControlBackend): Promise<{ ids: string[]; unavailable: readonly string[] }> {
  const ids: string[] = [];
  let page = await backend.queueList({ limit: MOST_LISTED });
  for (;;) {
    for (const { message } of page.messages) ids.push(message.id);
    const last = page.messages.at(-1);
    if (last === undefined || page.unavailable.length > 0) return { ids, unavailable: page.unavailable };
    page = await backend.queueList({ limit: MOST_LISTED, after: last.message.id });
  }
}
