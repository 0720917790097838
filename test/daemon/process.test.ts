/** The processes: starting, crashing, draining, and refusing to start. */
import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from '../kit/client.ts';
import { freePort } from '../kit/ports.ts';
import { Site } from '../kit/postern.ts';
import { until } from '../kit/until.ts';
import { configuration, running } from './site.ts';

test('serve: makes a self-signed certificate when none is configured, says so, and keeps it', async () => {
  await using postern = await running();
  const { site } = postern;
  assert.equal((await site.events('certificate.created')).length, 1);
  const path = join(site.folder, 'data', 'tls', 'self-signed.cert.pem');
  const before = await readFile(path, 'utf8');
  const status = await site.control.status();
  assert.ok(status.kind === 'done' && status.value.certificate?.selfSigned === true);
  assert.equal(await site.stop(), 0);
  await site.start();
  assert.equal(await readFile(path, 'utf8'), before);
});

test('serve: what it writes is for its own user only', async () => {
  await using postern = await running();
  const { site } = postern;
  const modes = new Map<string, number>();
  for (const name of ['data/accounts.db', 'data/control.sock', 'data/tls/self-signed.key.pem']) {
    modes.set(name, (await stat(join(site.folder, name))).mode & 0o077);
  }
  assert.deepEqual([...modes.values()], [0, 0, 0]);
});

test('serve: a worker that dies is started again, and what it had accepted is delivered', async () => {
  await using postern = await running();
  const { site, port } = postern;
  const before = await site.control.status();
  assert.ok(before.kind === 'done');
  const [worker] = before.value.workers;
  assert.ok(worker?.pid != null);
  process.kill(worker.pid, 'SIGKILL');
  await until(async () => {
    const status = await site.control.status();
    return (
      status.kind === 'done' &&
      status.value.workers[0]?.state === 'running' &&
      status.value.workers[0].restarts === 1
    );
  }, 'a new worker');
  using client = await Client.greeted({ port });
  await client.ehlo();
  assert.equal(
    (await client.send('', ['bob@inbound.test'], 'From: <a@client.test>\r\nSubject: s\r\n\r\nx')).code,
    250,
  );
  await site.emptied();
  await site.logged('worker.crashed');
});

test('serve: SIGTERM answers a message that is being sent, ends with 0, and loses nothing', async () => {
  await using postern = await running();
  const { site, port } = postern;
  using idle = await Client.greeted({ port });
  using client = await Client.greeted({ port });
  await client.ehlo();
  await client.expect('MAIL FROM:<>', 250);
  await client.expect('RCPT TO:<bob@inbound.test>', 250);
  await client.expect('DATA', 354);
  const stopped = site.stop();
  assert.equal((await idle.reply()).code, 421);
  client.raw('From: <a@client.test>\r\nSubject: in time\r\n\r\nx\r\n.\r\n');
  assert.equal((await client.reply()).code, 250);
  assert.equal((await client.reply()).code, 421);
  assert.equal(await stopped, 0);
  await site.start();
  await site.emptied();
  const folder = join(site.folder, 'data', 'mail', 'bob@inbound.test', 'new');
  assert.equal((await readdir(folder)).length, 1);
});

test('serve: signals that come while it starts wait until it has started, and end it in order', async () => {
  await using site = await Site.create(configuration({ port: await freePort() }));
  site.spawn();
  await until(
    async () => (await site.events('worker.started').catch(() => [])).length > 0,
    'a worker that is starting',
  );
  site.signal('SIGHUP');
  assert.equal(await site.stop(), 0);
  assert.equal((await site.events('daemon.stopped')).length, 1);
});

test('serve: a client that stops in the midst of a message does not keep a worker from ending in order', async () => {
  await using postern = await running();
  const { site, port } = postern;
  using client = await Client.greeted({ port });
  await client.ehlo();
  await client.expect('MAIL FROM:<>', 250);
  await client.expect('RCPT TO:<bob@inbound.test>', 250);
  await client.expect('DATA', 354);
  client.raw('From: <a@client.test>\r\nSubject: s\r\n\r\n');
  // Without its supervisor a worker drains in a short time; with it, in a longer one, in the same way.
  site.signal('SIGKILL');
  await site.logged('spool.closed');
  assert.equal((await client.reply()).code, 'closed');
});

test('serve: starts again right after its supervisor was killed, although a worker still ends', async () => {
  await using postern = await running();
  const { site, port } = postern;
  using client = await Client.greeted({ port });
  await client.ehlo();
  await client.expect('MAIL FROM:<>', 250);
  await client.expect('RCPT TO:<bob@inbound.test>', 250);
  await client.expect('DATA', 354); // the worker waits for this message
  site.signal('SIGKILL');
  await site.exited();
  await site.start();
  using again = await Client.greeted({ port });
  await again.ehlo();
  assert.equal(
    (await again.send('', ['bob@inbound.test'], 'From: <a@client.test>\r\nSubject: s\r\n\r\nx')).code,
    250,
  );
  await site.emptied();
});

test('serve: two workers share one port, and both take mail', async () => {
  await using postern = await running({ more: 'workers: 2' });
  const { site, port } = postern;
  for (let count = 0; count < 40; count += 1) {
    using client = await Client.greeted({ port });
    await client.ehlo();
    assert.equal(
      (await client.send('', ['bob@inbound.test'], `From: <a@client.test>\r\nSubject: ${count}\r\n\r\nx`))
        .code,
      250,
    );
  }
  await site.emptied();
  await until(async () => (await site.events('message.accepted')).length === 40, 'the log');
  const processes = new Set((await site.events('message.accepted')).map((event) => String(event['process'])));
  assert.deepEqual(processes, new Set(['w1', 'w2']));
});

test('serve: mail of a worker that no longer exists is adopted', async () => {
  await using postern = await running({
    more: 'workers: 2',
    domains: '    - { domain: away.test, forward: "127.0.0.1:1" }',
  });
  const { site, port } = postern;
  for (let count = 0; count < 20; count += 1) {
    using client = await Client.greeted({ port });
    await client.ehlo();
    assert.equal(
      (await client.send('', ['x@away.test'], 'From: <a@client.test>\r\nSubject: s\r\n\r\nx')).code,
      250,
    );
  }
  assert.equal(await site.stop(), 0);
  await site.configure(
    configuration({
      port,
      more: 'workers: 1',
      domains: '    - { domain: away.test, forward: "127.0.0.1:1" }',
    }),
  );
  await site.start();
  const stats = await site.control.queueStats();
  assert.ok(stats.kind === 'done');
  assert.equal(stats.value.total.messages, 20);
});

const REFUSED: readonly (readonly [name: string, yaml: (port: number) => string, said: RegExp])[] = [
  [
    'an error in the configuration',
    (port) => configuration({ port, more: 'reroutes: true' }),
    /unknown key "reroutes"/,
  ],
  [
    'an address that is not ours',
    (port) =>
      configuration({ port }).replace('127.0.0.1:', '192.0.2.1:').replace(', authWithoutTls: true', ''),
    /192\.0\.2\.1:\d+ is not an address of this machine/,
  ],
  [
    'a policy test that fails',
    (port) =>
      configuration({
        port,
        more: 'tests: [{ from: 127.0.0.5, recipient: a@outside.test, expect: relayed }]',
      }),
    /must be relayed, but is refused/,
  ],
];

for (const [name, yaml, said] of REFUSED) {
  test(`serve: does not start with ${name}, and says where`, async () => {
    await using site = await Site.create(yaml(await freePort()));
    const result = await site.cli('serve');
    assert.equal(result.code, 2, result.stderr);
    assert.match(result.stderr, said);
    assert.match(result.stderr, /postern\.yaml:\d+:\d+: /);
  });
}

test('serve: refuses a port that another program holds, and a data folder that another Postern runs on', async () => {
  await using postern = await running();
  const { site, port } = postern;
  await using other = await Site.create(configuration({ port }));
  const taken = await other.cli('serve');
  assert.equal(taken.code, 2);
  assert.match(taken.stderr, new RegExp(`127\\.0\\.0\\.1:${port} is in use by another program`));
  const second = await site.cli('serve');
  assert.notEqual(second.code, 0);
  assert.match(second.stderr, /another Postern/i);
  using client = await Client.greeted({ port });
  await client.expect('NOOP', 250);
});

test('serve: a spool that fails restarts its worker, even when nothing waits in it', async () => {
  await using postern = await running();
  const { site, port } = postern;
  using client = await Client.greeted({ port });
  await client.ehlo();
  await client.expect('MAIL FROM:<>', 250);
  await client.expect('RCPT TO:<bob@inbound.test>', 250);
  await client.expect('DATA', 354);
  // More than the database keeps, so that the content has a file; it cannot be put in its place when the folder is gone.
  const files = join(site.folder, 'data', 'spool', 'bodies', 'w1');
  client.raw(`From: <a@client.test>\r\nSubject: s\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(5000)}`);
  await until(async () => (await readdir(files)).length > 0, 'the file of the content');
  await rm(files, { recursive: true });
  client.raw('.\r\n');
  assert.match(String((await client.reply()).code), /451|closed/);
  await site.logged('worker.crashed');
  await until(async () => {
    const status = await site.control.status();
    return status.kind === 'done' && status.value.workers[0]?.state === 'running';
  }, 'a new worker');
  using again = await Client.greeted({ port });
  await again.ehlo();
  assert.equal(
    (await again.send('', ['bob@inbound.test'], 'From: <a@client.test>\r\nSubject: s\r\n\r\nx')).code,
    250,
  );
});

test('serve: a worker that cannot start again is tried less and less often, and the log says why', async () => {
  await using postern = await running();
  const { site } = postern;
  const status = await site.control.status();
  assert.ok(status.kind === 'done');
  const [worker] = status.value.workers;
  assert.ok(worker?.pid != null);
  process.kill(worker.pid, 'SIGSTOP');
  for (const name of ['w1.db', 'w1.db-wal'])
    await writeFile(join(site.folder, 'data', 'spool', name), 'this is no spool'.repeat(1000));
  process.kill(worker.pid, 'SIGKILL');
  await site.logged('worker.crashed', ({ restartInMs }) => Number(restartInMs) >= 200);
  await site.logged('worker.failed', ({ error }) => /w1 cannot start: .*not a database/.test(String(error)));
});
