/**
 * Opening a spool file: its settings, its lock, its version.
 *
 * Who opens a spool file owns it until it is closed: SQLite's exclusive locking mode keeps the file lock, so that no two
 * processes ever work on the same one. The lock ends with the process, however that ends. Within the owning process the file
 * must not be opened by any other means, since closing it again would end the lock (POSIX advisory locks are like that).
 */
import { DatabaseSync } from 'node:sqlite';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';
import { integer } from './row.ts';

/** `wal` to work; `rollback` to move messages between two files in one transaction, which WAL cannot do. */
export type JournalMode = 'wal' | 'rollback';

const PAGE_BYTES = 4096;
/** A bigger log is checkpointed more rarely, and each page then once for many changes; restart reads at most this. */
const LOG_BYTES = 16 << 20;
/** What a log that grew beyond this, e.g. in one huge transaction, is cut to. */
const LOG_KEPT_BYTES = 64 << 20;
const CACHE_BYTES = 8 << 20;
/** A predecessor that was killed may be a moment in dying. */
const LOCK_WAIT_MS = 1000;

export interface DatabaseOptions {
  readonly journal: JournalMode;
  /** How long to wait for another owner to let go, milliseconds. */
  readonly lockWait?: number | undefined;
  /** The file may not grow beyond. */
  readonly maxBytes?: number | undefined;
}

/** Opens the file, creates or migrates it, and holds its lock. Throws what SQLite throws, or an Error that says what is wrong. */
export function openDatabase(path: string, options: DatabaseOptions): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: options.lockWait ?? LOCK_WAIT_MS });
  try {
    configure(database, options);
    identify(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function configure(database: DatabaseSync, options: DatabaseOptions): void {
  // The page size and the vacuum mode are fixed by the first table. 4 KiB pages write the least at the small transactions of
  // an ordinary day; 16 KiB would save some of the thread's time, but no more, when 50 messages share each transaction.
  // Messages never go through a temporary file, least of all in a folder that others can read.
  database.exec(`
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA page_size = ${PAGE_BYTES};
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = ${options.journal === 'wal' ? 'WAL' : 'DELETE'};
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = ${LOG_BYTES / PAGE_BYTES};
    PRAGMA journal_size_limit = ${LOG_KEPT_BYTES};
    PRAGMA cache_size = -${CACHE_BYTES / 1024};
    PRAGMA temp_store = MEMORY;`);
  if (options.maxBytes !== undefined) {
    const page = pragma(database, 'page_size');
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(options.maxBytes / page))}`);
  }
}

function identify(database: DatabaseSync): void {
  database.exec('BEGIN EXCLUSIVE');
  const version = pragma(database, 'user_version');
  const owner = pragma(database, 'application_id');
  const isNew = version === 0 && owner === 0 && pragma(database, 'schema_version') === 0;
  if (!isNew && owner !== APPLICATION_ID) throw new Error('the file is a database, but not a spool');
  if (version > MIGRATIONS.length) {
    throw new Error(`the file has version ${version}, and this program knows up to ${MIGRATIONS.length}`);
  }
  for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
  if (version < MIGRATIONS.length) {
    database.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`,
    );
  } else {
    database.exec('ROLLBACK');
  }
}

/** The value of a pragma that is one number. */
export function pragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`PRAGMA ${name}`).get() ?? {};
  return integer(Object.values(row)[0], name);
}
