/** The commands that ask the daemon, against the control API on a real socket. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { serveControl } from '../api/mod.ts';
import { entryOf, idOf, memoryBackend, STARTED } from '../api/testing/memoryBackend.ts';
import type { MemoryBackend } from '../api/testing/memoryBackend.ts';
import { EXIT } from './exit.ts';
import { assertFailed, site } from './testing/kit.ts';

async function daemon(t: TestContext, backend: MemoryBackend = memoryBackend()) {
  const made = await site(t);
  await mkdir(join(made.cwd, 'data'));
  const path = join(made.cwd, 'data', 'control.sock');
  const server = await serveControl({ path, backend, emit: () => {} });
  t.after(() => server[Symbol.asyncDispose]());
  return { ...made, backend };
}

test('every command that asks the daemon exits 4 when there is none', async (t) => {
  const { run } = await site(t);
  for (const argv of [
    ['status'],
    ['status', '--json'],
    ['reload'],
    ['queue', 'list'],
    ['queue', 'show', idOf(1)],
    ['queue', 'retry', '--all'],
    ['queue', 'hold', idOf(1)],
    ['queue', 'release', idOf(1)],
    ['queue', 'delete', idOf(1)],
    ['queue', 'delete', '--all'],
    ['queue', 'stats'],
  ]) {
    assertFailed(await run(argv), EXIT.noDaemon, /no Postern runs on this data folder/, /postern serve/);
  }
});

test('the daemon is asked although the configuration is broken', async (t) => {
  const { run, cwd } = await daemon(t);
  await writeFile(join(cwd, 'postern.yaml'), 'data: "./data"\nnonsense: [\n');
  assert.equal((await run(['status'])).code, EXIT.yes);
});

test('status shows how it is, and ends with the queue', async (t) => {
  const { run } = await daemon(t, memoryBackend([entryOf(1), entryOf(2, { held: true })]));
  const ran = await run(['status']);
  assert.equal(ran.code, EXIT.yes);
  assert.equal(ran.stderr, '');
  assert.match(ran.stdout, /^Running: Postern 1\.2\.3 for 3 h, process 4711\.\n/);
  assert.match(ran.stdout, /\nw1 {6}running {2}4712 /);
  assert.match(ran.stdout, /\ninternet {2}transfer {2}starttls {2}optional {2}0\.0\.0\.0:25\n/);
  assert.match(ran.stdout, /Self-signed certificate .* for mail\.contoso\.example, valid for 799 d/);
  assert.match(
    ran.stdout,
    /\n2 messages in the queue \(8\.0 KiB\), 1 recipient held, the oldest 29 min old\. Look at them with: postern queue list\n$/,
  );
});

test('status shows the limits in use, the next moment there is room, and suspected gateways with what to do', async (t) => {
  const { run, backend } = await daemon(t);
  const limit = { recipients: 200, periodMs: 3_600_000, burst: 50, per: 'client' as const };
  backend.limits.push(
    {
      grant: 'office',
      whose: '10.0.0.7',
      limit,
      used: 50,
      until: STARTED + 18_000,
      freeAt: STARTED + 900_000,
    },
    {
      grant: 'staff',
      whose: null,
      limit: { ...limit, per: 'grant' },
      used: 3,
      until: null,
      freeAt: STARTED + 60_000,
    },
  );
  backend.guarded.push({ network: '2001:db8::/64', what: 'logins', failures: 20, most: 20 });
  const seen = { grant: 'office', since: STARTED, lastSeen: STARTED };
  backend.suspects.push(
    { ...seen, client: '10.0.0.254', reason: 'gateway', names: 0, examples: [] },
    { ...seen, client: '10.0.0.9', reason: 'names', names: 20, examples: ['a.test', 'b\u001B.test'] },
  );
  const warned = (await run(['status'])).stdout;
  assert.match(warned, /LIMIT OF +WHOSE +RATE +USED +NEXT +ALL FREE AGAIN/);
  assert.match(
    warned,
    /office +10\.0\.0\.7 +200\/hour +50 of 50 +2026-11-24 12:00:18 UTC +2026-11-24 12:15:00 UTC/,
  );
  assert.match(warned, /SLOWED DOWN +FOR +COUNTED\n2001:db8::\/64 +failed logins +20 of 20/);
  assert.match(warned, /staff +all +200\/hour +3 of 50 +now +2026-11-24 12:01:00 UTC/);
  assert.match(
    warned,
    /10\.0\.0\.254 looks like a gateway: it is the default gateway of this host\. It relays by office\./,
  );
  assert.match(
    warned,
    /10\.0\.0\.9 looks like a gateway: it gave 20 different names .* such as a\.test, b\?\.test\./,
  );
  assert.match(warned, /relays by the same grant; suspectGateway: refuse .* To mend it: .*proxies.*sign in/);
  backend.refusesSuspects = true;
  assert.match((await run(['status'])).stdout, /Their address alone opens nothing/);
});

test('status exits 1 while not everything runs', async (t) => {
  const { run, backend } = await daemon(t);
  backend.unavailable.push('w1');
  const silent = await run(['status']);
  assert.equal(silent.code, EXIT.no);
  assert.match(silent.stdout, /^Running, but not all of it: /);
  assert.match(silent.stdout, /does not answer/);
  backend.unavailable.pop();
  backend.state = 'draining';
  const draining = await run(['status']);
  assert.equal(draining.code, EXIT.no);
  assert.match(draining.stdout, /^Stopping: /);
});

test('status --json is the answer of the daemon', async (t) => {
  const { run } = await daemon(t);
  const json: Record<string, unknown> = JSON.parse((await run(['status', '--json'])).stdout);
  assert.equal(json['schema'], 'postern.status/1');
  assert.equal(json['started'], '2026-11-24T12:00:00.000Z');
});

test('a failure of the daemon is told and exits 3', async (t) => {
  const { run, backend } = await daemon(t);
  backend.failure = new Error('out of order');
  assertFailed(await run(['status']), EXIT.cannotTell, /the daemon failed: out of order/, /log/);
});

test('reload says that it is done, or what is wrong and that nothing was changed', async (t) => {
  const { run, backend } = await daemon(t);
  const done = await run(['reload']);
  assert.equal(done.code, EXIT.yes);
  assert.equal(done.stdout, 'Reloaded. postern.yaml is in force.\n');
  backend.outcome = {
    ok: true,
    summary: 'postern.yaml is in force: 1 opening and 1 closing.',
    changes: [
      { kind: 'opens', text: 'Opens relaying for 10.0.9.0/24.' },
      { kind: 'closes', text: 'Closes relaying for 10.0.8.0/24.' },
    ],
    rest: ['Nothing else changes.'],
    warnings: ['postern.yaml:27:7: grant a ends soon.'],
  };
  assert.equal(
    (await run(['reload'])).stdout,
    [
      'Reloaded. postern.yaml is in force: 1 opening and 1 closing.',
      'warning: postern.yaml:27:7: grant a ends soon.',
      '+ Opens relaying for 10.0.9.0/24.',
      '- Closes relaying for 10.0.8.0/24.',
      'Nothing else changes.',
      '',
    ].join('\n'),
  );
  const place = { file: 'postern.yaml', line: 27, column: 18 };
  backend.outcome = {
    ok: false,
    problems: [{ place, message: '10.0.9.9/24 has host bits set', remedy: 'Write 10.0.9.9.' }],
  };
  const refused = await run(['reload']);
  assert.equal(refused.code, EXIT.no);
  assert.match(refused.stdout, /^Not reloaded: 1 problem in the configuration\.\n/);
  assert.match(
    refused.stdout,
    /\npostern\.yaml:27:18: 10\.0\.9\.9\/24 has host bits set\. Write 10\.0\.9\.9\.\n/,
  );
  assert.match(refused.stdout, /Nothing was changed/);
  const json = await run(['reload', '--json']);
  assert.equal(json.code, EXIT.no);
  assert.equal(JSON.parse(json.stdout)['ok'], false);
});

test('queue list shows a row for each recipient, oldest first', async (t) => {
  const { run } = await daemon(
    t,
    memoryBackend([entryOf(1), entryOf(2, { held: true, lastReply: '', attempts: 0 })]),
  );
  const ran = await run(['queue', 'list']);
  assert.equal(ran.code, EXIT.yes);
  const lines = ran.stdout.split('\n');
  assert.match(lines[0] ?? '', /^ID {16,}AGE {5}SIZE {5}SENDER/);
  assert.match(
    lines[1] ?? '',
    /^1M85X3JJ9000000001 {2}29 min {2}4\.0 KiB {2}s1@contoso\.example {2}b@other\.example {2}due now {3}451 4\.3\.0 try later$/,
  );
  assert.match(lines[2] ?? '', /held {6}not tried yet$/);
  assert.equal(lines[4], '2 messages.');
});

test('queue list says when there is nothing, and when there is more', async (t) => {
  const { run, backend } = await daemon(t);
  assert.equal((await run(['queue', 'list'])).stdout, 'The queue is empty.\n');
  backend.entries.push(entryOf(1), entryOf(2), entryOf(3));
  const page = await run(['queue', 'list', '--limit', '2']);
  assert.match(
    page.stdout,
    new RegExp(`2 messages shown; there are more: postern queue list --after ${idOf(2)}\n$`),
  );
  const next = await run(['queue', 'list', '--limit', '2', '--after', idOf(2)]);
  assert.match(next.stdout, /\n1 message\.\n$/);
  assert.equal((await run(['queue', 'list', '--held'])).stdout, 'No queued message is like that.\n');
  assert.equal(
    (await run(['queue', 'list', '--address', 'nobody'])).stdout,
    'No queued message is like that.\n',
  );
});

test('queue list refuses a limit that is none and an id that is none', async (t) => {
  const { run } = await daemon(t);
  for (const limit of ['0', '1001', 'x', '1.5']) {
    assertFailed(await run(['queue', 'list', '--limit', limit]), EXIT.usage, /from 1 to 1000/);
  }
  assert.equal((await run(['queue', 'list', '--limit', '1000'])).code, EXIT.yes);
  assertFailed(await run(['queue', 'list', '--after', 'x']), EXIT.usage, /not the id of a message/);
});

test('queue list is never taken for whole when a worker does not answer', async (t) => {
  const { run, backend } = await daemon(t, memoryBackend([entryOf(1)]));
  backend.unavailable.push('w2');
  for (const argv of [
    ['queue', 'list'],
    ['queue', 'stats'],
    ['queue', 'retry', '--all'],
  ]) {
    const ran = await run(argv);
    assert.equal(ran.code, EXIT.cannotTell);
    assert.match(ran.stderr, /^Note: w2 did not answer/);
  }
});

test('queue list shows nothing of what could command a terminal', async (t) => {
  const { run } = await daemon(t, memoryBackend([entryOf(1, { lastReply: '550 \u001B[2J\r\nfake' })]));
  for (const argv of [
    ['queue', 'list'],
    ['queue', 'list', '--plain'],
    ['queue', 'show', idOf(1)],
  ]) {
    const { stdout } = await run(argv);
    assert.ok(stdout.includes('550 ?[2J??fake'));
    assert.ok(!stdout.includes('\u001B'));
  }
});

test('queue list --plain is a line of tab-separated fields for each recipient', async (t) => {
  const { run } = await daemon(t, memoryBackend([entryOf(1)]));
  assert.equal(
    (await run(['queue', 'list', '--plain'])).stdout,
    `${[idOf(1), '2026-11-24T12:00:01.000Z', '4096', 's1@contoso.example', 'b@other.example', '1', '2026-11-24T12:15:00.000Z', '', '451 4.3.0 try later'].join('\t')}\n`,
  );
});

test('queue show tells where a message came from and by which rule', async (t) => {
  const { run } = await daemon(t, memoryBackend([entryOf(1, { original: 'b@old.example' })]));
  const ran = await run(['queue', 'show', idOf(1)]);
  assert.equal(ran.code, EXIT.yes);
  assert.match(ran.stdout, /^Message 1M85X3JJ9000000001 waits for 1 recipient\.\n/);
  assert.match(ran.stdout, /From 192\.0\.2\.7 \(client\.example\) on internet, not signed in\./);
  assert.match(
    ran.stdout,
    /b@other\.example \(given as b@old\.example\)\n {2}accepted by grant:office; tried once; next try: due now\n/,
  );
  assert.match(ran.stdout, /\nTry it again now with: postern queue retry 1M85X3JJ9000000001\n$/);
  assertFailed(await run(['queue', 'show', idOf(2)]), EXIT.no, /no message 1M85X3JJ9000000002 in the queue/);
});

test('queue retry takes ids or --all, and not both or neither', async (t) => {
  const { run, backend } = await daemon(t, memoryBackend([entryOf(1), entryOf(2)]));
  assert.match((await run(['queue', 'retry', idOf(1)])).stdout, /^1 message due now\./);
  assert.match((await run(['queue', 'retry', '--all'])).stdout, /^2 messages due now\./);
  const some = await run(['queue', 'retry', idOf(1), idOf(9)]);
  assert.equal(some.code, EXIT.no);
  assert.match(some.stdout, /^1 of 2 messages due now\./);
  assert.equal(backend.calls.length, 3);
  assertFailed(await run(['queue', 'retry']), EXIT.usage, /--all/);
  assertFailed(await run(['queue', 'retry', '--all', idOf(1)]), EXIT.usage, /--all/);
  assertFailed(
    await run(['queue', 'retry', idOf(1), 'x']),
    EXIT.usage,
    /error: x is not the id of a message\n.*postern queue list\n$/,
  );
  assertFailed(await run(['queue', 'delete', 'x']), EXIT.usage, /error: x is not the id of a message\n/);
  assert.equal(backend.calls.length, 3);
});

test('queue hold and release take ids and say how many', async (t) => {
  const { run, backend } = await daemon(t, memoryBackend([entryOf(1), entryOf(2)]));
  const held = await run(['queue', 'hold', idOf(1), idOf(9)]);
  assert.equal(held.code, EXIT.no);
  assert.equal(held.stdout, '1 of 2 messages held. Let go with: postern queue release ID\n');
  assert.equal(backend.entries[0]?.message.recipients[0]?.held, true);
  const shown = await run(['queue', 'show', idOf(1)]);
  assert.match(
    shown.stdout,
    /next try: held\n[^]*\nLet it go with: postern queue release 1M85X3JJ9000000001\n$/,
  );
  const released = await run(['queue', 'release', idOf(1)]);
  assert.equal(released.code, EXIT.yes);
  assert.match(released.stdout, /^1 message released\./);
  assert.equal(backend.entries[0].message.recipients[0]?.held, false);
  for (const action of ['hold', 'release']) {
    assertFailed(await run(['queue', action, 'x']), EXIT.usage, /error: x is not the id of a message\n/);
    assert.equal((await run(['queue', action])).code, EXIT.usage);
    assert.match(
      (await run(['queue', action, '--json', idOf(2)])).stdout,
      /"schema": ?"postern\.queue-change\/1"/,
    );
  }
});

test('queue list and show tell what its sender wants delivered later', async (t) => {
  const entry = entryOf(1, { attempts: 0, lastReply: '', nextAttempt: LATER });
  const later = {
    ...entry,
    message: { ...entry.message, envelope: { ...entry.message.envelope, holdUntil: LATER } },
  };
  const { run } = await daemon(t, memoryBackend([later]));
  assert.match((await run(['queue', 'list'])).stdout, /b@other\.example +in 3 d +sent for later\n/);
  assert.match(
    (await run(['queue', 'show', idOf(1)])).stdout,
    /\nIts sender wants it delivered from 2026-11-27 .* on, in 3 d\.\n/,
  );
});

const LATER = Date.UTC(2026, 10, 27, 13);

test('queue delete deletes the messages that are named', async (t) => {
  const { run, backend } = await daemon(t, memoryBackend([entryOf(1), entryOf(2)]));
  const ran = await run(['queue', 'delete', idOf(1), '--reason', 'spam']);
  assert.equal(ran.code, EXIT.yes);
  assert.equal(ran.stdout, 'Deleted 1 message.\n');
  assert.deepEqual(backend.calls, ['delete 1 spam']);
  const again = await run(['queue', 'delete', idOf(1)]);
  assert.equal(again.code, EXIT.no);
  assert.equal(again.stdout, 'Deleted 0 of 1 message.\n');
  assert.equal(backend.entries.length, 1);
});

test('queue delete --all wants to know how many that is', async (t) => {
  const { run, backend } = await daemon(t, memoryBackend([entryOf(1), entryOf(2)]));
  const bare = await run(['queue', 'delete', '--all']);
  assertFailed(
    bare,
    EXIT.usage,
    /would delete 2 messages for good/,
    /postern queue delete --all --confirm=2\n$/,
  );
  for (const count of ['1', '3']) {
    const wrong = await run(['queue', 'delete', '--all', `--confirm=${count}`]);
    assertFailed(wrong, EXIT.no, /there are 2 messages/, /--confirm=2/);
  }
  for (const argv of [
    ['--all', '--confirm=all'],
    [idOf(1), '--confirm=1'],
    [],
    ['--all', idOf(1), '--confirm=2'],
  ]) {
    assertFailed(await run(['queue', 'delete', ...argv]), EXIT.usage);
  }
  assert.equal(backend.entries.length, 2);
  const ran = await run(['queue', 'delete', '--all', '--confirm=2']);
  assert.equal(ran.code, EXIT.yes);
  assert.equal(ran.stdout, 'Deleted 2 messages.\n');
  assert.equal(backend.entries.length, 0);
});

test('queue stats counts', async (t) => {
  const { run } = await daemon(t, memoryBackend([entryOf(1), entryOf(2, { held: true })]));
  const ran = await run(['queue', 'stats']);
  assert.match(ran.stdout, /^WORKER {2}MESSAGES {2}RECIPIENTS {2}HELD {2}SIZE {5}OLDEST\nw1 /);
  assert.match(ran.stdout, /\nin all {2}2 {9}2 {11}1 {5}8\.0 KiB {2}29 min\n$/);
  const plain = await run(['queue', 'stats', '--plain']);
  assert.equal(plain.stdout, 'w1\t2\t2\t1\t8192\t2026-11-24T12:00:01.000Z\n');
});
