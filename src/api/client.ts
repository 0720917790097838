/** The command line's end of the control socket. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import * as schema from './schema.ts';

/** An answer as the daemon sent it. */
export type JsonAnswer = { readonly schema: string } & Readonly<Record<string, unknown>>;

/** What came of a request. */
export type ControlAnswer<Value> =
  | { readonly kind: 'done'; readonly value: Value; /** As it was sent. */ readonly json: JsonAnswer }
  /** Nobody listens on the socket. */
  | { readonly kind: 'noDaemon'; readonly error: string; readonly remedy: string }
  /** The daemon refused, or could not be asked or understood. Nothing was changed, unless `error` says otherwise. */
  | { readonly kind: 'failed'; readonly status: number; readonly error: string; readonly remedy: string };

export interface ListOptions {
  readonly address?: string;
  readonly held?: boolean;
  readonly limit?: number;
  readonly after?: string;
}

export interface ControlClient {
  status(): Promise<ControlAnswer<schema.Status>>;
  reload(): Promise<ControlAnswer<schema.Reload>>;
  queueList(options?: ListOptions): Promise<ControlAnswer<schema.QueueList>>;
  queueShow(id: string): Promise<ControlAnswer<schema.QueueShow>>;
  queueStats(): Promise<ControlAnswer<schema.QueueStats>>;
  queueRetry(request: schema.RetryRequest): Promise<ControlAnswer<schema.QueueChange>>;
  queueHold(request: schema.HoldRequest): Promise<ControlAnswer<schema.QueueChange>>;
  queueRelease(request: schema.HoldRequest): Promise<ControlAnswer<schema.QueueChange>>;
  queueDelete(request: schema.DeleteRequest): Promise<ControlAnswer<schema.QueueChange>>;
}

/** A reload validates and restarts parts; everything else answers in milliseconds. */
const DEADLINE_MS = 60_000;

/** A client for the daemon that listens at `path`. Every request is a connection of its own. */
export function controlClient(path: string, deadlineMs = DEADLINE_MS): ControlClient {
  const ask = <Schema extends z.ZodType>(answer: Schema, method: string, url: string, body?: unknown) =>
    exchange({ path, method, url, body, deadlineMs }).then((reply) => interpret(reply, answer));
  return {
    status: () => ask(schema.status, 'GET', '/v1/status'),
    reload: () => ask(schema.reload, 'POST', '/v1/reload'),
    queueList: (options = {}) => ask(schema.queueList, 'GET', `/v1/queue${queryOf(options)}`),
    queueShow: (id) => ask(schema.queueShow, 'GET', `/v1/queue/messages/${encodeURIComponent(id)}`),
    queueStats: () => ask(schema.queueStats, 'GET', '/v1/queue/stats'),
    queueRetry: (request) => ask(schema.queueChange, 'POST', '/v1/queue/retry', request),
    queueHold: (request) => ask(schema.queueChange, 'POST', '/v1/queue/hold', request),
    queueRelease: (request) => ask(schema.queueChange, 'POST', '/v1/queue/release', request),
    queueDelete: (request) => ask(schema.queueChange, 'POST', '/v1/queue/delete', request),
  };
}

function queryOf(options: ListOptions): string {
  const given = Object.entries(options).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

interface Exchange {
  readonly path: string;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  readonly deadlineMs: number;
}

type Reply =
  { readonly status: number; readonly body: unknown } | Exclude<ControlAnswer<never>, { kind: 'done' }>;

function exchange({ path, method, url, body, deadlineMs }: Exchange): Promise<Reply> {
  return new Promise((resolve) => {
    const outgoing = httpRequest(
      {
        socketPath: path,
        method,
        path: url,
        agent: false,
        headers: { host: 'postern', 'content-type': 'application/json' },
        signal: AbortSignal.timeout(deadlineMs),
      },
      (incoming) => {
        collect(incoming).then(resolve, (error: unknown) => resolve(unreachable(path, error)));
      },
    );
    outgoing.once('error', (error) => resolve(unreachable(path, error)));
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function collect(incoming: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return { status: incoming.statusCode ?? 0, body };
}

function interpret<Schema extends z.ZodType>(reply: Reply, answer: Schema): ControlAnswer<z.output<Schema>> {
  if ('kind' in reply) return reply;
  const value = answer.safeParse(reply.body);
  if (value.success && isJsonAnswer(reply.body)) return { kind: 'done', value: value.data, json: reply.body };
  const failure = schema.failure.safeParse(reply.body);
  if (failure.success) {
    const { error, remedy } = failure.data;
    return { kind: 'failed', status: reply.status, error, remedy };
  }
  return {
    kind: 'failed',
    status: reply.status,
    error: 'the daemon gave an answer that this command does not understand',
    remedy: 'Use the `postern` command of the same version as the daemon; see `postern version`.',
  };
}

function isJsonAnswer(body: unknown): body is JsonAnswer {
  return typeof body === 'object' && body !== null && 'schema' in body;
}

function unreachable(path: string, error: unknown): Exclude<ControlAnswer<never>, { kind: 'done' }> {
  const { code, message, name } = describe(error);
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return {
      kind: 'noDaemon',
      error: `no Postern runs on this data folder: nobody listens at ${path}`,
      remedy: 'Start it with `postern serve`, or name its configuration with -c FILE.',
    };
  }
  if (code === 'EACCES') {
    return {
      kind: 'failed',
      status: 0,
      error: `this user may not use the control socket ${path}`,
      remedy: 'Run the command as the user that runs Postern, or as root.',
    };
  }
  if (name === 'TimeoutError' || name === 'AbortError') {
    return {
      kind: 'failed',
      status: 0,
      error: 'the daemon did not answer in time; what was asked may still be done',
      remedy: 'Look with `postern status` and try again.',
    };
  }
  return {
    kind: 'failed',
    status: 0,
    error: `the daemon at ${path} could not be asked: ${message}`,
    remedy: 'Look with `postern status` and try again.',
  };
}

function describe(error: unknown): { code: string; message: string; name: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error), name: '' };
  const code = 'code' in error ? String(error.code) : '';
  return { code, message: error.message, name: error.name };
}
