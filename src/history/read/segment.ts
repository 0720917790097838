/**
 * One segment while it is read. Opening and everything else throws what SQLite throws, and an Error for what no segment of ours holds;
 * `history.ts` catches it and leaves the segment out.
 */
import { DatabaseSync } from 'node:sqlite';
import { foldAscii } from '../../mail/mod.ts';
import { sessionReference } from '../batch.ts';
import { APPLICATION_ID, VERSION } from '../store/schema.ts';
import { hashText } from '../store/text.ts';
import type { Period } from '../reader.ts';
import type { AttemptRecord, DecisionRecord, MessageRecord, NoticeRecord } from '../types.ts';
import { cellsOf, Dictionary, numberIn, optionalIn, rows, textDictionary, type Way } from './dictionary.ts';
import { attemptOutcome, mailboxFact, noticeKind, outcome, restraint } from './words.ts';

/** Decisions that are read at a time. */
const PAGE = 4096;
/** A writer that has just begun or ended with the file. Milliseconds. */
const LOCK_WAIT = 2_000;

const DECISION = 'id, at, session, number, context, sender, recipient, address, verdict';

type Context = Pick<DecisionRecord, 'client' | 'localAddress' | 'listener' | 'helo' | 'account'>;
type Verdict = Pick<DecisionRecord, 'mailbox' | 'outcome' | 'rule' | 'reply' | 'restrained'> & {
  readonly named: boolean;
};

export class SegmentReader implements Disposable {
  readonly #database: DatabaseSync;
  readonly #text: Dictionary<string>;
  readonly #detail: Dictionary<string>;
  readonly #context: Dictionary<Context>;
  readonly #verdict: Dictionary<Verdict>;

  /** `all`: decisions are read one after the other; `few`: something is looked for. Undefined: its writer has only just made it. */
  static open(path: string, way: Way): SegmentReader | undefined {
    const database = openReadOnly(path);
    return database && new SegmentReader(database, way);
  }

  private constructor(database: DatabaseSync, way: Way) {
    this.#database = database;
    this.#text = textDictionary(this.#database, 'text', way);
    this.#detail = textDictionary(this.#database, 'detail', 'few');
    const context = { table: 'context', columns: 'client, local_address, listener, helo, account', way };
    this.#context = new Dictionary(this.#database, context, (cells) => this.#readContext(cells));
    const verdict = { table: 'verdict', columns: 'mailbox, outcome, rule, reply, named, restrained', way };
    this.#verdict = new Dictionary(this.#database, verdict, (cells) => this.#readVerdict(cells));
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

  *decisions({ since, until }: Period): Iterable<readonly DecisionRecord[]> {
    const page = rows(
      this.#database,
      `SELECT ${DECISION} FROM decision WHERE id > ? AND at >= ? AND at < ? ORDER BY id LIMIT ${PAGE}`,
    );
    let last = 0;
    for (;;) {
      const found = page.all(last, since, until);
      if (found.length === 0) return;
      last = numberIn(cellsOf(found.at(-1)), 0);
      yield found.map((row) => this.#decision(cellsOf(row)));
    }
  }

  /** Those of a session; of one of its transactions when `number` is given. */
  decisionsOf(session: string, number?: number): readonly DecisionRecord[] {
    const found = rows(
      this.#database,
      `SELECT ${DECISION} FROM decision WHERE session IN (${this.#texts(session)})${andNumber(number)} ORDER BY id`,
    );
    return found.all().map((row) => this.#decision(cellsOf(row)));
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

  #decision(cells: readonly unknown[]): DecisionRecord {
    const session = this.#text.at(numberIn(cells, 2));
    const { client, localAddress, listener, helo, account } = this.#context.at(numberIn(cells, 4));
    const verdict = this.#verdict.at(numberIn(cells, 8));
    return {
      kind: 'decision',
      at: numberIn(cells, 1),
      session,
      transaction: numberIn(cells, 3),
      client,
      localAddress,
      listener,
      helo,
      account,
      sender: this.#text.at(numberIn(cells, 5)),
      recipient: this.#text.at(numberIn(cells, 6)),
      address: this.#text.at(numberIn(cells, 7)),
      mailbox: verdict.mailbox,
      outcome: verdict.outcome,
      rule: verdict.rule,
      reply: verdict.named ? verdict.reply + sessionReference(session) : verdict.reply,
      restrained: verdict.restrained,
    };
  }

  #readContext(cells: readonly unknown[]): Context {
    const account = optionalIn(cells, 5);
    return {
      client: this.#text.at(numberIn(cells, 1)),
      localAddress: this.#text.at(numberIn(cells, 2)),
      listener: this.#text.at(numberIn(cells, 3)),
      helo: this.#text.at(numberIn(cells, 4)),
      account: account === null ? null : this.#text.at(account),
    };
  }

  #readVerdict(cells: readonly unknown[]): Verdict {
    const restrained = optionalIn(cells, 6);
    return {
      mailbox: mailboxFact(this.#text.at(numberIn(cells, 1))),
      outcome: outcome(this.#text.at(numberIn(cells, 2))),
      rule: this.#text.at(numberIn(cells, 3)),
      reply: this.#text.at(numberIn(cells, 4)),
      named: numberIn(cells, 5) === 1,
      restrained: restrained === null ? null : restraint(this.#text.at(restrained)),
    };
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

function andNumber(number: number | undefined): string {
  return number === undefined ? '' : ` AND number = ${Math.trunc(number)}`;
}

function identical(one: string, other: string): boolean {
  return one === other;
}

/** ASCII only: elsewhere case may make a difference, and `toLowerCase()` makes one of different letters. */
function sameButForCase(one: string, other: string): boolean {
  return foldAscii(one) === foldAscii(other);
}
