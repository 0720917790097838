import assert from 'node:assert/strict';
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createDirectory, ownsAddress } from './directory.ts';
import { openAccountReader } from './reader.ts';
import { openAccountStore } from './store.ts';
import { accountsPath, mailbox, recordEvents, standingClock } from './testing/kit.ts';

const ALICE = 'alice@contoso.example';

test('find() is unavailable while the accounts cannot be read, and recovers by itself', async (t) => {
  const path = await accountsPath(t);
  const events = recordEvents();
  using store = openAccountStore(path, { clock: standingClock() });
  await store.add({ address: ALICE });
  using reader = openAccountReader(path, events);
  const directory = createDirectory(reader);
  assert.equal(directory.lookup(mailbox(ALICE)), 'known');

  using saboteur = new DatabaseSync(path);
  saboteur.exec('ALTER TABLE account RENAME TO gone');
  // The second time on a connection that is opened anew.
  for (let time = 0; time < 2; time += 1) {
    assert.equal(directory.lookup(mailbox(ALICE)), 'unavailable');
    assert.equal(directory.lookup(mailbox('nobody@contoso.example')), 'unavailable');
    assert.equal(directory.owner(mailbox(ALICE)), 'unavailable');
    assert.equal(directory.standing(ALICE), 'unavailable');
    assert.equal(ownsAddress(reader, ALICE, ALICE), false);
  }
  assert.deepEqual(events.told, [
    { name: 'accounts.unavailable', fields: { path, error: 'no such table: account' } },
  ]);

  saboteur.exec('ALTER TABLE gone RENAME TO account');
  assert.equal(directory.lookup(mailbox(ALICE)), 'known');
  assert.deepEqual(events.told.slice(1), [{ name: 'accounts.recovered', fields: { path } }]);
});

test('find() reads the file that is put in the place of the accounts, and is unavailable while there is none', async (t) => {
  const path = await accountsPath(t);
  const copy = `${path}.copy`;
  {
    using store = openAccountStore(path, { clock: standingClock() });
    await store.add({ address: ALICE });
    using other = openAccountStore(copy, { clock: standingClock() });
    await other.add({ address: 'bob@contoso.example' });
  }
  using reader = openAccountReader(path, recordEvents());
  const directory = createDirectory(reader);
  assert.equal(directory.lookup(mailbox(ALICE)), 'known');
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  assert.equal(directory.lookup(mailbox(ALICE)), 'unavailable');
  renameSync(copy, path);
  assert.equal(directory.lookup(mailbox(ALICE)), 'unknown');
  assert.equal(directory.lookup(mailbox('bob@contoso.example')), 'known');
});

test('find() reads on while another process writes', async (t) => {
  const path = await accountsPath(t);
  using store = openAccountStore(path, { clock: standingClock() });
  await store.add({ address: ALICE });
  using reader = openAccountReader(path, recordEvents());
  using writer = new DatabaseSync(path);
  writer.exec('BEGIN IMMEDIATE; DELETE FROM account');
  assert.equal(createDirectory(reader).lookup(mailbox(ALICE)), 'known');
  writer.exec('COMMIT');
});

test('replaceHash() replaces only the hash it was told of', async (t) => {
  const path = await accountsPath(t);
  using store = openAccountStore(path, { clock: standingClock() });
  await store.add({ address: ALICE, password: 'secret' });
  const events = recordEvents();
  using reader = openAccountReader(path, events);
  const hash = (): string | null => {
    const found = reader.find(mailbox(ALICE));
    assert.ok(typeof found === 'object');
    return found.hash;
  };
  const old = hash() ?? '';
  assert.equal(reader.replaceHash(ALICE, { old: `${old}x`, new: 'new' }), false);
  assert.equal(reader.replaceHash('bob@contoso.example', { old, new: 'new' }), false);
  assert.equal(hash(), old);
  assert.equal(reader.replaceHash(ALICE, { old, new: 'new' }), true);
  assert.equal(hash(), 'new');

  using writer = new DatabaseSync(path);
  writer.exec('BEGIN IMMEDIATE');
  assert.equal(reader.replaceHash(ALICE, { old: 'new', new: 'newer' }), false);
  writer.exec('COMMIT');
  assert.equal(hash(), 'new');
  assert.deepEqual(events.told, []);
});

test('openAccountReader() without create says when there are no accounts', async (t) => {
  const path = await accountsPath(t);
  assert.throws(() => openAccountReader(path, { ...recordEvents(), create: false }), {
    name: 'AccountsError',
    code: 'missing',
    message: `There are no accounts: ${path} does not exist.`,
  });
  writeFileSync(path, '');
  assert.throws(() => openAccountReader(`${path}/accounts.db`, recordEvents()), { code: 'failed' });
});

test('openAccountReader() says why when the folder cannot be looked into', async (t) => {
  const path = await accountsPath(t);
  const loop = join(dirname(path), 'loop');
  symlinkSync(loop, loop);
  const looped = join(loop, 'accounts.db');
  assert.throws(() => openAccountReader(looped, { emit: () => {}, create: false }), {
    name: 'AccountsError',
    code: 'failed',
    message: `Cannot open the accounts in ${looped}: the symbolic links have no end.`,
  });
});

test('find() after the reader was disposed of is a bug', async (t) => {
  const reader = openAccountReader(await accountsPath(t), recordEvents());
  reader[Symbol.dispose]();
  assert.throws(() => reader.find(mailbox(ALICE)), /after they were closed/);
});
