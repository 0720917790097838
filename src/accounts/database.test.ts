import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { AccountsError, openDatabase, writeIn } from './database.ts';
import type { AccountsErrorCode } from './database.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';
import { accountsPath } from './testing/kit.ts';

const OPTIONS = { create: true, busyTimeoutMs: 5_000 };

function codeOf(work: () => unknown): AccountsErrorCode | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof AccountsError) return error.code;
    throw error;
  }
}

test('openDatabase() makes file and folder, for their owner alone', async (t) => {
  const path = join(dirname(await accountsPath(t)), 'data', 'accounts.db');
  using database = openDatabase(path, OPTIONS);
  database.exec("INSERT INTO account (name, disabled, created, changed) VALUES ('a@b.example', 0, 1, 1)");
  for (const file of [path, `${path}-wal`, `${path}-shm`])
    assert.equal(statSync(file).mode & 0o777, 0o600, file);
  assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
  const value = (name: string): unknown => database.prepare(`PRAGMA ${name}`).get()?.[name];
  assert.equal(value('journal_mode'), 'wal');
  assert.equal(value('synchronous'), 2); // FULL
  assert.equal(value('foreign_keys'), 1);
  assert.equal(value('application_id'), APPLICATION_ID);
  assert.equal(value('user_version'), MIGRATIONS.length);
});

test(
  'openDatabase() as root gives the file to the owner of the folder',
  { skip: process.geteuid?.() !== 0 },
  async (t) => {
    const path = await accountsPath(t);
    chownSync(dirname(path), 12_345, 12_346);
    using database = openDatabase(path, OPTIONS);
    assert.equal(database.isOpen, true);
    const { uid, gid } = statSync(path);
    assert.deepEqual({ uid, gid }, { uid: 12_345, gid: 12_346 });
  },
);

test('openDatabase() without create reports a missing file and makes none', async (t) => {
  const path = await accountsPath(t);
  assert.equal(
    codeOf(() => openDatabase(path, { ...OPTIONS, create: false })),
    'missing',
  );
  assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
});

test('openDatabase() leaves a file alone that is not of Postern', async (t) => {
  const path = await accountsPath(t);
  writeFileSync(path, 'This is no database at all, and long enough to tell.'.repeat(100));
  const before = readFileSync(path);
  assert.equal(
    codeOf(() => openDatabase(path, OPTIONS)),
    'failed',
  );
  assert.deepEqual(readFileSync(path), before);

  const other = `${path}.other`;
  new DatabaseSync(other).exec('CREATE TABLE something (x)');
  const content = readFileSync(other);
  assert.equal(
    codeOf(() => openDatabase(other, OPTIONS)),
    'foreign',
  );
  assert.deepEqual(readFileSync(other), content);
});

test('openDatabase() does not touch what a newer release wrote', async (t) => {
  const path = await accountsPath(t);
  openDatabase(path, OPTIONS).close();
  using newer = new DatabaseSync(path);
  newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  assert.throws(() => openDatabase(path, OPTIONS), {
    code: 'newer',
    message: `${path} was written by a newer release of Postern (version ${MIGRATIONS.length + 1}, this one knows ${MIGRATIONS.length}).`,
  });
});

test('writeIn() reports a writer that holds the file too long, and undoes what failed', async (t) => {
  const path = await accountsPath(t);
  using holder = openDatabase(path, OPTIONS);
  using database = openDatabase(path, { ...OPTIONS, busyTimeoutMs: 1 });
  const insert = (): void =>
    database.exec("INSERT INTO account (name, disabled, created, changed) VALUES ('a@b.example', 0, 1, 1)");
  holder.exec('BEGIN IMMEDIATE');
  assert.equal(
    codeOf(() => writeIn(database, insert)),
    'busy',
  );
  holder.exec('COMMIT');
  assert.throws(
    () =>
      writeIn(database, () => {
        insert();
        throw new RangeError('a bug');
      }),
    RangeError,
  );
  writeIn(database, insert);
  assert.equal(
    codeOf(() => writeIn(database, insert)),
    'failed',
  );
  assert.equal(database.isTransaction, false);
  assert.equal(database.prepare('SELECT count(*) AS n FROM account').get()?.['n'], 1);
});

test('openDatabase() in processes that start together makes the tables once', async (t) => {
  const path = await accountsPath(t);
  const url = JSON.stringify(new URL('database.ts', import.meta.url).href);
  const code = `
    const { openDatabase } = await import(${url});
    openDatabase(${JSON.stringify(path)}, { create: true, busyTimeoutMs: 5000 }).close();`;
  const run = promisify(execFile);
  await Promise.all(
    Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', code])),
  );
  using database = openDatabase(path, OPTIONS);
  assert.equal(database.prepare('SELECT count(*) AS n FROM account').get()?.['n'], 0);
});
