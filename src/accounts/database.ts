/**
 * Opens the accounts file, `accounts.db` in the data folder: SQLite in WAL mode, so that the workers read while the command
 * line writes, and each reading sees the last commit of any process.
 *
 * The file is made with mode 0600 (SQLite gives its `-wal` and `-shm` the same). Move or restore it only while no Postern
 * process runs: an open process keeps the file it opened.
 */
import { chownSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileError } from '../std/mod.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

export type AccountsErrorCode =
  /** There is no such file, and it was not to be made. */
  | 'missing'
  /** The file is not Postern's accounts. */
  | 'foreign'
  /** The file was written by a newer release. */
  | 'newer'
  /** Another process held the file for longer than the time-out. */
  | 'busy'
  /** The disk, the permissions or the file itself: see `cause`. */
  | 'failed';

/** The accounts file cannot be used. Thrown by opening and by writing; the text names the file. */
export class AccountsError extends Error {
  readonly code: AccountsErrorCode;

  constructor(code: AccountsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AccountsError';
    this.code = code;
  }
}

/** The low octet of an extended result code. */
const SQLITE_BUSY = 5;

export interface DatabaseOptions {
  /** Make the file and its folder when missing. */
  readonly create: boolean;
  /** How long to wait, blocking, for another process that writes, milliseconds. */
  readonly busyTimeoutMs: number;
}

/** Opens the file and brings its tables up to date. Throws AccountsError. */
export function openDatabase(path: string, options: DatabaseOptions): DatabaseSync {
  return asAccountsError(`Cannot open the accounts in ${path}`, () => {
    ensureFile(path, options.create);
    const database = new DatabaseSync(path, { timeout: options.busyTimeoutMs });
    try {
      prepare(database, path);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Runs `work` in a write transaction; durable when it returns. Throws AccountsError when it cannot be. */
export function writeIn<T>(database: DatabaseSync, work: () => T): T {
  return asAccountsError('Cannot write the accounts', () => inTransaction(database, 'BEGIN IMMEDIATE', work));
}

/** Runs `work` on one state of the database. Throws AccountsError when it cannot be read. */
export function readIn<T>(database: DatabaseSync, work: () => T): T {
  return asAccountsError('Cannot read the accounts', () => inTransaction(database, 'BEGIN', work));
}

/** An error that comes from SQLite, not from a bug of ours. */
export function isSqliteError(error: unknown): error is Error & { readonly errcode: number } {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    'code' in error &&
    error.code === 'ERR_SQLITE_ERROR'
  );
}

/** Another process held the file for too long: it will do later, on the same connection. */
export function isBusy(error: unknown): boolean {
  if (error instanceof AccountsError) return error.code === 'busy';
  return isSqliteError(error) && (error.errcode & 0xff) === SQLITE_BUSY;
}

/** Names the file that stands at `path` now; empty when there is none. Throws AccountsError. */
export function fileAt(path: string): string {
  const found = asAccountsError(`Cannot open the accounts in ${path}`, () =>
    statSync(path, { throwIfNoEntry: false }),
  );
  return found === undefined ? '' : `${found.dev} ${found.ino}`;
}

function ensureFile(path: string, create: boolean): void {
  if (!create) {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) {
      throw new AccountsError('missing', `There are no accounts: ${path} does not exist.`);
    }
    return;
  }
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  // An empty file is an empty database; SQLite itself would make it with the mode of the umask.
  closeSync(openSync(path, 'a', 0o600));
  giveToOwnerOf(folder, path);
}

/** So that accounts added by root before the first start can be read by the user that runs the server. */
function giveToOwnerOf(folder: string, path: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  chownSync(path, uid, gid);
}

function prepare(database: DatabaseSync, path: string): void {
  // First of all: a file that is not ours is left as it is.
  const seen = version(database, path);
  if (pragma(database, 'journal_mode') !== 'wal') database.exec('PRAGMA journal_mode = WAL');
  // A committed change survives a power failure; a replaced hash does not stay in free pages.
  database.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
  if (seen < MIGRATIONS.length) migrate(database, path);
}

function migrate(database: DatabaseSync, path: string): void {
  inTransaction(database, 'BEGIN IMMEDIATE', () => {
    // Read again: another process may have been faster.
    for (const migration of MIGRATIONS.slice(version(database, path))) database.exec(migration);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

/** How many migrations the file has seen. */
function version(database: DatabaseSync, path: string): number {
  const found = Number(pragma(database, 'user_version'));
  const application = Number(pragma(database, 'application_id'));
  const empty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (application !== APPLICATION_ID && !empty) {
    throw new AccountsError('foreign', `${path} is a database, but not of Postern's accounts.`);
  }
  if (found > MIGRATIONS.length) {
    throw new AccountsError(
      'newer',
      `${path} was written by a newer release of Postern (version ${found}, this one knows ${MIGRATIONS.length}).`,
    );
  }
  return found;
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function inTransaction<T>(database: DatabaseSync, begin: string, work: () => T): T {
  database.exec(begin);
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has already rolled back after some errors, such as a full disk.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function asAccountsError<T>(action: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AccountsError || !isEnvironmental(error)) throw error;
    if (isBusy(error))
      throw new AccountsError('busy', `${action}: another process is using it.`, { cause: error });
    throw new AccountsError('failed', `${action}: ${fileError(error)}.`, { cause: error });
  }
}

/** From SQLite or the file system: the machine's fault, not a bug of ours. */
function isEnvironmental(error: unknown): error is Error {
  return isSqliteError(error) || (error instanceof Error && 'syscall' in error);
}
