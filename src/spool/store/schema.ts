/**
 * The tables of a spool file, and how a file of an earlier version becomes one of this version.
 *
 * A row of `recipient` carries all but the content: the envelope is repeated for each recipient of a message. So a message
 * with one recipient is one row, listing and scheduling read one small table and never a content, and finishing a
 * recipient touches that row alone. `body` holds the contents, by a number that grows with the order of arrival; a
 * message with `body` NULL has its content in a file named by its id.
 *
 * Measured against messages and recipients joined by a key (one more index), and against recipients as a JSON list in
 * the row of their message (which rewrites the whole row, content included, for each of many recipients): within 20% of
 * each other in time per message. This one has the fewest trees to write and no cost that grows with the square of anything.
 */

/** In the header of every spool file; `file` shows it. "PSTN". */
export const APPLICATION_ID = 0x5053_544e;

/** `MIGRATIONS[n]` makes version n + 1 of version n. What was released is never edited, only added to. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE body (
     number INTEGER PRIMARY KEY,
     bytes BLOB NOT NULL
   ) STRICT;
   CREATE TABLE recipient (
     id TEXT NOT NULL,
     position INTEGER NOT NULL CHECK (position >= 0),
     body INTEGER,
     size INTEGER NOT NULL CHECK (size >= 0),
     sender TEXT NOT NULL,
     eight_bit INTEGER NOT NULL CHECK (eight_bit IN (0, 1)),
     received_at INTEGER NOT NULL,
     client TEXT NOT NULL,
     listener TEXT NOT NULL,
     account TEXT,
     helo TEXT NOT NULL,
     address TEXT NOT NULL,
     original TEXT NOT NULL,
     rule TEXT NOT NULL,
     attempts INTEGER NOT NULL CHECK (attempts >= 0),
     next_attempt INTEGER NOT NULL,
     held INTEGER NOT NULL CHECK (held IN (0, 1)),
     warned INTEGER NOT NULL CHECK (warned IN (0, 1)),
     last_reply TEXT NOT NULL,
     PRIMARY KEY (id, position)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX recipient_due ON recipient (next_attempt) WHERE held = 0;`,
];
