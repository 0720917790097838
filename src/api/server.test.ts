import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { controlClient, ControlError, serveControl } from './mod.ts';
import type { ControlAnswer, ControlEvents } from './mod.ts';
import { entryOf, idOf, memoryBackend, STARTED } from './testing/memoryBackend.ts';
import type { MemoryBackend } from './testing/memoryBackend.ts';

async function tempSocket(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-api-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'control.sock');
}

async function serve(t: TestContext, backend: MemoryBackend = memoryBackend()) {
  const path = await tempSocket(t);
  const events: [keyof ControlEvents, ControlEvents[keyof ControlEvents]][] = [];
  const server = await serveControl({ path, backend, emit: (name, fields) => events.push([name, fields]) });
  t.after(() => server[Symbol.asyncDispose]());
  return { path, backend, events, client: controlClient(path) };
}

function valueOf<Value>(answer: ControlAnswer<Value>): Value {
  assert.equal(answer.kind, 'done', JSON.stringify(answer));
  if (answer.kind !== 'done') throw new Error('unreachable');
  return answer.value;
}

/** A request as anybody could make it. */
function raw(
  path: string,
  method: string,
  url: string,
  body?: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: path, method, path: url, agent: false }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('serveControl() makes a socket for this user only and removes it at the end', async (t) => {
  const path = await tempSocket(t);
  {
    await using _server = await serveControl({ path, backend: memoryBackend(), emit: () => {} });
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(`${path}.lock`)).mode & 0o777, 0o600);
  }
  assert.equal(existsSync(path), false);
});

test('serveControl() ends although a client is connected that asks nothing', async (t) => {
  const path = await tempSocket(t);
  const server = await serveControl({ path, backend: memoryBackend(), emit: () => {} });
  const socket = connect(path);
  await once(socket, 'connect');
  await Promise.all([server[Symbol.asyncDispose](), once(socket, 'close')]);
});

test('serveControl() refuses while another listens on the data folder, and works after it ended', async (t) => {
  const path = await tempSocket(t);
  const options = { path, backend: memoryBackend(), emit: () => {} };
  {
    await using _first = await serveControl(options);
    await assert.rejects(
      serveControl(options),
      (error) =>
        error instanceof ControlError && error.code === 'inUse' && error.message.includes('another Postern'),
    );
    assert.equal(valueOf(await controlClient(path).status()).pid, 4711);
  }
  await using _second = await serveControl(options);
});

test('serveControl() refuses to replace the socket of a program that listens', async (t) => {
  const path = await tempSocket(t);
  const other = createServer().listen(path);
  await once(other, 'listening');
  t.after(() => other.close());
  await assert.rejects(
    serveControl({ path, backend: memoryBackend(), emit: () => {} }),
    (error) => error instanceof ControlError && error.code === 'inUse',
  );
  assert.equal(existsSync(path), true);
});

test('serveControl() replaces the socket that a killed daemon left', async (t) => {
  const path = await tempSocket(t);
  const script = `
    import { serveControl } from ${JSON.stringify(new URL('./mod.ts', import.meta.url).href)};
    import { memoryBackend } from ${JSON.stringify(new URL('./testing/memoryBackend.ts', import.meta.url).href)};
    await serveControl({ path: process.argv[1], backend: memoryBackend(), emit: () => {} });
    process.stdout.write('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, path]);
  await once(child.stdout, 'data');
  await assert.rejects(serveControl({ path, backend: memoryBackend(), emit: () => {} }), ControlError);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(existsSync(path), true);
  const events: string[] = [];
  await using _server = await serveControl({
    path,
    backend: memoryBackend(),
    emit: (...[name]) => events.push(name),
  });
  assert.deepEqual(events, ['control.replacedStaleSocket', 'control.listening']);
  assert.equal(valueOf(await controlClient(path).status()).version, '1.2.3');
});

test('serveControl() takes a path of the longest length and refuses one octet more', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-api-'));
  t.after(() => rm(folder, { recursive: true }));
  const longest = process.platform === 'darwin' ? 103 : 107;
  const path = join(folder, 'x'.repeat(longest - folder.length - 1));
  assert.equal(path.length, longest);
  {
    await using _server = await serveControl({ path, backend: memoryBackend(), emit: () => {} });
    assert.equal(valueOf(await controlClient(path).status()).pid, 4711);
  }
  await assert.rejects(
    serveControl({ path: `${path}x`, backend: memoryBackend(), emit: () => {} }),
    (error) => error instanceof ControlError && error.code === 'pathTooLong',
  );
});

test('serveControl() says so when the folder is missing', async (t) => {
  const path = join(await tempSocket(t), 'missing', 'control.sock');
  await assert.rejects(
    serveControl({ path, backend: memoryBackend(), emit: () => {} }),
    (error) => error instanceof ControlError && error.code === 'notWritable' && error.message.includes(path),
  );
});

test('status() gives the sum of the queues and moments in milliseconds', async (t) => {
  const { client } = await serve(t, memoryBackend([entryOf(1), entryOf(2)]));
  const answer = await client.status();
  const status = valueOf(answer);
  assert.equal(status.schema, 'postern.status/1');
  assert.equal(status.started, STARTED);
  assert.deepEqual(status.queue, {
    messages: 2,
    recipients: 2,
    held: 0,
    bytes: 8192,
    oldest: STARTED + 1000,
  });
  assert.equal(answer.kind === 'done' && answer.json['started'], '2026-11-24T12:00:00.000Z');
});

test('status() of an empty queue has no oldest message', async (t) => {
  const { client } = await serve(t);
  assert.equal(valueOf(await client.status()).queue.oldest, null);
});

test('reload() gives the summary, or the problems with their places', async (t) => {
  const { client, backend, events } = await serve(t);
  const told = {
    ok: true as const,
    summary: 'postern.yaml is in force.',
    changes: [{ kind: 'opens' as const, text: 'Opens relaying for 10.0.9.0/24.' }],
    rest: ['Nothing else changes.'],
    warnings: ['postern.yaml:27:7: grant a ends soon.'],
  };
  backend.outcome = told;
  assert.deepEqual(valueOf(await client.reload()), { schema: 'postern.reload/1', ...told });
  const place = { file: 'postern.yaml', line: 27, column: 18 };
  backend.outcome = { ok: false, problems: [{ place, message: 'host bits set', remedy: 'Write …' }] };
  const refused = valueOf(await client.reload());
  assert.deepEqual(refused.ok ? [] : refused.problems, [
    { place, message: 'host bits set', remedy: 'Write …' },
  ]);
  assert.deepEqual(
    events.filter(([name]) => name === 'control.changed').map(([, fields]) => fields),
    [
      { action: 'POST /v1/reload', answer: 'postern.yaml is in force.' },
      { action: 'POST /v1/reload', answer: 'refused; problems: 1' },
    ],
  );
});

test('queueList() pages by id and says whether there is more', async (t) => {
  const { client } = await serve(t, memoryBackend([entryOf(1), entryOf(2), entryOf(3)]));
  const first = valueOf(await client.queueList({ limit: 2 }));
  assert.deepEqual(
    first.messages.map(({ id }) => id),
    [idOf(1), idOf(2)],
  );
  assert.equal(first.more, true);
  const second = valueOf(await client.queueList({ limit: 2, after: idOf(2) }));
  assert.deepEqual(
    second.messages.map(({ id }) => id),
    [idOf(3)],
  );
  assert.equal(second.more, false);
});

test('queueList() passes the filters on', async (t) => {
  const backend = memoryBackend([
    entryOf(1),
    entryOf(2, { held: true }),
    entryOf(3, { address: 'c@d.test' }),
  ]);
  const { client } = await serve(t, backend);
  const idsOf = async (options: Parameters<typeof client.queueList>[0]) =>
    valueOf(await client.queueList(options)).messages.map(({ id }) => id);
  assert.deepEqual(await idsOf({ held: true }), [idOf(2)]);
  assert.deepEqual(await idsOf({ held: false }), [idOf(1), idOf(3)]);
  assert.deepEqual(await idsOf({ address: 'c@d.test' }), [idOf(3)]);
  assert.deepEqual(await idsOf({ address: '&limit=1' }), []);
});

test('queueShow() gives a message as it is queued', async (t) => {
  const { client } = await serve(t, memoryBackend([entryOf(1)]));
  const { message } = valueOf(await client.queueShow(idOf(1)));
  assert.deepEqual(message, {
    id: idOf(1),
    worker: 'w1',
    received: STARTED + 1000,
    holdUntil: null,
    size: 4096,
    sender: 's1@contoso.example',
    origin: { client: '192.0.2.7', listener: 'internet', account: null, helo: 'client.example' },
    recipients: [
      {
        index: 0,
        address: 'b@other.example',
        original: 'b@other.example',
        by: 'grant:office',
        attempts: 1,
        held: false,
        nextAttempt: STARTED + 900_000,
        lastReply: '451 4.3.0 try later',
      },
    ],
  });
});

test('queueShow() tells "not there" from "cannot tell"', async (t) => {
  const { client, backend } = await serve(t);
  const missing = await client.queueShow('../status');
  assert.equal(missing.kind === 'failed' && missing.status, 404);
  backend.unavailable.push('w2');
  const unknown = await client.queueShow(idOf(1));
  assert.equal(unknown.kind === 'failed' && unknown.status, 503);
  assert.match(unknown.kind === 'failed' ? unknown.error : '', /w2 did not answer/);
});

test('queueRetry() takes ids or all', async (t) => {
  const { client, backend } = await serve(t, memoryBackend([entryOf(1), entryOf(2)]));
  assert.equal(valueOf(await client.queueRetry({ ids: [idOf(1), idOf(9)] })).count, 1);
  assert.equal(valueOf(await client.queueRetry({ ids: 'all' })).count, 2);
  assert.deepEqual(backend.calls, [`retry ${idOf(1)},${idOf(9)}`, 'retry all']);
});

test('queueHold() and queueRelease() take ids, and nothing else', async (t) => {
  const { client, backend } = await serve(t, memoryBackend([entryOf(1), entryOf(2)]));
  const held = (): readonly (boolean | undefined)[] =>
    backend.entries.map(({ message }) => message.recipients[0]?.held);
  assert.equal(valueOf(await client.queueHold({ ids: [idOf(1), idOf(9)] })).count, 1);
  assert.deepEqual(held(), [true, false]);
  assert.equal(valueOf(await client.queueRelease({ ids: [idOf(1)] })).count, 1);
  assert.deepEqual(held(), [false, false]);
});

test('queueDelete() deletes what is named and nothing else', async (t) => {
  const { client, backend, events } = await serve(t, memoryBackend([entryOf(1), entryOf(2)]));
  const change = valueOf(await client.queueDelete({ ids: [idOf(2)], reason: 'spam' }));
  assert.equal(change.count, 1);
  assert.deepEqual(
    backend.entries.map(({ message }) => message.id),
    [idOf(1)],
  );
  assert.deepEqual(events.at(-1), [
    'control.changed',
    { action: 'POST /v1/queue/delete', answer: 'messages deleted: 1; reason: spam' },
  ]);
});

test('queueDelete() deletes all only when there are exactly so many', async (t) => {
  const many = Array.from({ length: 1001 }, (_, number) => entryOf(number % 1000));
  many.splice(1000);
  const { client, backend } = await serve(t, memoryBackend(many));
  for (const count of [999, 1001]) {
    const refused = await client.queueDelete({ ids: 'all', count, reason: 'spam' });
    assert.equal(refused.kind === 'failed' && refused.status, 409);
    assert.match(refused.kind === 'failed' ? refused.remedy : '', /--confirm=1000/);
    assert.equal(backend.entries.length, 1000);
  }
  assert.equal(valueOf(await client.queueDelete({ ids: 'all', count: 1000, reason: 'spam' })).count, 1000);
  assert.equal(backend.entries.length, 0);
});

test('queueDelete() of all deletes nothing when a worker does not answer', async (t) => {
  const backend = memoryBackend([entryOf(1)]);
  backend.unavailable.push('w2');
  const { client } = await serve(t, backend);
  const refused = await client.queueDelete({ ids: 'all', count: 1, reason: 'spam' });
  assert.equal(refused.kind === 'failed' && refused.status, 503);
  assert.equal(backend.entries.length, 1);
});

test('queueStats() counts each worker and the sum', async (t) => {
  const backend = memoryBackend([entryOf(1), entryOf(2, { held: true })]);
  backend.unavailable.push('w2');
  const { client } = await serve(t, backend);
  const totals = { messages: 2, recipients: 2, held: 1, bytes: 8192, oldest: STARTED + 1000 };
  assert.deepEqual(valueOf(await client.queueStats()), {
    schema: 'postern.queue-stats/1',
    total: totals,
    workers: [{ name: 'w1', ...totals }],
    unavailable: ['w2'],
  });
});

for (const [name, method, url, body, status] of [
  ['what is not JSON', 'POST', '/v1/queue/retry', 'ids', 400],
  ['an id that is none', 'POST', '/v1/queue/retry', '{"ids":["x"]}', 400],
  ['no ids', 'POST', '/v1/queue/retry', '{"ids":[]}', 400],
  ['a key it does not know', 'POST', '/v1/queue/retry', '{"ids":"all","force":true}', 400],
  ['holding all', 'POST', '/v1/queue/hold', '{"ids":"all"}', 400],
  ['releasing all', 'POST', '/v1/queue/release', '{"ids":"all"}', 400],
  ['deleting all without a count', 'POST', '/v1/queue/delete', '{"ids":"all","reason":""}', 400],
  ['deleting without a reason', 'POST', '/v1/queue/delete', `{"ids":["${idOf(1)}"]}`, 400],
  ['a limit of 0', 'GET', '/v1/queue?limit=0', undefined, 400],
  ['a limit of 1001', 'GET', '/v1/queue?limit=1001', undefined, 400],
  ['a filter it does not know', 'GET', '/v1/queue?sender=a', undefined, 400],
  ['a path it does not know', 'GET', '/v2/status', undefined, 404],
  ['the wrong method', 'GET', '/v1/reload', undefined, 404],
  ['a method it does not know', 'DELETE', '/v1/status', undefined, 404],
  ['more than a mebibyte', 'POST', '/v1/queue/retry', `{"ids":"${'x'.repeat(1024 * 1024)}"}`, 413],
] as const) {
  test(`the control API refuses ${name} with ${status}, a reason and a remedy`, async (t) => {
    const { path, backend } = await serve(t, memoryBackend([entryOf(1)]));
    const answer = await raw(path, method, url, body);
    assert.equal(answer.status, status);
    const failure: Record<string, unknown> = JSON.parse(answer.body);
    assert.equal(failure['schema'], 'postern.error/1');
    assert.ok(String(failure['error']).length > 0 && String(failure['remedy']).length > 0);
    assert.deepEqual(backend.calls, []);
  });
}

test('the control API refuses a body that does not say how long it is', async (t) => {
  const { path, backend } = await serve(t, memoryBackend([entryOf(1)]));
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const outgoing = request({ socketPath: path, method: 'POST', path: '/v1/queue/retry', agent: false });
    outgoing.on('response', (incoming) => resolve(incoming.resume().statusCode)).on('error', reject);
    outgoing.write('{"ids":'); // in a chunk of its own
    outgoing.end('"all"}');
  });
  assert.equal(status, 411);
  assert.deepEqual(backend.calls, []);
});

test('the control API takes a limit of 1 and of 1000', async (t) => {
  const { path } = await serve(t);
  for (const limit of [1, 1000]) {
    assert.equal((await raw(path, 'GET', `/v1/queue?limit=${limit}`)).status, 200);
  }
});

test('the control API answers 500 to a bug and logs its cause', async (t) => {
  const { client, backend, events } = await serve(t);
  backend.failure = new Error('out of order');
  const answer = await client.status();
  assert.equal(answer.kind === 'failed' && answer.status, 500);
  const [name, fields] = events.at(-1) ?? [];
  assert.equal(name, 'control.failed');
  assert.match(fields !== undefined && 'error' in fields ? fields.error : '', /out of order/);
});
