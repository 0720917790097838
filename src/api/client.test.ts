import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { controlClient } from './mod.ts';

async function tempSocket(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-api-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'control.sock');
}

/** A peer that answers every connection with `text`; undefined: it never answers. */
async function peer(t: TestContext, text: string | undefined): Promise<string> {
  const path = await tempSocket(t);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    t.after(() => socket.destroy());
    socket.once('data', () => {
      if (text !== undefined) socket.end(text);
    });
  }).listen(path);
  await once(server, 'listening');
  t.after(() => server.close());
  return path;
}

test('controlClient() says that no daemon runs when there is no socket', async (t) => {
  const path = await tempSocket(t);
  const answer = await controlClient(path).status();
  assert.equal(answer.kind, 'noDaemon');
  assert.match(answer.kind === 'noDaemon' ? answer.error : '', new RegExp(path));
});

test('controlClient() gives up at the deadline and says that it may still be done', async (t) => {
  const path = await peer(t, undefined);
  const answer = await controlClient(path, 50).reload();
  assert.equal(answer.kind, 'failed');
  assert.match(answer.kind === 'failed' ? answer.error : '', /may still be done/);
});

for (const [name, text] of [
  ['HTML', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>'],
  ['JSON of another kind', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'],
  [
    'a version of the schema it does not know',
    'HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n{"schema":"postern.status/2"}',
  ],
  ['nothing', ''],
  ['a broken answer', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}'],
  ['no HTTP', '220 mail.example ESMTP\r\n'],
] as const) {
  test(`controlClient() fails with a remedy when the peer answers ${name}`, async (t) => {
    const path = await peer(t, text);
    const answer = await controlClient(path).status();
    assert.equal(answer.kind, 'failed');
    assert.ok(answer.kind === 'failed' && answer.error !== '' && answer.remedy !== '');
  });
}
