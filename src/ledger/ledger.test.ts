import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import type { Limit } from '../policy/mod.ts';
import type { Counting } from './counting.ts';
import { Ledger } from './ledger.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const HOUR = 3_600_000;

interface World {
  readonly folder: string;
  readonly path: string;
  readonly events: { readonly name: string; readonly fields: object }[];
  now: number;
  pushes: number;
  open(): Ledger;
}

function world(t: TestContext): World {
  const folder = mkdtempSync(join(tmpdir(), 'postern-ledger-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const made: World = {
    folder,
    path: join(folder, 'ledger.db'),
    events: [],
    now: NOW,
    pushes: 0,
    open: () =>
      new Ledger({
        path: made.path,
        clock: { now: () => made.now },
        emit: (name, fields) => made.events.push({ name, fields }),
        gatewayNames: () => 2,
        guard: () => ({ failuresPerAddress: 2, failuresPerAccount: 3, unknownRecipients: 4 }),
        host: () => [{ address: '10.0.0.254', kind: 'gateway' }],
        onSuspects: () => (made.pushes += 1),
      }),
  };
  return made;
}

function counting(recipients: number, more: Partial<Limit> = {}): readonly Counting[] {
  return [
    {
      grant: 'office',
      whose: '10.0.0.1',
      limit: { recipients, periodMs: HOUR, burst: recipients, per: 'client', ...more },
    },
  ];
}

test('Ledger remembers over a restart what was counted and whom it suspects', (t) => {
  const site = world(t);
  {
    using ledger = site.open();
    for (let count = 0; count < 3; count += 1) assert.equal(ledger.take(counting(3)).kind, 'taken');
    ledger.see({ client: '10.0.0.7', name: 'one.test', grant: 'office' });
    ledger.see({ client: '10.0.0.7', name: 'two.test', grant: 'office' });
  }
  using ledger = site.open();
  assert.deepEqual(ledger.take(counting(3)), {
    kind: 'limit',
    until: NOW + HOUR / 3,
    counting: counting(3)[0],
  });
  assert.deepEqual(ledger.suspects, [
    {
      client: '10.0.0.7',
      grant: 'office',
      reason: 'names',
      names: 2,
      examples: ['two.test', 'one.test'],
      since: NOW,
      lastSeen: NOW,
    },
  ]);
  assert.equal(site.pushes, 1);
  site.now += HOUR;
  assert.equal(ledger.take(counting(3)).kind, 'taken');
});

test('Ledger keeps its file to its owner, and forgets suspects that time has passed over while it was away', (t) => {
  const site = world(t);
  {
    using ledger = site.open();
    ledger.see({ client: '10.0.0.254', name: '', grant: 'office' });
  }
  assert.equal(statSync(site.path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(site.folder), ['ledger.db'], 'closed, it leaves nothing beside');
  site.now += 7 * 24 * HOUR;
  using ledger = site.open();
  assert.deepEqual(ledger.suspects, []);
});

test('Ledger tells the first refusal at once and those that follow together, once in the time of the limit', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const site = world(t);
  using ledger = site.open();
  const told = (): number[] =>
    site.events.flatMap(({ name, fields }) =>
      name === 'limit.reached' && 'refused' in fields && typeof fields.refused === 'number'
        ? [fields.refused]
        : [],
    );
  for (let count = 0; count < 6; count += 1) ledger.take(counting(1));
  assert.deepEqual(site.events, [
    {
      name: 'limit.reached',
      fields: {
        grant: 'office',
        per: 'client',
        whose: '10.0.0.1',
        limit: '1/hour',
        burst: 1,
        until: new Date(NOW + HOUR).toISOString(),
        refused: 1,
      },
    },
  ]);
  site.now += HOUR - 1;
  t.mock.timers.tick(10_000);
  assert.deepEqual(told(), [1]);
  site.now += 1;
  t.mock.timers.tick(10_000);
  assert.deepEqual(told(), [1, 4]);
  site.now += HOUR;
  t.mock.timers.tick(10_000);
  assert.deepEqual(told(), [1, 4], 'nothing was refused since');
  ledger.take(counting(1));
  ledger.take(counting(1));
  assert.deepEqual(told(), [1, 4, 1]);
});

test('Ledger writes at most a second late, without being closed', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const site = world(t);
  using ledger = site.open();
  ledger.take(counting(3));
  using reader = new DatabaseSync(site.path, { readOnly: true });
  const rows = (): unknown[] =>
    reader
      .prepare('SELECT grant_name, whose, units FROM counter')
      .all()
      .map((row) => ({ ...row }));
  assert.deepEqual(rows(), []);
  t.mock.timers.tick(1000);
  assert.deepEqual(rows(), [{ grant_name: 'office', whose: '10.0.0.1', units: HOUR }]);
});

test('Ledger takes what comes after it was closed without an error', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const site = world(t);
  const ledger = site.open();
  ledger[Symbol.dispose]();
  ledger.see({ client: '10.0.0.7', name: 'one.test', grant: 'office' });
  ledger.take(counting(3));
  t.mock.timers.tick(60_000);
  assert.deepEqual(site.events, []);
});

test('Ledger puts a file aside that is not one, says so, and begins anew', (t) => {
  const site = world(t);
  writeFileSync(site.path, 'this is not a database, and it is long enough to be looked at as one'.repeat(20));
  {
    using ledger = site.open();
    assert.equal(ledger.take(counting(1)).kind, 'taken');
  }
  assert.deepEqual(
    site.events.map(({ name }) => name),
    ['ledger.failed'],
  );
  assert.deepEqual(readdirSync(site.folder).sort(), ['ledger.db', 'ledger.db.bad']);
  using ledger = site.open();
  assert.equal(ledger.take(counting(1)).kind, 'limit');
});

test('Ledger puts a database aside that is another, or of another version', (t) => {
  const site = world(t);
  {
    using other = new DatabaseSync(site.path);
    other.exec('CREATE TABLE something (x)');
  }
  using ledger = site.open();
  assert.equal(ledger.take(counting(1)).kind, 'taken');
  assert.match(JSON.stringify(site.events), /not a ledger of this version of Postern.*ledger\.db\.bad/);
});

test('Ledger names the file that it cannot open, and leaves it where it is', (t) => {
  const site = world(t);
  rmSync(site.folder, { recursive: true });
  assert.throws(() => site.open(), /Cannot open the ledger of limits in .*ledger\.db/);
  writeFileSync(site.folder, ''); // for the cleaning up
});

test('Ledger goes on counting when it cannot write, says so once, and writes all of it when it can', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const site = world(t);
  {
    using ledger = site.open();
    ledger.take(counting(5));
    t.mock.timers.tick(1000);
    {
      using saboteur = new DatabaseSync(site.path);
      saboteur.exec('BEGIN IMMEDIATE');
      ledger.take(counting(5));
      t.mock.timers.tick(1000);
      ledger.take(counting(5).map((each) => ({ ...each, whose: 'another' })));
      t.mock.timers.tick(1000);
      saboteur.exec('ROLLBACK');
    }
    assert.deepEqual(
      site.events.map(({ name }) => name),
      ['ledger.failed'],
    );
    ledger.take(counting(5));
  }
  using ledger = site.open();
  assert.deepEqual(
    ledger.fullest(9, []).map(({ whose, used }) => [whose, used]),
    [
      ['10.0.0.1', 3],
      ['another', 1],
    ],
  );
});

test('Ledger remembers over a restart who guesses and from where accounts are signed in to', (t) => {
  const site = world(t);
  const attempt = { network: '192.0.2.1', account: 'hash' };
  const home = { network: '198.51.100.0/24', account: 'hash' };
  {
    using ledger = site.open();
    for (let count = 0; count < 3; count += 1)
      ledger.afterLogin({ network: `192.0.2.${count}`, account: 'hash', accepted: false });
    ledger.afterLogin({ ...home, accepted: true });
    for (let count = 0; count < 4; count += 1) ledger.unknownRecipient('192.0.2.9');
  }
  using ledger = site.open();
  assert.deepEqual(ledger.beforeLogin(attempt), { kind: 'refused' });
  assert.deepEqual(ledger.beforeLogin(home), { kind: 'try', delayMs: 1000 });
  assert.equal(ledger.guarded(9)[0]?.network, '192.0.2.9');
  assert.deepEqual(site.events, []);
});

test('Ledger takes over a file of before there was a guard', (t) => {
  const site = world(t);
  {
    using ledger = site.open();
    ledger.take(counting(3));
  }
  const file = new DatabaseSync(site.path);
  file.exec('DROP TABLE guard_count; DROP TABLE guard_place');
  file.close();
  using ledger = site.open();
  assert.equal(ledger.fullest(1, [])[0]?.used, 1);
  ledger.afterLogin({ network: 'n', account: 'a', accepted: false });
  assert.deepEqual(site.events, []);
});
