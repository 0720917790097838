/**
 * The tables of a segment, a file that holds the history of a part of a day.
 *
 * A row is a handful of small integers. What they stand for lies in dictionaries: `text` holds the words of decisions, `detail` those
 * of messages and attempts (apart, so that a reader of decisions need not load them), `context` the circumstances that recipients of a
 * session share, `verdict` what is the same for all recipients that a rule treats alike. So a decision takes about 40 octets with its
 * index, and half a million are read in a second. The same number of a dictionary always is the same text; the same text may have
 * several numbers, since the writer remembers a bounded number of texts and never looks one up.
 *
 * `hash` is that of `hashText()`, of the texts that are searched for, NULL for the rest: one index of small integers serves every
 * search, by address without regard to case as well. What else is indexed grows at its right end, where writing costs least.
 *
 * A text is TEXT, and a BLOB of UTF-16 where it is none: with lone surrogates, which a peer's octets never give but a test does.
 */

/** In the header of every segment: "PSTH". */
export const APPLICATION_ID = 0x5053_5448;

/** `user_version`. A segment of another version is neither written nor read; it goes with the retention. */
export const VERSION = 1;

export const TABLES = `
  CREATE TABLE text (id INTEGER PRIMARY KEY, hash INTEGER, text ANY NOT NULL) STRICT;
  CREATE INDEX text_hash ON text (hash) WHERE hash IS NOT NULL;
  CREATE TABLE detail (id INTEGER PRIMARY KEY, hash INTEGER, text ANY NOT NULL) STRICT;
  CREATE INDEX detail_hash ON detail (hash) WHERE hash IS NOT NULL;
  CREATE TABLE context (
    id INTEGER PRIMARY KEY,
    client INTEGER NOT NULL,
    local_address INTEGER NOT NULL,
    listener INTEGER NOT NULL,
    helo INTEGER NOT NULL,
    account INTEGER
  ) STRICT;
  CREATE TABLE verdict (
    id INTEGER PRIMARY KEY,
    mailbox INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    rule INTEGER NOT NULL,
    reply INTEGER NOT NULL,
    named INTEGER NOT NULL,
    restrained INTEGER
  ) STRICT;
  CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    session INTEGER NOT NULL,
    number INTEGER NOT NULL,
    context INTEGER NOT NULL,
    sender INTEGER NOT NULL,
    recipient INTEGER NOT NULL,
    address INTEGER NOT NULL,
    verdict INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX decision_session ON decision (session);
  CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    name INTEGER NOT NULL,
    session INTEGER NOT NULL,
    number INTEGER NOT NULL,
    message_id INTEGER,
    sender INTEGER NOT NULL,
    size INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX message_name ON message (name);
  CREATE INDEX message_session ON message (session);
  CREATE INDEX message_message_id ON message (message_id);
  CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    name INTEGER NOT NULL,
    recipient INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    remote INTEGER,
    reply INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX attempt_name ON attempt (name);
  CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    name INTEGER NOT NULL,
    about INTEGER NOT NULL,
    notice INTEGER NOT NULL,
    recipient INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX notice_name ON notice (name);
  CREATE INDEX notice_about ON notice (about);`;
