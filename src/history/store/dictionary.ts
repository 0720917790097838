/** A dictionary table of a segment while it is written: a number for each text or row of numbers, the same one as long as it is remembered. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { hashText, storedText } from './text.ts';

/** How much a dictionary remembers; then it forgets everything, and what comes again gets another number. */
const REMEMBERED = 50_000;

export class TextDictionary {
  readonly #insert: StatementSync;
  /** Those that are searched for, and those that are not. */
  readonly #searched = new Map<string, number>();
  readonly #plain = new Map<string, number>();
  #last: number;

  constructor(database: DatabaseSync, table: 'text' | 'detail') {
    this.#insert = database.prepare(`INSERT INTO ${table} (id, hash, text) VALUES (?, ?, ?)`);
    this.#last = lastId(database, table);
  }

  /** The number of a text that can be searched for. */
  searched(text: string): number {
    return this.#searched.get(text) ?? this.#add(this.#searched, text, hashText(text));
  }

  /** The number of a text that is only read. */
  plain(text: string): number {
    return this.#plain.get(text) ?? this.#add(this.#plain, text, null);
  }

  #add(known: Map<string, number>, text: string, hash: number | null): number {
    this.#last += 1;
    this.#insert.run(this.#last, hash, storedText(text));
    remember(known, text, this.#last);
    return this.#last;
  }
}

/** Rows of numbers. */
export class RowDictionary {
  readonly #insert: StatementSync;
  readonly #known = new Map<string, number>();
  #last: number;

  constructor(database: DatabaseSync, table: 'context' | 'verdict', columns: readonly string[]) {
    const places = columns.map(() => '?').join(', ');
    this.#insert = database.prepare(`INSERT INTO ${table} (id, ${columns.join(', ')}) VALUES (?, ${places})`);
    this.#last = lastId(database, table);
  }

  number(...row: readonly (number | null)[]): number {
    const key = row.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#last += 1;
    this.#insert.run(this.#last, ...row);
    remember(this.#known, key, this.#last);
    return this.#last;
  }
}

function remember(known: Map<string, number>, key: string, number: number): void {
  if (known.size >= REMEMBERED) known.clear();
  known.set(key, number);
}

function lastId(database: DatabaseSync, table: string): number {
  const row = database.prepare(`SELECT max(id) AS last FROM ${table}`).get();
  return Number(row?.['last'] ?? 0);
}
