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
  // What senders may ask for with extensions. NULL and 0, which messages of version 1 get: nothing was asked.
  `ALTER TABLE recipient ADD COLUMN binary_mime INTEGER NOT NULL DEFAULT 0 CHECK (binary_mime IN (0, 1));
   ALTER TABLE recipient ADD COLUMN smtp_utf8 INTEGER NOT NULL DEFAULT 0 CHECK (smtp_utf8 IN (0, 1));
   ALTER TABLE recipient ADD COLUMN require_tls INTEGER NOT NULL DEFAULT 0 CHECK (require_tls IN (0, 1));
   ALTER TABLE recipient ADD COLUMN ret TEXT CHECK (ret IN ('full', 'headers'));
   ALTER TABLE recipient ADD COLUMN envelope_id TEXT;
   ALTER TABLE recipient ADD COLUMN by_time INTEGER;
   ALTER TABLE recipient ADD COLUMN by_mode TEXT CHECK (by_mode IN ('return', 'notify'));
   ALTER TABLE recipient ADD COLUMN by_trace INTEGER CHECK (by_trace IN (0, 1));
   ALTER TABLE recipient ADD COLUMN hold_until INTEGER;
   ALTER TABLE recipient ADD COLUMN notify TEXT;
   ALTER TABLE recipient ADD COLUMN original_recipient TEXT;`,
];

/** The columns of version 2, in their order. */
export const ASKED_COLUMNS =
  'binary_mime, smtp_utf8, require_tls, ret, envelope_id, by_time, by_mode, by_trace, hold_until, notify, original_recipient';
