/**
 * Moving the messages of spools whose workers no longer exist into the spool of one that does.
 *
 * Each message moves in one transaction over both files: at any moment, crash or not, it is in exactly one of them, under its
 * own id. SQLite commits over several files atomically with rollback journals, and not with WAL, so both are switched for
 * the time; opening a spool to work on it switches it back. https://sqlite.org/atomiccommit.html#_multi_file_commit
 *
 * A body file gets a second name in the other folder before that transaction, and loses the first one after it. A spool that
 * was emptied stays as an empty file: removing it could race with a worker of that name that just starts.
 */
import { linkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { causeText } from '../error.ts';
import type { SpoolId } from '../types.ts';
import { openDatabase } from './database.ts';
import {
  bodiesFolder,
  databasePath,
  makeFolder,
  removeStrays,
  spoolNames,
  syncFolder,
  hasCode,
} from './files.ts';
import { prepareQueries } from './queries.ts';
import { isSpoolId } from '../id.ts';
import { integer, text } from './row.ts';
import { ASKED_COLUMNS } from './schema.ts';
import type { Adoption, StoreTask } from './wire.ts';

/** Messages in one transaction. Bounds its journal and the time until the next crash-safe point. */
const AT_A_TIME = 100;

type AdoptTask = Extract<StoreTask, { task: 'adopt' }>;

/** Empties every spool of the folder that is neither ours nor of a live worker. Throws when our own cannot be opened. */
export function adopt({ folder, name, live }: AdoptTask): readonly Adoption[] {
  const orphans = spoolNames(folder).filter((other) => other !== name && !live.includes(other));
  if (orphans.length === 0) return [];
  makeFolder(bodiesFolder(folder, name));
  const database = openDatabase(databasePath(folder, name), { journal: 'rollback' });
  try {
    syncFolder(folder);
    return orphans.map((from) => adoptOne(database, folder, { from, to: name }));
  } finally {
    database.close();
  }
}

interface Move {
  readonly from: string;
  readonly to: string;
}

function adoptOne(database: DatabaseSync, folder: string, move: Move): Adoption {
  const { from } = move;
  let messages = 0;
  try {
    upgrade(folder, from);
    database.prepare('ATTACH ? AS orphan').run(databasePath(folder, from));
    try {
      const moveSome = prepareMove(database, folder, move);
      for (let moved = moveSome(); moved > 0; moved = moveSome()) messages += moved;
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK');
      database.exec('DETACH orphan');
    }
    shrink(folder, from);
    return { from, messages, problem: undefined };
  } catch (error) {
    return { from, messages, problem: causeText(error) };
  }
}

/** Brings an orphan to this version and to a rollback journal, and rolls back or forward what a crash left. */
function upgrade(folder: string, name: string): void {
  openDatabase(databasePath(folder, name), { journal: 'rollback', lockWait: 0 }).close();
}

/** Removes body files that are named no more, and gives the room back. */
function shrink(folder: string, name: string): void {
  const database = openDatabase(databasePath(folder, name), { journal: 'rollback', lockWait: 0 });
  try {
    removeStrays(bodiesFolder(folder, name), prepareQueries(database).filed());
    database.exec('PRAGMA incremental_vacuum');
  } finally {
    database.close();
  }
}

/** A function that moves the next messages, and returns how many: 0 when there are no more. */
function prepareMove(database: DatabaseSync, folder: string, { from, to }: Move): () => number {
  const source = bodiesFolder(folder, from);
  const target = bodiesFolder(folder, to);
  const some = database.prepare(`
    SELECT id, body FROM orphan.recipient GROUP BY id ORDER BY id LIMIT ${AT_A_TIME}`);
  const exists = database.prepare('SELECT 1 FROM main.recipient WHERE id = ? LIMIT 1');
  const copyBody = database.prepare(`
    INSERT INTO main.body (bytes) SELECT bytes FROM orphan.body WHERE number = ?`);
  const copyRecipients = database.prepare(`
    INSERT INTO main.recipient SELECT id, position, ?2, size, sender, eight_bit, received_at, client, listener, account, helo,
      address, original, rule, attempts, next_attempt, held, warned, last_reply, ${ASKED_COLUMNS}
    FROM orphan.recipient WHERE id = ?1`);
  const removeBody = database.prepare('DELETE FROM orphan.body WHERE number = ?');
  const removeRecipients = database.prepare('DELETE FROM orphan.recipient WHERE id = ?');

  return () => {
    // Both files are locked from here on.
    database.exec('BEGIN EXCLUSIVE');
    const files: SpoolId[] = [];
    const rows = some.all();
    for (const row of rows) {
      const id = text(row['id'], 'id');
      if (!isSpoolId(id)) throw new TypeError(`id is ${id}, expected a spool id`);
      if (exists.get(id) !== undefined) throw new Error(`message ${id} is in both spools`);
      let body: number | bigint | null = null;
      if (row['body'] === null) {
        linkFile(join(source, id), join(target, id));
        files.push(id);
      } else {
        const number = integer(row['body'], 'body');
        const { changes, lastInsertRowid } = copyBody.run(number);
        if (changes !== 1) throw new Error(`message ${id} has no content`);
        body = lastInsertRowid;
        removeBody.run(number);
      }
      copyRecipients.run(id, body);
      removeRecipients.run(id);
    }
    if (files.length > 0) syncFolder(target);
    database.exec('COMMIT');
    for (const id of files) rmSync(join(source, id), { force: true });
    return rows.length;
  };
}

/**
 * Gives a body file its second name. It has it already when a crash came between that and the transaction. When the file is
 * not there at all, the message moves without: opening the spool reports it.
 */
function linkFile(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!hasCode(error, 'EEXIST', 'ENOENT')) throw error;
  }
}
