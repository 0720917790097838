/** The history of a real daemon: what it decides, accepts and tries is there, in the order it happened, and outlives everything. */
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openHistory, type Passage } from '../../src/history/mod.ts';
import { Client } from '../kit/client.ts';
import type { Site } from '../kit/postern.ts';
import { until } from '../kit/until.ts';
import { configuration, running } from './site.ts';

function folderOf(site: Site): string {
  return join(site.folder, 'data', 'history');
}

function passagesWith(site: Site, address: string): readonly Passage[] {
  using reader = openHistory(folderOf(site));
  const passages = reader.byAddress(address, { limit: 20 });
  assert.deepEqual(reader.problems, []);
  return passages;
}

/** Waits until the one transaction with an address is there, as far as `complete` wants it. */
async function passageWith(
  site: Site,
  address: string,
  complete: (passage: Passage) => boolean = () => true,
): Promise<Passage> {
  await until(() => Promise.resolve(passagesWith(site, address).some(complete)), `the history of ${address}`);
  const [passage, ...others] = passagesWith(site, address);
  assert.ok(passage !== undefined && others.length === 0);
  return passage;
}

test('serve: accepted and refused mail is in the history, from its decision to its delivery, while the daemon runs', async () => {
  await using postern = await running();
  const { site, port } = postern;
  using client = await Client.greeted({ port });
  await client.ehlo();
  const content = 'From: <a@client.test>\r\nMessage-ID: <one@client.test>\r\nSubject: s\r\n\r\nx';
  const reply = await client.send('alice@client.test', ['bob@inbound.test'], content);
  const passage = await passageWith(site, 'BOB@inbound.test', ({ attempts }) => attempts.length > 0);
  const [decision] = passage.decisions;
  assert.equal(decision?.recipient, 'bob@inbound.test');
  assert.equal(decision.outcome, 'inbound');
  assert.equal(decision.rule, 'route:inbound.test');
  assert.equal(decision.client, '127.0.0.1');
  assert.equal(decision.sender, 'alice@client.test');
  assert.equal(decision.restrained, null);
  assert.equal(passage.message?.messageId, 'one@client.test');
  assert.ok(reply.lines.join(' ').includes(passage.message.id));
  assert.deepEqual(
    passage.attempts.map(({ recipient, outcome }) => [recipient, outcome]),
    [['bob@inbound.test', 'delivered']],
  );
  using reader = openHistory(folderOf(site));
  assert.deepEqual(reader.byMessageId('one@client.test'), [passage]);
  assert.deepEqual(reader.byMessage(passage.message.id), [passage]);
  await refused(site, client);
});

/** A refusal is found by the name it ends in. */
async function refused(site: Site, client: Client): Promise<void> {
  await client.expect('MAIL FROM:<>', 250);
  const reply = await client.expect('RCPT TO:<x@outside.test>', 550);
  const [, session = ''] = /\[([^\]]+)\]$/.exec(reply.lines.join(' ')) ?? [];
  const { decisions, message } = await passageWith(site, 'x@outside.test');
  const [decision] = decisions;
  assert.equal(decision?.session, session);
  assert.equal(decision.transaction, 2);
  assert.equal(decision.outcome, 'noGrant');
  assert.equal(decision.reply, `550 5.7.1 ${reply.lines.join(' ').replace(/^5\.7\.1 /, '')}`);
  assert.equal(message, null);
  using reader = openHistory(folderOf(site));
  assert.deepEqual(reader.bySession(session)[1]?.decisions, decisions);
}

test('serve: what cannot be delivered, and what an administrator deletes, is in the history', async () => {
  const { site, port, ...rest } = await running({
    domains: '    - { domain: away.test, forward: "127.0.0.1:1" }',
  });
  await using postern = { site, ...rest };
  using client = await Client.greeted({ port });
  await client.ehlo();
  await client.send('alice@client.test', ['x@away.test'], 'From: <a@client.test>\r\nSubject: s\r\n\r\nx');
  const { message } = await passageWith(site, 'x@away.test', ({ attempts }) => attempts.length > 0);
  assert.ok(message !== null);
  const { code } = await postern.site.cli('queue', 'delete', message.id);
  assert.equal(code, 0);
  const { attempts } = await passageWith(site, 'x@away.test', (passage) => passage.attempts.length > 1);
  assert.deepEqual(
    attempts.map(({ outcome }) => outcome),
    ['deferred', 'deleted'],
  );
});

test('serve: a clean stop loses nothing, the next start goes on, and nobody else can read it', async () => {
  await using postern = await running({ more: 'workers: 2' });
  const { site, port } = postern;
  const count = 30;
  for (let index = 0; index < count; index += 1) {
    using client = await Client.greeted({ port });
    await client.ehlo();
    await client.send(
      '',
      ['bob@inbound.test'],
      `From: <a@client.test>\r\nMessage-ID: <${index}@client.test>\r\n\r\nx`,
    );
  }
  // At once: the last records are still with the workers, which collect them for a moment.
  assert.equal(await site.stop(), 0);
  const names = await readdir(folderOf(site));
  assert.equal(names.length, 1, 'a clean stop leaves one file and nothing beside it');
  for (const name of ['.', ...names])
    assert.equal((await stat(join(folderOf(site), name))).mode & 0o077, 0, name);
  using reader = openHistory(folderOf(site));
  assert.equal(reader.count({ since: 0, until: Date.now() + 1 }), count);
  for (let index = 0; index < count; index += 1) {
    assert.equal(reader.byMessageId(`${index}@client.test`).length, 1, `message ${index}`);
  }

  await site.start();
  using client = await Client.greeted({ port });
  await client.ehlo();
  await client.send(
    '',
    ['bob@inbound.test'],
    'From: <a@client.test>\r\nMessage-ID: <again@client.test>\r\n\r\nx',
  );
  await until(() => {
    using later = openHistory(folderOf(site));
    return Promise.resolve(later.byMessageId('again@client.test').length === 1);
  }, 'the message after the restart');
  using later = openHistory(folderOf(site));
  assert.equal(later.byMessageId('0@client.test').length, 1);
});

test('serve: a worker that is killed takes no more than its last moment from the history', async () => {
  await using postern = await running();
  const { site, port } = postern;
  const status = await site.control.status();
  assert.ok(status.kind === 'done');
  using client = await Client.greeted({ port });
  await client.ehlo();
  await client.send(
    '',
    ['bob@inbound.test'],
    'From: <a@client.test>\r\nMessage-ID: <before@client.test>\r\n\r\nx',
  );
  await passageWith(site, 'bob@inbound.test');
  process.kill(status.value.workers[0]?.pid ?? assert.fail('no worker'), 'SIGKILL');
  await site.logged('worker.ready', (event) => event['worker'] === 'w1');
  await until(async () => (await site.events('worker.ready')).length === 2, 'another worker');
  using again = await Client.greeted({ port });
  await again.ehlo();
  await again.send(
    '',
    ['bob@inbound.test'],
    'From: <a@client.test>\r\nMessage-ID: <after@client.test>\r\n\r\nx',
  );
  await until(() => Promise.resolve(passagesWith(site, 'bob@inbound.test').length === 2), 'both messages');
});

test('serve: with `history: off` nothing is recorded, and a reload turns it on', async () => {
  await using postern = await running({ more: 'history: off' });
  const { site, port } = postern;
  using client = await Client.greeted({ port });
  await client.ehlo();
  await client.send(
    '',
    ['bob@inbound.test'],
    'From: <a@client.test>\r\nMessage-ID: <off@client.test>\r\n\r\nx',
  );
  await site.emptied();
  await site.configure(configuration({ port, more: 'history: { days: 1 }' }));
  const reloaded = await site.control.reload();
  assert.ok(reloaded.kind === 'done' && reloaded.value.ok);
  await client.send(
    '',
    ['bob@inbound.test'],
    'From: <a@client.test>\r\nMessage-ID: <on@client.test>\r\n\r\nx',
  );
  await passageWith(site, 'bob@inbound.test');
  using reader = openHistory(folderOf(site));
  assert.deepEqual(reader.byMessageId('off@client.test'), []);
  assert.equal(reader.byMessageId('on@client.test').length, 1);
});
