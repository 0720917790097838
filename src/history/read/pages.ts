/** The decisions of a segment as cases, a page at a time; their records when they are asked for. Throws for what is damaged. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { IpAddress } from '../../std/mod.ts';
import type { DecisionPage, Period } from '../reader.ts';
import { readAddress, readCase, readCircumstances } from '../replay/facts.ts';
import type { Case, Circumstances, Read, RecordedVerdict, Unreadable } from '../replay/facts.ts';
import type { DecisionRecord } from '../types.ts';
import {
  cellsOf,
  Dictionary,
  numberIn,
  optionalIn,
  rows,
  RunDictionary,
  textDictionary,
  textIn,
} from './dictionary.ts';
import { recordsWhere } from './records.ts';
import { mailboxFact, outcome } from './words.ts';

/**
 * The texts that differ most are joined to the rows: the engine looks them up faster than we could ask for them. The address after
 * rewriting mostly is the recipient, and is NULL then; 0, which no text is, when it is missing.
 */
const CASES = `
  SELECT decision.id, at, context, verdict, sender.text, recipient.text,
    CASE WHEN address <> recipient THEN ifnull((SELECT text FROM text WHERE id = address), 0) END
  FROM decision
  LEFT JOIN text AS sender ON sender.id = decision.sender
  LEFT JOIN text AS recipient ON recipient.id = decision.recipient
  WHERE decision.id > ? AND at >= ? AND at < ? ORDER BY decision.id LIMIT ?`;

const CONTEXTS = {
  table: 'context',
  select: `SELECT context.id, client.text, local_address, listener, account
    FROM context LEFT JOIN text AS client ON client.id = context.client`,
} as const;

const VERDICTS = { table: 'verdict', select: 'SELECT id, mailbox, outcome, rule FROM verdict' } as const;

export class PageReader {
  readonly #cases: StatementSync;
  /** Takes the numbers as a JSON array. */
  readonly #records: ReturnType<typeof recordsWhere>;
  /** Words of which there are few. */
  readonly #word: Dictionary<string>;
  readonly #localAddress: Dictionary<Read<IpAddress>>;
  readonly #context: RunDictionary<Circumstances | Unreadable>;
  readonly #verdict: RunDictionary<RecordedVerdict>;

  constructor(database: DatabaseSync) {
    this.#cases = rows(database, CASES);
    this.#records = recordsWhere(database, 'decision.id IN (SELECT value FROM json_each(?))');
    this.#word = textDictionary(database, 'text');
    this.#localAddress = new Dictionary(database, 'text', readAddress);
    this.#context = new RunDictionary(database, CONTEXTS, (cells) => this.#circumstancesIn(cells));
    this.#verdict = new RunDictionary(database, VERDICTS, (cells) => this.#verdictIn(cells));
  }

  /** At most `size` cases each. */
  *pages({ since, until }: Period, size: number): Iterable<DecisionPage> {
    for (let last = 0; ;) {
      const found = this.#cases.all(last, since, until, size).map(cellsOf);
      const ids = found.map((cells) => numberIn(cells, 0));
      if (ids.length === 0) return;
      last = ids.at(-1) ?? last;
      yield {
        cases: found.map((cells) => this.#caseIn(cells)),
        records: (indices) => this.#recordsOf(indices.map((index) => ids[index] ?? 0)),
      };
    }
  }

  #recordsOf(ids: readonly number[]): readonly DecisionRecord[] {
    if (ids.length === 0) return [];
    const records = this.#records(JSON.stringify(ids));
    if (records.length !== ids.length) throw new Error('damaged: a decision is missing');
    return records;
  }

  #caseIn(cells: readonly unknown[]): Case {
    const recipient = textIn(cells, 5);
    const address = cells[6] === null ? recipient : textIn(cells, 6);
    const given = { at: numberIn(cells, 1), sender: textIn(cells, 4), recipient, address };
    return readCase(this.#context.at(numberIn(cells, 2)), given, this.#verdict.at(numberIn(cells, 3)));
  }

  #circumstancesIn(cells: readonly unknown[]): Circumstances | Unreadable {
    const account = optionalIn(cells, 4);
    return readCircumstances(readAddress(textIn(cells, 1)), this.#localAddress.at(numberIn(cells, 2)), {
      listener: this.#word.at(numberIn(cells, 3)),
      account: account === null ? null : this.#word.at(account),
    });
  }

  #verdictIn(cells: readonly unknown[]): RecordedVerdict {
    return {
      mailbox: mailboxFact(this.#word.at(numberIn(cells, 1))),
      outcome: outcome(this.#word.at(numberIn(cells, 2))),
      rule: this.#word.at(numberIn(cells, 3)),
    };
  }
}
