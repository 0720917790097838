/** The tables of the ledger's file, and what is read out of them. What is not as it was written throws TypeError. */
import type { SQLOutputValue } from 'node:sqlite';
import type { Limit } from '../policy/mod.ts';
import type { Counter } from './counters.ts';
import type { Suspect, SuspicionReason } from './gateways.ts';

export const TABLES = `
  CREATE TABLE counter (
    -- Grant, per, period and whose; see counterKey().
    id TEXT NOT NULL PRIMARY KEY,
    grant_name TEXT NOT NULL,
    whose TEXT NOT NULL,
    recipients INTEGER NOT NULL,
    period INTEGER NOT NULL,
    burst INTEGER NOT NULL,
    per TEXT NOT NULL,
    units INTEGER NOT NULL,
    -- Milliseconds since the epoch.
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE suspect (
    client TEXT NOT NULL PRIMARY KEY,
    grant_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    names INTEGER NOT NULL,
    -- Separated by blanks.
    examples TEXT NOT NULL,
    since INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;`;

export const STATEMENTS = {
  putCounter:
    'INSERT OR REPLACE INTO counter (id, grant_name, whose, recipients, period, burst, per, units, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  deleteCounter: 'DELETE FROM counter WHERE id = ?',
  counters: 'SELECT * FROM counter',
  putSuspect:
    'INSERT OR REPLACE INTO suspect (client, grant_name, reason, names, examples, since, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?)',
  deleteSuspect: 'DELETE FROM suspect WHERE client = ?',
  suspects: 'SELECT * FROM suspect',
} as const;

export type Row = Readonly<Record<string, SQLOutputValue>>;

export function counterValues(
  id: string,
  { grant, whose, limit, level }: Counter,
): readonly (string | number)[] {
  const { recipients, periodMs, burst, per } = limit;
  return [id, grant, whose, recipients, periodMs, burst, per, level.units, level.at];
}

export function counterOf(row: Row): Counter {
  return {
    grant: text(row, 'grant_name'),
    whose: text(row, 'whose'),
    limit: {
      recipients: integer(row, 'recipients'),
      periodMs: integer(row, 'period'),
      burst: integer(row, 'burst'),
      per: oneOf(PER, text(row, 'per')),
    },
    level: { units: integer(row, 'units'), at: integer(row, 'at') },
  };
}

export function suspectValues(suspect: Suspect): readonly (string | number)[] {
  const { client, grant, reason, names, examples, since, lastSeen } = suspect;
  return [client, grant, reason, names, examples.join(' '), since, lastSeen];
}

export function suspectOf(row: Row): Suspect {
  return {
    client: text(row, 'client'),
    grant: text(row, 'grant_name'),
    reason: oneOf(REASON, text(row, 'reason')),
    names: integer(row, 'names'),
    examples: text(row, 'examples')
      .split(' ')
      .filter((name) => name !== ''),
    since: integer(row, 'since'),
    lastSeen: integer(row, 'last_seen'),
  };
}

const PER = ['grant', 'account', 'client'] as const satisfies readonly Limit['per'][];
const REASON = ['gateway', 'bridge', 'own', 'names'] as const satisfies readonly SuspicionReason[];

export function oneOf<Word extends string>(words: readonly Word[], value: string): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) throw new TypeError(`${value} is none of ${words.join(', ')}`);
  return found;
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`${column} is ${typeof value}, expected text`);
  return value;
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`${column} is ${typeof value}, expected an integer`);
  return value;
}
