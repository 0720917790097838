/**
 * The tables, as a list of migrations. `PRAGMA user_version` holds how many of them a file has seen; a migration that was
 * released is never changed, a new one is appended.
 */

/** `Pstn`: marks a file as Postern's accounts (the `application_id` of SQLite). */
export const APPLICATION_ID = 0x5073746e;

export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE account (
     id INTEGER PRIMARY KEY,
     -- The primary address, canonical.
     name TEXT NOT NULL UNIQUE,
     -- PHC form; NULL: a mailbox that nobody signs in to.
     hash TEXT,
     disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
     -- Milliseconds since the epoch.
     created INTEGER NOT NULL,
     changed INTEGER NOT NULL
   ) STRICT;
   -- Every address of every account, the primary ones included, so that the key keeps them unique over all.
   CREATE TABLE address (
     domain TEXT NOT NULL,
     local_key TEXT NOT NULL,
     text TEXT NOT NULL,
     account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
     PRIMARY KEY (domain, local_key)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX address_account ON address (account);`,
];
