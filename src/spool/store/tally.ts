/** Counts of what is in the spool, kept along so that asking costs nothing however long the queue is. */
import type { DatabaseSync } from 'node:sqlite';
import { integer } from './row.ts';

/** Totals, or what a transaction adds to them. */
export interface Tally {
  messages: number;
  recipients: number;
  held: number;
  /** Octets of content. */
  bytes: number;
}

export function emptyTally(): Tally {
  return { messages: 0, recipients: 0, held: 0, bytes: 0 };
}

export function addTally(total: Tally, more: Tally): void {
  total.messages += more.messages;
  total.recipients += more.recipients;
  total.held += more.held;
  total.bytes += more.bytes;
}

/** Counts everything; reads the whole table, so only when a spool is opened. */
export function countAll(database: DatabaseSync): Tally {
  const recipients = database.prepare('SELECT count(*) AS n, total(held) AS held FROM recipient').get() ?? {};
  const messages =
    database
      .prepare('SELECT count(*) AS n, total(size) AS bytes FROM (SELECT size FROM recipient GROUP BY id)')
      .get() ?? {};
  return {
    messages: integer(messages['n'], 'count'),
    recipients: integer(recipients['n'], 'count'),
    held: integer(recipients['held'], 'held'),
    bytes: integer(messages['bytes'], 'bytes'),
  };
}
