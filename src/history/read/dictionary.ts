/**
 * The dictionaries of a segment while it is read: one by one for who looks for a few rows, in runs for who reads them all. Numbers are
 * given out in the order of writing, so what a run of decisions refers to and was not loaded yet lies close together.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { textOf } from '../store/text.ts';

/** How the segment is read. */
export type Way = 'all' | 'few';

/** Entries that are loaded at a time. */
const RUN = 10_000;

type Cells = readonly unknown[];

/** What stands for each number of a dictionary. Throws for a number that is not there: the segment is damaged. */
export class Dictionary<Entry> {
  readonly #run: StatementSync;
  readonly #one: StatementSync;
  readonly #decode: (cells: Cells) => Entry;
  readonly #way: Way;
  readonly #table: string;
  /** By number. */
  readonly #loaded: (Entry | undefined)[] = [];
  readonly #found = new Map<number, Entry>();

  constructor(
    database: DatabaseSync,
    { table, columns, way }: { readonly table: string; readonly columns: string; readonly way: Way },
    decode: (cells: Cells) => Entry,
  ) {
    this.#table = table;
    this.#way = way;
    this.#decode = decode;
    this.#run = rows(database, `SELECT id, ${columns} FROM ${table} WHERE id >= ? ORDER BY id LIMIT ${RUN}`);
    this.#one = rows(database, `SELECT id, ${columns} FROM ${table} WHERE id = ?`);
  }

  at(number: number): Entry {
    const entry = this.#way === 'all' ? this.#inRun(number) : this.#single(number);
    if (entry === undefined) throw new Error(`damaged: ${this.#table} ${number} is missing`);
    return entry;
  }

  #inRun(number: number): Entry | undefined {
    while (this.#loaded.length <= number) {
      const run = this.#run.all(this.#loaded.length);
      for (const cells of run) this.#loaded[numberIn(cellsOf(cells), 0)] = this.#decode(cellsOf(cells));
      if (run.length === 0) return undefined;
    }
    return this.#loaded[number];
  }

  #single(number: number): Entry | undefined {
    const known = this.#found.get(number);
    if (known !== undefined) return known;
    const found = this.#one.get(number);
    if (found === undefined) return undefined;
    const entry = this.#decode(cellsOf(found));
    this.#found.set(number, entry);
    return entry;
  }
}

export function textDictionary(
  database: DatabaseSync,
  table: 'text' | 'detail',
  way: Way,
): Dictionary<string> {
  return new Dictionary(database, { table, columns: 'text', way }, (cells) => textOf(cells[1]));
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
