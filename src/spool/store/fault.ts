/** What an error of SQLite means for the spool. */

/**
 * - `full`: no room; the transaction was rolled back, and another may work later.
 * - `invalid`: the statement or its values are at fault, the database is not.
 * - `fatal`: the disk or the file cannot be trusted.
 */
export type Fault = 'full' | 'invalid' | 'fatal';

/** Primary result codes, https://sqlite.org/rescode.html */
const SQLITE_FULL = 13;
const SQLITE_TOOBIG = 18;
const SQLITE_CONSTRAINT = 19;
const SQLITE_MISMATCH = 20;
const SQLITE_RANGE = 25;

export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') {
    // Not from SQLite, e.g. a value of a type that no column takes.
    return 'invalid';
  }
  switch (error.errcode & 0xff) {
    case SQLITE_FULL:
      return 'full';
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
      return 'invalid';
    default:
      return 'fatal';
  }
}
