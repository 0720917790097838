/**
 * One segment while it is read. Opening and everything else throws what SQLite throws, and an Error for what no segment of ours holds;
 * `history.ts` catches it and leaves the segment out.
 */
import { DatabaseSync } from 'node:sqlite';
import { foldAscii } from '../../mail/mod.ts';
import { APPLICATION_ID, VERSION } from '../store/schema.ts';
import { hashText } from '../store/text.ts';
import type { DecisionPage, Period } from '../reader.ts';
import type { AttemptRecord, DecisionRecord, MessageRecord, NoticeRecord } from '../types.ts';
import { cellsOf, numberIn, optionalIn, rows, textDictionary, type Dictionary } from './dictionary.ts';
import { PageReader } from './pages.ts';
import { recordsWhere } from './records.ts';
import { attemptOutcome, noticeKind } from './words.ts';

/** A writer that has just begun or ended with the file. Milliseconds. */
const LOCK_WAIT = 2_000;

export class SegmentReader implements Disposable {
  readonly #database: DatabaseSync;
  readonly #text: Dictionary<string>;
  readonly #detail: Dictionary<string>;

  /** Undefined: its writer has only just made it. */
  static open(path: string): SegmentReader | undefined {
    const database = openReadOnly(path);
    return database && new SegmentReader(database);
  }

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.#text = textDictionary(this.#database, 'text');
    this.#detail = textDictionary(this.#database, 'detail');
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  /** The first and the last moment; undefined when it is empty. */
  span(): { readonly first: number; readonly last: number } | undefined {
    const tables = ['decision', 'message', 'attempt', 'notice'];
    const union = tables.map((table) => `SELECT at FROM ${table}`).join(' UNION ALL ');
    const cells = cellsOf(rows(this.#database, `SELECT min(at), max(at) FROM (${union})`).get());
    const [first, last] = [optionalIn(cells, 0), optionalIn(cells, 1)];
    return first === null || last === null ? undefined : { first, last };
  }

  count({ since, until }: Period): number {
    const statement = rows(this.#database, 'SELECT count(*) FROM decision WHERE at >= ? AND at < ?');
    return numberIn(cellsOf(statement.get(since, until)), 0);
  }

  pages(period: Period, size: number): Iterable<DecisionPage> {
    return new PageReader(this.#database).pages(period, size);
  }

  /** Those of a session; of one of its transactions when `number` is given. */
  decisionsOf(session: string, number?: number): readonly DecisionRecord[] {
    const ids = this.#texts(session);
    return recordsWhere(this.#database, `decision.session IN (${ids})${andNumber(number, 'decision.')}`)();
  }

  messagesOf(session: string, number?: number): readonly MessageRecord[] {
    return this.#messages(`session IN (${this.#texts(session)})${andNumber(number)}`);
  }

  /** By its name in the queue. */
  messagesNamed(name: string): readonly MessageRecord[] {
    return this.#messages(`name IN (${this.#details(name)})`);
  }

  messagesWithId(messageId: string): readonly MessageRecord[] {
    return this.#messages(`message_id IN (${this.#details(messageId)})`);
  }

  attemptsOf(name: string): readonly AttemptRecord[] {
    const found = rows(
      this.#database,
      `SELECT at, name, recipient, outcome, remote, reply FROM attempt
       WHERE name IN (${this.#details(name)}) ORDER BY id`,
    );
    return found.all().map((row) => this.#attempt(cellsOf(row)));
  }

  /** Those that a message led to, and the one that a notification is. */
  noticesOf(name: string): readonly NoticeRecord[] {
    const names = this.#details(name);
    const found = rows(
      this.#database,
      `SELECT at, name, about, notice, recipient FROM notice
       WHERE name IN (${names}) OR about IN (${names}) ORDER BY id`,
    );
    return found.all().map((row) => this.#notice(cellsOf(row)));
  }

  /** The transactions from or to an address, the latest decision first; one for each decision. */
  *transactionsWith(address: string, since: number): Iterable<Seen & { session: string; number: number }> {
    const ids = this.#texts(address, sameButForCase);
    const found = rows(
      this.#database,
      `SELECT at, session, number FROM decision
       WHERE at >= ? AND (sender IN (${ids}) OR recipient IN (${ids}) OR address IN (${ids})) ORDER BY id DESC`,
    );
    if (ids === '') return;
    for (const row of found.iterate(since)) {
      const cells = cellsOf(row);
      yield {
        at: numberIn(cells, 0),
        session: this.#text.at(numberIn(cells, 1)),
        number: numberIn(cells, 2),
      };
    }
  }

  /** The names of the messages to an address, the latest attempt first; one for each attempt. */
  *messagesTo(address: string, since: number): Iterable<Seen & { name: string }> {
    const ids = this.#texts(address, sameButForCase);
    if (ids === '') return;
    const found = rows(
      this.#database,
      `SELECT at, name FROM attempt WHERE at >= ? AND recipient IN (${ids}) ORDER BY id DESC`,
    );
    for (const row of found.iterate(since)) {
      const cells = cellsOf(row);
      yield { at: numberIn(cells, 0), name: this.#detail.at(numberIn(cells, 1)) };
    }
  }

  #messages(condition: string): readonly MessageRecord[] {
    const found = rows(
      this.#database,
      `SELECT at, name, session, number, message_id, sender, size FROM message WHERE ${condition} ORDER BY id`,
    );
    return found.all().map((row) => this.#message(cellsOf(row)));
  }

  /** The numbers of a text, as a list for SQL. */
  #texts(text: string, same = identical): string {
    return this.#numbers('text', text, same);
  }

  #details(text: string): string {
    return this.#numbers('detail', text, identical);
  }

  #numbers(table: 'text' | 'detail', text: string, same: (one: string, other: string) => boolean): string {
    const dictionary = table === 'text' ? this.#text : this.#detail;
    const found = rows(this.#database, `SELECT id FROM ${table} WHERE hash = ?`).all(hashText(text));
    return found
      .map((row) => numberIn(cellsOf(row), 0))
      .filter((number) => same(dictionary.at(number), text))
      .join();
  }

  #message(cells: readonly unknown[]): MessageRecord {
    const messageId = optionalIn(cells, 4);
    return {
      kind: 'message',
      at: numberIn(cells, 0),
      id: this.#detail.at(numberIn(cells, 1)),
      session: this.#text.at(numberIn(cells, 2)),
      transaction: numberIn(cells, 3),
      messageId: messageId === null ? null : this.#detail.at(messageId),
      sender: this.#text.at(numberIn(cells, 5)),
      size: numberIn(cells, 6),
    };
  }

  #attempt(cells: readonly unknown[]): AttemptRecord {
    const remote = optionalIn(cells, 4);
    return {
      kind: 'attempt',
      at: numberIn(cells, 0),
      id: this.#detail.at(numberIn(cells, 1)),
      recipient: this.#text.at(numberIn(cells, 2)),
      outcome: attemptOutcome(this.#detail.at(numberIn(cells, 3))),
      remote: remote === null ? null : this.#detail.at(remote),
      reply: this.#detail.at(numberIn(cells, 5)),
    };
  }

  #notice(cells: readonly unknown[]): NoticeRecord {
    return {
      kind: 'notice',
      at: numberIn(cells, 0),
      id: this.#detail.at(numberIn(cells, 1)),
      about: this.#detail.at(numberIn(cells, 2)),
      notice: noticeKind(this.#detail.at(numberIn(cells, 3))),
      recipient: this.#text.at(numberIn(cells, 4)),
    };
  }
}

export interface Seen {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

function openReadOnly(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path, { readOnly: true, timeout: LOCK_WAIT });
  try {
    const pragma = (name: string): unknown => cellsOf(rows(database, `PRAGMA ${name}`).get())[0];
    if (pragma('schema_version') === 0) {
      database.close();
      return undefined;
    }
    if (pragma('application_id') !== APPLICATION_ID)
      throw new Error('the file is a database, but not of the history');
    const version = pragma('user_version');
    if (version !== VERSION)
      throw new Error(`the file has version ${String(version)}, and this program reads ${VERSION}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function andNumber(number: number | undefined, table = ''): string {
  return number === undefined ? '' : ` AND ${table}number = ${Math.trunc(number)}`;
}

function identical(one: string, other: string): boolean {
  return one === other;
}

/** ASCII only: elsewhere case may make a difference, and `toLowerCase()` makes one of different letters. */
function sameButForCase(one: string, other: string): boolean {
  return foldAscii(one) === foldAscii(other);
}
