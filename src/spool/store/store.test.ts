/** The thread's side, called directly: what shows only in the file. */
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { idSource } from '../id.ts';
import { pack } from '../pack.ts';
import { message, temporaryFolder } from '../testing/kit.ts';
import type { SpoolChange } from '../types.ts';
import { openDatabase, pragma } from './database.ts';
import { databasePath } from './files.ts';
import { APPLICATION_ID } from './schema.ts';
import { openStore, type Store } from './store.ts';

const newId = idSource({ now: () => 1_700_000_000_000 }, 1);
const MIB = 1 << 20;

function commit(store: Store, changes: readonly SpoolChange[], size: number): void {
  const { calls, contents } = pack([changes], size, undefined);
  assert.deepEqual(store.commit(calls, contents).rejected, []);
}

test('openDatabase() syncs every commit and keeps a mark of its own in the file', async (t) => {
  const database = openDatabase(databasePath(await temporaryFolder(t), 'w1'), { journal: 'wal' });
  const FULL = 2;
  assert.equal(pragma(database, 'synchronous'), FULL);
  assert.equal(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal');
  assert.equal(pragma(database, 'application_id'), APPLICATION_ID);
  assert.equal(pragma(database, 'user_version'), 2);
  database.close();
});

test('openDatabase() switches a spool between both journals and keeps what is in it', async (t) => {
  const path = databasePath(await temporaryFolder(t), 'w1');
  for (const journal of ['wal', 'rollback', 'wal'] as const) {
    const database = openDatabase(path, { journal });
    const mode = database.prepare('PRAGMA journal_mode').get()?.['journal_mode'];
    assert.equal(mode, journal === 'wal' ? 'wal' : 'delete');
    database.exec("INSERT INTO body (bytes) VALUES (x'00')");
    database.close();
  }
  const database = openDatabase(path, { journal: 'wal' });
  assert.equal(database.prepare('SELECT count(*) AS n FROM body').get()?.['n'], 3);
  database.close();
});

test('openDatabase() makes the tables in one transaction', async (t) => {
  const path = databasePath(await temporaryFolder(t), 'w1');
  // As a crash right before that transaction leaves it.
  const empty = new DatabaseSync(path);
  empty.exec('PRAGMA journal_mode = WAL');
  empty.close();
  const database = openDatabase(path, { journal: 'wal' });
  assert.equal(pragma(database, 'user_version'), 2);
  database.close();
});

test('ask() for the space gives unused room back to the file system, bit by bit', async (t) => {
  const folder = await temporaryFolder(t);
  const store = openStore({ folder, name: 'w1', maxBytes: undefined });
  const changes: SpoolChange[] = Array.from({ length: 20 }, () => ({
    kind: 'append',
    message: message({ id: newId(), body: Buffer.alloc(5 * MIB) }),
  }));
  commit(store, changes, 100 * MIB);
  commit(
    store,
    changes.flatMap((change) =>
      change.kind === 'append' ? [{ kind: 'remove', id: change.message.id } as const] : [],
    ),
    0,
  );
  const size = (): number => statSync(databasePath(folder, 'w1')).size;
  for (let count = 0; count < 5; count += 1) store.ask({ kind: 'space' });
  store.close();
  assert.ok(size() > 60 * MIB, `${size()} octets: some is kept`);
  assert.ok(size() < 70 * MIB, `${size()} octets: most is given back`);
});

test('commit() of a finish leaves nothing of the content in the tables', async (t) => {
  const folder = await temporaryFolder(t);
  const store = openStore({ folder, name: 'w1', maxBytes: undefined });
  const id = newId();
  commit(store, [{ kind: 'append', message: message({ id }) }], 7);
  commit(store, [{ kind: 'finish', id, index: 0 }], 0);
  store.close();
  assert.deepEqual(readdirSync(folder).sort(), ['bodies', 'w1.db']);
  const database = openDatabase(join(folder, 'w1.db'), { journal: 'wal' });
  assert.equal(database.prepare('SELECT count(*) AS n FROM body').get()?.['n'], 0);
  assert.equal(database.prepare('SELECT count(*) AS n FROM recipient').get()?.['n'], 0);
  database.close();
});
