/**
 * The file of the ledger, `ledger.db` in the data folder: SQLite, written by the supervisor alone. Nothing waits for it, and it
 * is not synced at every change: a process that is killed loses what was counted in the last moment, a power failure perhaps the
 * last seconds.
 *
 * A file that is damaged or not ours is put aside, and a new one begun: mail goes on, with limits that begin empty.
 */
import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { errorText } from '../std/mod.ts';
import type { Counter } from './counters.ts';
import type { Suspect } from './gateways.ts';
import type { GuardState } from './guard.ts';
import { GuardRows } from './guardRows.ts';
import { counterOf, counterValues, STATEMENTS, suspectOf, suspectValues, TABLES } from './rows.ts';

/** `Ptld`: marks a file as the ledger (the `application_id` of SQLite). */
const APPLICATION_ID = 0x50746c64;
/** Of the tables. A file of another version counts as one that cannot be read. */
const VERSION = 1;
/** A predecessor that was killed may be a moment in dying. Milliseconds. */
const LOCK_WAIT = 1_000;

/** What was changed, by key; undefined: forgotten. */
export interface Changes {
  readonly counters: ReadonlyMap<string, Counter | undefined>;
  readonly suspects: ReadonlyMap<string, Suspect | undefined>;
  readonly guard: GuardState;
}

export interface Kept {
  readonly counters: readonly Counter[];
  readonly suspects: readonly Suspect[];
  readonly guard: GuardState;
}

export interface OpenedFile {
  readonly file: LedgerFile;
  readonly kept: Kept;
  /** Why the file that was there was put aside; undefined: it was not. */
  readonly problem: string | undefined;
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGED: readonly number[] = [11, 26];

/** Opens or makes the file. Throws when the machine is in the way: the folder cannot be written, the disk is full. */
export function openFile(path: string): OpenedFile {
  try {
    return { ...open(path), problem: undefined };
  } catch (error) {
    if (!isUseless(error)) throw cannotOpen(path, error);
    putAside(path);
    return {
      ...open(path),
      problem: `${errorText(error)}; it is kept as ${path}.bad, and counting begins anew`,
    };
  }
}

/** The content is to blame: a file of another kind or version, values that are none, a damaged page. */
class UselessFile extends Error {}

function isUseless(error: unknown): boolean {
  if (error instanceof UselessFile || error instanceof TypeError) return true;
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  return DAMAGED.includes(error.errcode & 0xff);
}

function cannotOpen(path: string, cause: unknown): Error {
  return new Error(`Cannot open the ledger of limits in ${path}: ${errorText(cause)}`, { cause });
}

function open(path: string): Pick<OpenedFile, 'file' | 'kept'> {
  closeSync(openSync(path, 'a', 0o600)); // SQLite itself would make it with the mode of the umask
  const database = new DatabaseSync(path, { timeout: LOCK_WAIT });
  try {
    prepare(database);
    const guard = new GuardRows(database);
    const kept = {
      counters: database.prepare(STATEMENTS.counters).all().map(counterOf),
      suspects: database.prepare(STATEMENTS.suspects).all().map(suspectOf),
      guard: guard.read(),
    };
    database.exec('PRAGMA busy_timeout = 0'); // from here on the supervisor's other work must not stand still
    return { file: new LedgerFile(database, guard), kept };
  } catch (error) {
    database.close();
    throw error;
  }
}

function putAside(path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  renameSync(path, `${path}.bad`);
}

function prepare(database: DatabaseSync): void {
  const empty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  const marks = [
    database.prepare('PRAGMA application_id').get(),
    database.prepare('PRAGMA user_version').get(),
  ];
  const isOurs = marks[0]?.['application_id'] === APPLICATION_ID && marks[1]?.['user_version'] === VERSION;
  if (!empty && !isOurs) throw new UselessFile('it is not a ledger of this version of Postern');
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  if (empty)
    database.exec(
      `BEGIN; ${TABLES} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}; COMMIT`,
    );
}

export class LedgerFile implements Disposable {
  readonly #database: DatabaseSync;
  readonly #guard: GuardRows;
  readonly #statements: Readonly<
    Record<'putCounter' | 'deleteCounter' | 'putSuspect' | 'deleteSuspect', StatementSync>
  >;

  constructor(database: DatabaseSync, guard: GuardRows) {
    this.#database = database;
    this.#guard = guard;
    this.#statements = {
      putCounter: database.prepare(STATEMENTS.putCounter),
      deleteCounter: database.prepare(STATEMENTS.deleteCounter),
      putSuspect: database.prepare(STATEMENTS.putSuspect),
      deleteSuspect: database.prepare(STATEMENTS.deleteSuspect),
    };
  }

  /** All of it, or nothing and it throws what SQLite throws. `anew`: what the file holds is replaced, not added to. */
  write({ counters, suspects, guard }: Changes, anew: boolean): void {
    const { putCounter, deleteCounter, putSuspect, deleteSuspect } = this.#statements;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      if (anew) {
        this.#database.exec('DELETE FROM counter; DELETE FROM suspect');
        this.#guard.clear();
      }
      for (const [id, counter] of counters) {
        if (counter === undefined) deleteCounter.run(id);
        else putCounter.run(...counterValues(id, counter));
      }
      for (const [client, suspect] of suspects) {
        if (suspect === undefined) deleteSuspect.run(client);
        else putSuspect.run(...suspectValues(suspect));
      }
      this.#guard.write(guard);
      this.#database.exec('COMMIT');
    } catch (error) {
      // SQLite has already rolled back after some errors, such as a full disk.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
