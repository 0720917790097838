/**
 * The dictionaries of a segment while it is read, and what its rows are made of.
 *
 * One by one for who needs a few entries, in runs for who needs nearly all: numbers are given out in the order of writing, so what
 * decisions that follow each other refer to lies close together, and a run costs a tenth of as many entries one by one.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { textOf } from '../store/text.ts';

/** Entries that are loaded at a time. */
const RUN = 512;

type Cells = readonly unknown[];

/** What stands for each number of a dictionary, found when it is asked for. Throws for a number that is not there. */
export class Dictionary<Entry> {
  readonly #one: StatementSync;
  readonly #decode: (text: string) => Entry;
  readonly #table: string;
  readonly #found = new Map<number, Entry>();

  constructor(database: DatabaseSync, table: 'text' | 'detail', decode: (text: string) => Entry) {
    this.#table = table;
    this.#decode = decode;
    this.#one = rows(database, `SELECT text FROM ${table} WHERE id = ?`);
  }

  at(number: number): Entry {
    const known = this.#found.get(number);
    if (known !== undefined) return known;
    const found = this.#one.get(number);
    if (found === undefined) throw missing(this.#table, number);
    const entry = this.#decode(textIn(cellsOf(found), 0));
    this.#found.set(number, entry);
    return entry;
  }
}

/** The texts of a table. */
export function textDictionary(database: DatabaseSync, table: 'text' | 'detail'): Dictionary<string> {
  return new Dictionary(database, table, (text) => text);
}

/** The same for rows, found a run at a time; all that was found is kept, so it is for entries of which there are few for many decisions. */
export class RunDictionary<Entry> {
  readonly #run: StatementSync;
  readonly #decode: (cells: Cells) => Entry;
  readonly #table: string;
  /** By number. */
  readonly #loaded: (Entry | undefined)[] = [];

  /** `select` lists the columns, of which the number is the first, and joins what they need; `decode` is given them. */
  constructor(
    database: DatabaseSync,
    { table, select }: { readonly table: 'context' | 'verdict'; readonly select: string },
    decode: (cells: Cells) => Entry,
  ) {
    this.#table = table;
    this.#decode = decode;
    this.#run = rows(database, `${select} WHERE ${table}.id >= ? ORDER BY ${table}.id LIMIT ${RUN}`);
  }

  at(number: number): Entry {
    while (this.#loaded.length <= number) {
      const run = this.#run.all(this.#loaded.length);
      for (const cells of run) this.#loaded[numberIn(cellsOf(cells), 0)] = this.#decode(cellsOf(cells));
      if (run.length === 0) break;
    }
    const entry = this.#loaded[number];
    if (entry === undefined) throw missing(this.#table, number);
    return entry;
  }
}

/** A statement whose rows are arrays. */
export function rows(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

/** A row of such a statement. */
export function cellsOf(row: unknown): Cells {
  if (!Array.isArray(row)) throw new TypeError('a row that is no array');
  return row;
}

export function numberIn(cells: Cells, index: number): number {
  const value = cells[index];
  if (typeof value !== 'number') throw new TypeError('damaged: a number is missing');
  return value;
}

export function optionalIn(cells: Cells, index: number): number | null {
  return cells[index] === null ? null : numberIn(cells, index);
}

/** A text that was joined to the row. */
export function textIn(cells: Cells, index: number): string {
  const value = cells[index];
  if (typeof value === 'string') return value;
  if (value === null) throw new TypeError('damaged: a text is missing');
  return textOf(value);
}

function missing(table: string, number: number): Error {
  return new Error(`damaged: ${table} ${number} is missing`);
}
