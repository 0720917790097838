/** The tables of the guard in the ledger's file. What is not as it was written throws TypeError. */
import type { DatabaseSync } from 'node:sqlite';
import type { Level } from './bucket.ts';
import { GUARD_KINDS, type GuardKind, type GuardState } from './guard.ts';
import { integer, oneOf, text } from './rows.ts';

/** A file of before there was a guard gets them, too. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS guard_count (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    units INTEGER NOT NULL,
    -- Milliseconds since the epoch.
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS guard_place (
    account TEXT NOT NULL,
    network TEXT NOT NULL,
    last_used INTEGER NOT NULL,
    PRIMARY KEY (account, network)
  ) STRICT, WITHOUT ROWID;`;

export class GuardRows {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(TABLES);
  }

  read(): GuardState {
    const counts = {
      address: new Map<string, Level>(),
      account: new Map<string, Level>(),
      place: new Map<string, Level>(),
      recipient: new Map<string, Level>(),
    } satisfies Record<GuardKind, unknown>;
    for (const row of this.#database.prepare('SELECT * FROM guard_count').all()) {
      const level = { units: integer(row, 'units'), at: integer(row, 'at') };
      counts[oneOf(GUARD_KINDS, text(row, 'kind'))].set(text(row, 'id'), level);
    }
    const places = this.#database.prepare('SELECT * FROM guard_place').all();
    return {
      counts,
      places: places.map((row) => ({
        account: text(row, 'account'),
        network: text(row, 'network'),
        lastUsed: integer(row, 'last_used'),
      })),
    };
  }

  /** Within the transaction of the caller. */
  write({ counts, places }: GuardState): void {
    const put = this.#database.prepare(
      'INSERT OR REPLACE INTO guard_count (kind, id, units, at) VALUES (?, ?, ?, ?)',
    );
    const remove = this.#database.prepare('DELETE FROM guard_count WHERE kind = ? AND id = ?');
    for (const kind of GUARD_KINDS) {
      for (const [id, level] of counts[kind]) {
        if (level === undefined) remove.run(kind, id);
        else put.run(kind, id, level.units, level.at);
      }
    }
    this.#writePlaces(places);
  }

  clear(): void {
    this.#database.exec('DELETE FROM guard_count; DELETE FROM guard_place');
  }

  #writePlaces(places: GuardState['places']): void {
    const put = this.#database.prepare(
      'INSERT OR REPLACE INTO guard_place (account, network, last_used) VALUES (?, ?, ?)',
    );
    const remove = this.#database.prepare('DELETE FROM guard_place WHERE account = ? AND network = ?');
    for (const { account, network, lastUsed } of places) {
      if (lastUsed === undefined) remove.run(account, network);
      else put.run(account, network, lastUsed);
    }
  }
}
