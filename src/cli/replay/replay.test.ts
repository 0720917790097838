import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { DecisionRecord } from '../../history/mod.ts';
import { EXIT } from '../exit.ts';
import { decided, record } from '../testing/history.ts';
import { NOW, assertFailed, site } from '../testing/kit.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const CONFIG = `hostname: mail.contoso.example
listeners:
  internet: { bind: ["127.0.0.1:2525"] }
routing:
  domains:
    - { domain: contoso.example, inbound: true }
    - { domain: old.example, rewrite: contoso.example }
    - { domain: partner.example, alwaysRelay: true }
relay:
  never:
    - { name: guests, from: [10.9.0.0/16] }
  allow:
    - { name: office, from: [192.168.10.0/24] }
`;

async function recorded(t: TestContext, records: readonly DecisionRecord[], yaml = CONFIG) {
  const made = await site(t, yaml);
  record(
    made.cwd,
    records.toSorted((a, b) => a.at - b.at),
  );
  return made;
}

/** Relayed by a grant. */
function relayed(given: Parameters<typeof decided>[0]): DecisionRecord {
  return decided({ outcome: 'relay', rule: 'grant:office', reply: '250 2.1.5 Recipient accepted', ...given });
}

test('replay says that nothing changes, and exits 0', async (t) => {
  const { run } = await recorded(t, [
    relayed({ at: NOW - HOUR, client: '192.168.10.7' }),
    decided({ at: NOW - 2 * HOUR }),
  ]);
  const ran = await run(['replay']);
  assert.equal(ran.stderr, '');
  assert.equal(
    ran.stdout.split('\n')[0],
    'No difference. All 2 decisions of the last 7 days stay as they were.',
  );
  assert.equal(ran.code, EXIT.yes);
});

test('replay says whom a policy would have refused: how often, on how many days, when last, and what they would get', async (t) => {
  const records = [0.1, 0.2, 1.1, 2.1, 3.1, 6.9].map((days, index) =>
    relayed({
      at: NOW - days * DAY,
      client: '10.0.8.14',
      session: `w1test-${index}`,
      rule: 'grant:scanners',
    }),
  );
  const office = relayed({ at: NOW - HOUR, client: '192.168.10.7' });
  const { run } = await recorded(t, [...records, office, decided({ at: NOW - 30 * DAY })]);
  const ran = await run(['replay', '--since', '7d']);
  assert.equal(ran.stderr, '');
  assert.equal(
    ran.stdout,
    `6 of 7 decisions of the last 7 days would be different.

Closes relaying for 10.0.8.14 to other.example, let in by grant scanners: 6 mails on 5 of 7 days, last today 10:06 UTC. It would get 550 5.7.1.

Nothing else changes: 1 decision stays as it was.
Look closer with: postern explain --session w1test-0 b@other.example
`,
  );
  assert.equal(ran.code, EXIT.no);
});

test('replay says whom a policy would have let in, by which rule and where it stands, and what would be otherwise', async (t) => {
  const { run, cwd } = await recorded(t, [
    decided({ at: NOW - DAY - 13 * HOUR, client: '192.168.10.7' }),
    decided({ at: NOW - DAY, client: '192.168.10.8', session: 'w1test-2' }),
    decided({ at: NOW - HOUR, recipient: 'x@partner.example', session: 'w1test-3' }),
    relayed({
      at: NOW - HOUR,
      client: '10.9.0.1',
      session: 'w1test-4',
      restrained: 'limit',
      rule: 'grant:staff',
      account: 'a@contoso.example',
    }),
    decided({
      at: NOW - HOUR,
      recipient: 'x@old.example',
      address: 'x@old.example',
      outcome: 'forward',
      rule: 'route:old.example',
      session: 'w1test-5',
    }),
  ]);
  await run(['account', 'add', 'x@contoso.example']);
  const ran = await run(['replay', '-c', join(cwd, 'postern.yaml')]);
  const lines = ran.stdout.split('\n').map((line) => line.replaceAll(/[^\s(]*postern\.yaml/g, 'FILE'));
  assert.deepEqual(lines.slice(0, 6), [
    '5 of 5 decisions of the last 7 days would be different.',
    '',
    'Opens relaying for 192.168.10.7 and 192.168.10.8 to other.example, by grant office (FILE:13): 2 mails on 2 of 2 days, last yesterday 12:30 UTC. They got 550 5.7.1.',
    'Opens relaying for 203.0.113.9 to partner.example, by route partner.example (FILE:8): 1 mail on 1 of 2 days, last today 11:30 UTC. It got 550 5.7.1.',
    'Closes relaying for 10.9.0.1 (signed in as a@contoso.example) to other.example, let in by grant staff: 1 mail on 1 of 2 days, last today 11:30 UTC. It would get 550 5.7.1 by never guests (FILE:11). 1 of these recipients had been refused all the same then, by a limit, as a suspected gateway, or by what is asked of clients and senders beside the policy.',
    'Alters what 203.0.113.9 gets for old.example: 1 mail on 1 of 2 days, last today 11:30 UTC. The mail was forwarded, and would be delivered here by route contoso.example (FILE:6). 1 of these recipients is judged by the mailboxes there are today.',
  ]);
  assert.match(ran.stdout, /\nThe history goes back only to 2026-11-22 23:30:00 UTC\.\n/);
  assert.match(ran.stdout, /\nNothing else changes: there was no other decision\.\n/);
  assert.match(
    ran.stdout,
    /\nLook closer with: postern explain -c \S+ --session w1test-2 b@other\.example\n$/,
  );
});

test('replay says which decisions are the same by another rule, and that is no change', async (t) => {
  const { run } = await recorded(t, [relayed({ at: NOW - HOUR, client: '192.168.10.7', rule: 'grant:hq' })]);
  const ran = await run(['replay']);
  assert.equal(ran.code, EXIT.yes);
  assert.match(ran.stdout, /^No difference\./);
  assert.match(
    ran.stdout,
    /\n1 decision would be the same by another rule, grant office instead of grant hq\.\n/,
  );
});

test('replay cannot tell without the accounts, exits 3 when nothing else changes, and tells after they are there', async (t) => {
  const { run } = await recorded(t, [
    decided({ at: NOW - HOUR, recipient: 'alice@contoso.example' }),
    decided({ at: NOW - HOUR, session: 'w1test-2' }),
  ]);
  const ran = await run(['replay']);
  assert.equal(ran.code, EXIT.cannotTell, ran.stdout);
  assert.match(
    ran.stdout,
    /^Cannot tell for 1 of 2 decisions: nobody asked for such mailboxes as alice@contoso\.example then, and the accounts cannot be read now\. There are no accounts/,
  );
  assert.match(ran.stdout, /\nNothing changes, as far as can be told: 1 decision stays as it was\.\n/);
  const json = JSON.parse((await run(['replay', '--json'])).stdout);
  assert.equal(json.verdict, 'cannotTell');
  assert.deepEqual([json.cannotTell[0].missing, json.cannotTell[0].decisions], ['mailbox', 1]);
  await run(['account', 'add', 'alice@contoso.example']);
  const told = await run(['replay']);
  assert.equal(told.code, EXIT.no);
  assert.match(
    told.stdout,
    /\nOpens delivery here for 203\.0\.113\.9 to contoso\.example, by route contoso\.example/,
  );
  assert.match(told.stdout, /\n1 decision is judged by the mailboxes there are today/);
});

test('replay --json and --plain give the same in figures', async (t) => {
  const { run } = await recorded(t, [
    relayed({ at: NOW - HOUR, client: '10.0.8.14', rule: 'grant:scanners' }),
    relayed({ at: NOW - HOUR, client: '10.0.8.14', rule: 'grant:scanners', recipient: 'c@third.example' }),
  ]);
  const json = JSON.parse((await run(['replay', '--json'])).stdout);
  assert.equal(json.schema, 'postern.replay/1');
  assert.equal(json.verdict, 'different');
  assert.deepEqual(json.decisions, { total: 2, same: 0, changed: 2, cannotTell: 0, byMailboxesOfToday: 0 });
  const [change] = json.changes;
  assert.deepEqual(change.before, { effect: 'relayed', rule: 'grant:scanners' });
  assert.deepEqual(change.after, { effect: '550 5.7.1', rule: 'none', place: null });
  assert.deepEqual(change.domains, { count: 2, more: false, names: ['other.example', 'third.example'] });
  assert.deepEqual([change.decisions, change.mails, change.days], [2, 1, 1]);
  assert.equal(change.example.wouldGet, '550 5.7.1');
  const plain = await run(['replay', '--plain']);
  assert.equal(
    plain.stdout,
    'closes\trelayed\t550 5.7.1\tgrant:scanners\tnone\t10.0.8.14\t\tother.example,third.example\t2\t1\t1\t2026-11-24T11:30:00.000Z\tw1test-1\tc@third.example\n',
  );
  assertFailed(await run(['replay', '--plain', '--json']), EXIT.usage, /cannot be used/);
});

test('replay looks only at the time it is told, and into the folder it is told', async (t) => {
  const { run, cwd } = await recorded(t, [
    relayed({ at: Date.UTC(2026, 10, 20), client: '10.0.8.14' }),
    relayed({ at: Date.UTC(2026, 10, 21), client: '10.0.8.15', session: 'w1test-2' }),
  ]);
  const clientsOf = async (...argv: string[]): Promise<unknown> => {
    const json = JSON.parse((await run(['replay', '--json', ...argv])).stdout);
    return json.changes.map((change: { clients: { names: string[] } }) => change.clients.names);
  };
  assert.deepEqual(await clientsOf(), [['10.0.8.14', '10.0.8.15']]);
  assert.deepEqual(await clientsOf('--since', '2026-11-20', '--until', '2026-11-21'), [['10.0.8.14']]);
  assert.deepEqual(await clientsOf('--since', '2026-11-21'), [['10.0.8.15']]);
  await mkdir(join(cwd, 'new'));
  await writeFile(join(cwd, 'new', 'new.yaml'), CONFIG);
  assertFailed(
    await run(['replay', '-c', 'new/new.yaml']),
    EXIT.cannotTell,
    /cannot tell: no decision was recorded in that time\. Nothing is recorded in /,
    /--data FOLDER/,
  );
  assert.equal((await run(['replay', '-c', 'new/new.yaml', '--data', 'data'])).code, EXIT.no);
  assertFailed(
    await run(['replay', '--data', 'postern.yaml']),
    EXIT.cannotTell,
    /cannot tell: the history cannot be read\n/,
    /history: a part of the path is not a folder/,
  );
});

test('replay cannot tell that nothing changes when a part of the history cannot be read', async (t) => {
  const { run, cwd } = await recorded(t, [decided({ at: NOW - DAY }), decided({ at: NOW - HOUR })]);
  const [first = ''] = (await readdir(join(cwd, 'data', 'history'))).toSorted();
  await writeFile(join(cwd, 'data', 'history', first), 'no database');
  const ran = await run(['replay']);
  assert.equal(ran.code, EXIT.cannotTell);
  assert.match(ran.stderr, /1 part of the history cannot be read, so what it holds is missing here\. .*: /);
  assert.match(ran.stdout, /\nNothing changes, as far as can be told: 1 decision stays as it was\.\n$/);
  const json = JSON.parse((await run(['replay', '--json'])).stdout);
  assert.deepEqual([json.verdict, json.unread.length], ['cannotTell', 1]);
  assertFailed(await run(['trace', 'nobody@other.example']), EXIT.cannotTell, /cannot be read/);
});

test('replay refuses a time that is none, and a configuration that is wrong', async (t) => {
  const { run, cwd } = await recorded(t, [decided({ at: NOW - HOUR })]);
  assertFailed(
    await run(['replay', '--since', 'soon']),
    EXIT.usage,
    /--since: soon is neither/,
    /such as 7d/,
  );
  assertFailed(await run(['replay', '--since', '2027-01-01']), EXIT.usage, /is in the future/);
  assertFailed(await run(['replay', '--since', '1d', '--until', '2d']), EXIT.usage, /not before --until/);
  assertFailed(
    await run(['replay', '--since', '9d', '--until', '8d']),
    EXIT.cannotTell,
    /no decision was recorded in that time\. The history goes back to 2026-11-24 11:30:00 UTC/,
  );
  await writeFile(join(cwd, 'postern.yaml'), 'hostname: [');
  assertFailed(await run(['replay']), EXIT.usage, /in the configuration/);
});

test('replay stops at Ctrl-C and exits 130', async (t) => {
  const many = Array.from({ length: 20_000 }, (_, i) => decided({ at: NOW - HOUR, session: `w1test-${i}` }));
  const { run } = await recorded(t, many);
  const running = run(['replay']);
  const over = new AbortController();
  void running.finally(() => over.abort());
  while (process.listenerCount('SIGINT') === 0 && !over.signal.aborted) await setImmediate();
  // Without a listener the signal would end this process.
  assert.ok(!over.signal.aborted, 'it listens before it is done');
  process.emit('SIGINT');
  assertFailed(await running, EXIT.interrupted, /^Stopped; nothing was changed\.\n$/);
  assert.equal(process.listenerCount('SIGINT'), 0);
});
