/**
 * Reads accounts, synchronously and in microseconds, for the processes that serve mail. Every reading asks the database, so
 * a change by any process counts from the next reading on.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Mailbox } from '../mail/mod.ts';
import type { Emit } from '../std/mod.ts';
import { fileAt, isBusy, isSqliteError, openDatabase, writeIn, AccountsError } from './database.ts';
import type { AccountEvents } from './events.ts';

/** What an address is looked up by: quoting and the case of ASCII letters make no difference, everything else does. */
export type AddressKey = Pick<Mailbox, 'localKey' | 'domain'>;

/** An account as the server needs it. */
export interface AccountRecord {
  /** The primary address. */
  readonly name: string;
  /** PHC form; null: nobody signs in to it. */
  readonly hash: string | null;
  readonly disabled: boolean;
}

export interface AccountReader extends Disposable {
  /** The account that owns an address, primary or alias. */
  find(key: AddressKey): AccountRecord | 'unknown' | 'unavailable';
  /** Replaces the hash of an account that still has `old`; whether the new one was saved. */
  replaceHash(account: string, hashes: { readonly old: string; readonly new: string }): boolean;
  readonly path: string;
}

export interface ReaderOptions {
  readonly emit: Emit<AccountEvents>;
  /** Make the file when it is missing (default); else a missing file is an AccountsError. */
  readonly create?: boolean;
}

/** A reading waits for nobody in WAL mode but a process that recovers the file; the event loop stands still meanwhile. */
const BUSY_TIMEOUT_MS = 250;

const FIND = `
  SELECT account.name AS name, account.hash AS hash, account.disabled AS disabled
  FROM address JOIN account ON account.id = address.account
  WHERE address.domain = ? AND address.local_key = ?`;

interface Connection {
  readonly database: DatabaseSync;
  readonly find: StatementSync;
  /** Which file it reads: a path may come to name another, e.g. when a backup is put in its place. */
  readonly file: string;
}

/**
 * Opens the accounts. Throws AccountsError when they cannot be read now; when they cannot be read later, the answers are
 * `unavailable` until they can.
 */
export function openAccountReader(path: string, { emit, create = true }: ReaderOptions): AccountReader {
  /** `broken`: failed, and is opened anew at the next reading. */
  let state: Connection | 'broken' | 'closed' = connect(path, create);
  let healthy = true;

  function connection(): Connection {
    if (state === 'closed') throw new Error('the accounts are read after they were closed');
    if (state !== 'broken' && state.file !== fileAt(path)) leave('broken');
    if (state === 'broken') state = connect(path, false);
    return state;
  }

  function find(key: AddressKey): AccountRecord | 'unknown' | 'unavailable' {
    try {
      const row = connection().find.get(key.domain, key.localKey);
      recovered();
      return row === undefined ? 'unknown' : toRecord(row);
    } catch (error) {
      failed(error);
      return 'unavailable';
    }
  }

  function replaceHash(account: string, hashes: { readonly old: string; readonly new: string }): boolean {
    try {
      const { database } = connection();
      const update = database.prepare('UPDATE account SET hash = ? WHERE name = ? AND hash = ?');
      return writeIn(database, () => update.run(hashes.new, account, hashes.old)).changes === 1;
    } catch (error) {
      if (!(error instanceof AccountsError) && !isSqliteError(error)) throw error;
      return false; // if there is more to it, the next reading finds out
    }
  }

  function recovered(): void {
    if (healthy) return;
    healthy = true;
    emit('accounts.recovered', { path });
  }

  /** Tells once per failure. The connection is not used again: SQLite can stay broken on one that saw an I/O error. */
  function failed(error: unknown): void {
    if (!(error instanceof AccountsError) && !isSqliteError(error)) throw error;
    if (!isBusy(error)) leave('broken');
    if (!healthy) return;
    healthy = false;
    emit('accounts.unavailable', { path, error: error.message });
  }

  function leave(next: 'broken' | 'closed'): void {
    if (typeof state === 'object') state.database.close();
    state = next;
  }

  return { find, replaceHash, path, [Symbol.dispose]: () => leave('closed') };
}

function connect(path: string, create: boolean): Connection {
  const before = fileAt(path); // asked first: what is replaced meanwhile is noticed at the next reading
  const database = openDatabase(path, { create, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    return { database, find: database.prepare(FIND), file: before };
  } catch (error) {
    database.close();
    throw error;
  }
}

function toRecord(row: Readonly<Record<string, unknown>>): AccountRecord {
  const { name, hash, disabled } = row;
  if (typeof name !== 'string' || (hash !== null && typeof hash !== 'string')) {
    throw new TypeError('an account row has columns of another type than its table');
  }
  return { name, hash, disabled: disabled !== 0 };
}
