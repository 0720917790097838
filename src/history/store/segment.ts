/**
 * One segment while it is written: a transaction that grows until `commit()`, with one sync for all of it.
 *
 * Throws what SQLite throws. After an error the segment is only to be closed: what was not committed is gone, and what the
 * dictionaries remember of it is not in the file.
 */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { CELLS, KINDS, WIDTHS, type HistoryBatch } from '../batch.ts';
import { RowDictionary, TextDictionary } from './dictionary.ts';
import { APPLICATION_ID, TABLES, VERSION } from './schema.ts';

/** A reader of a segment that nobody writes may be recovering it. Milliseconds. */
const LOCK_WAIT = 2_000;

const LOG_BYTES = 16 << 20;
const CACHE_BYTES = 16 << 20;

/** `foreign`: a segment of another version of Postern, which is left as it is. */
export type Opened = { readonly segment: Segment } | 'foreign';

export interface SegmentOptions {
  /** The file may not grow beyond, octets. */
  readonly maxBytes?: number | undefined;
}

/** Opens a segment, or begins it, for the owner alone. Throws when it is damaged, too. */
export function openSegment(path: string, { maxBytes }: SegmentOptions): Opened {
  // SQLite itself would make it with the mode of the umask.
  closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: LOCK_WAIT });
  try {
    if (!identify(database)) {
      database.close();
      return 'foreign';
    }
    // Each commit is synced, so that a power failure loses no more than a crash of the process. There is one in half a second.
    // The indexes of texts are written all over; with half a segment in the cache, and its log rarely copied, that costs little.
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${LOG_BYTES / pragma(database, 'page_size')};
      PRAGMA cache_size = -${CACHE_BYTES / 1024};
      PRAGMA temp_store = MEMORY;`);
    if (maxBytes !== undefined) {
      const pages = Math.max(1, Math.floor(maxBytes / pragma(database, 'page_size')));
      database.exec(`PRAGMA max_page_count = ${pages}`);
    }
    return { segment: new Segment(database) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes the tables of a new file. False: another version. Throws when it is damaged, or is not a segment. */
function identify(database: DatabaseSync): boolean {
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw new Error(`damaged: ${String(found)}`);
  const isNew = pragma(database, 'schema_version') === 0;
  if (!isNew && pragma(database, 'application_id') !== APPLICATION_ID)
    throw new Error('damaged: the file is a database, but not of the history');
  if (!isNew) return pragma(database, 'user_version') === VERSION;
  database.exec(
    `BEGIN; ${TABLES} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}; COMMIT`,
  );
  return true;
}

export class Segment {
  readonly #database: DatabaseSync;
  readonly #text: TextDictionary;
  readonly #detail: TextDictionary;
  readonly #context: RowDictionary;
  readonly #verdict: RowDictionary;
  readonly #decision: StatementSync;
  readonly #message: StatementSync;
  readonly #attempt: StatementSync;
  readonly #notice: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#text = new TextDictionary(database, 'text');
    this.#detail = new TextDictionary(database, 'detail');
    this.#context = new RowDictionary(database, 'context', [
      'client',
      'local_address',
      'listener',
      'helo',
      'account',
    ]);
    this.#verdict = new RowDictionary(database, 'verdict', [
      'mailbox',
      'outcome',
      'rule',
      'reply',
      'named',
      'restrained',
    ]);
    this.#decision = database.prepare(
      `INSERT INTO decision (at, session, number, context, sender, recipient, address, verdict)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#message = database.prepare(
      `INSERT INTO message (at, name, session, number, message_id, sender, size) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#attempt = database.prepare(
      `INSERT INTO attempt (at, name, recipient, outcome, remote, reply) VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#notice = database.prepare(
      `INSERT INTO notice (at, name, about, notice, recipient) VALUES (?, ?, ?, ?, ?)`,
    );
  }

  /** Octets of the file when all of its log is in it. */
  get octets(): number {
    return pragma(this.#database, 'page_count') * pragma(this.#database, 'page_size');
  }

  /** Adds a batch to the transaction. */
  add({ cells, texts }: HistoryBatch): void {
    if (!this.#database.isTransaction) this.#database.exec('BEGIN IMMEDIATE');
    let at = 0;
    while (at < cells.length) {
      const row = new Row(cells, texts, at + 1);
      at += 1 + this.#insert(cells[at] ?? -1, row);
    }
  }

  /** What was added is on the disk when it returns. */
  commit(): void {
    if (this.#database.isTransaction) this.#database.exec('COMMIT');
  }

  /** What was not committed is dropped. Never throws: there is nothing that could be done. */
  close(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#database.close();
    } catch {
      // The disk refuses even this; the file is what the last commit left.
    }
  }

  /** Answers how many cells the record had. */
  #insert(kind: number, row: Row): number {
    switch (kind) {
      case KINDS.decision:
        this.#addDecision(row);
        return WIDTHS.decision;
      case KINDS.message:
        this.#addMessage(row);
        return WIDTHS.message;
      case KINDS.attempt:
        this.#addAttempt(row);
        return WIDTHS.attempt;
      case KINDS.notice:
        this.#addNotice(row);
        return WIDTHS.notice;
      default:
        throw new Error(`a record of kind ${kind}`);
    }
  }

  #addDecision(row: Row): void {
    const at = CELLS.decision;
    const text = this.#text;
    const account = row.optional(at.account);
    const restrained = row.optional(at.restrained);
    const context = this.#context.number(
      text.plain(row.text(at.client)),
      text.plain(row.text(at.localAddress)),
      text.plain(row.text(at.listener)),
      text.plain(row.text(at.helo)),
      account === null ? null : text.plain(account),
    );
    const verdict = this.#verdict.number(
      text.plain(row.text(at.mailbox)),
      text.plain(row.text(at.outcome)),
      text.plain(row.text(at.rule)),
      text.plain(row.text(at.reply)),
      row.number(at.named),
      restrained === null ? null : text.plain(restrained),
    );
    this.#decision.run(
      row.number(at.at),
      text.searched(row.text(at.session)),
      row.number(at.transaction),
      context,
      text.searched(row.text(at.sender)),
      text.searched(row.text(at.recipient)),
      text.searched(row.text(at.address)),
      verdict,
    );
  }

  #addMessage(row: Row): void {
    const at = CELLS.message;
    const messageId = row.optional(at.messageId);
    this.#message.run(
      row.number(at.at),
      this.#detail.searched(row.text(at.id)),
      this.#text.searched(row.text(at.session)),
      row.number(at.transaction),
      messageId === null ? null : this.#detail.searched(messageId),
      this.#text.searched(row.text(at.sender)),
      row.number(at.size),
    );
  }

  #addAttempt(row: Row): void {
    const at = CELLS.attempt;
    const remote = row.optional(at.remote);
    this.#attempt.run(
      row.number(at.at),
      this.#detail.searched(row.text(at.id)),
      this.#text.searched(row.text(at.recipient)),
      this.#detail.plain(row.text(at.outcome)),
      remote === null ? null : this.#detail.plain(remote),
      this.#detail.plain(row.text(at.reply)),
    );
  }

  #addNotice(row: Row): void {
    const at = CELLS.notice;
    this.#notice.run(
      row.number(at.at),
      this.#detail.searched(row.text(at.id)),
      this.#detail.searched(row.text(at.about)),
      this.#detail.plain(row.text(at.notice)),
      this.#text.searched(row.text(at.recipient)),
    );
  }
}

/** The cells of one record, in the order of `CELLS`. */
class Row {
  readonly #cells: Float64Array;
  readonly #texts: readonly string[];
  readonly #start: number;

  constructor(cells: Float64Array, texts: readonly string[], start: number) {
    this.#cells = cells;
    this.#texts = texts;
    this.#start = start;
  }

  number(cell: number): number {
    const value = this.#cells[this.#start + cell];
    if (value === undefined) throw new Error('a batch ends within a record');
    return value;
  }

  optional(cell: number): string | null {
    const index = this.number(cell);
    if (index < 0) return null;
    const text = this.#texts[index];
    if (text === undefined) throw new Error(`a batch refers to text ${index} of ${this.#texts.length}`);
    return text;
  }

  text(cell: number): string {
    const text = this.optional(cell);
    if (text === null) throw new Error('a batch leaves out a text that must be there');
    return text;
  }
}

/** The value of a pragma that is one number. */
function pragma(database: DatabaseSync, name: string): number {
  const [value] = Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {});
  return Number(value);
}
