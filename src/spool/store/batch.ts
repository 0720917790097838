/** Group commit: one transaction, and one sync, for the calls of many callers. */
import type { DatabaseSync } from 'node:sqlite';
import { causeText } from '../error.ts';
import { noEffects, type ApplyChange, type Effects } from './changes.ts';
import { faultOf } from './fault.ts';
import { addTally } from './tally.ts';
import type { Rejection, WireCall } from './wire.ts';

export interface BatchResult {
  readonly rejected: readonly Rejection[];
  readonly effects: Effects;
}

/**
 * Makes the calls durable in one transaction. When that fails because of one of them, or for want of room, nothing of it is
 * kept and each call gets a transaction of its own, so that only those fail that must. Throws when the database has failed.
 */
export function commitBatch(
  database: DatabaseSync,
  apply: ApplyChange,
  calls: readonly WireCall[],
  contents: ArrayBuffer,
): BatchResult {
  const together = transact(database, apply, calls, contents);
  if ('effects' in together) return { rejected: [], effects: together.effects };
  if (calls.length === 1) return { rejected: [{ call: 0, ...together }], effects: noEffects() };
  return commitEach(database, apply, calls, contents);
}

function commitEach(
  database: DatabaseSync,
  apply: ApplyChange,
  calls: readonly WireCall[],
  contents: ArrayBuffer,
): BatchResult {
  const rejected: Rejection[] = [];
  const effects = noEffects();
  for (const [call, changes] of calls.entries()) {
    const alone = transact(database, apply, [changes], contents);
    if ('effects' in alone) {
      addTally(effects.tally, alone.effects.tally);
      effects.files.push(...alone.effects.files);
    } else {
      rejected.push({ call, ...alone });
    }
  }
  return { rejected, effects };
}

type Outcome = { readonly effects: Effects } | Pick<Rejection, 'code' | 'cause'>;

function transact(
  database: DatabaseSync,
  apply: ApplyChange,
  calls: readonly WireCall[],
  contents: ArrayBuffer,
): Outcome {
  const effects = noEffects();
  try {
    database.exec('BEGIN IMMEDIATE');
    for (const changes of calls) for (const change of changes) apply(change, contents, effects);
    database.exec('COMMIT');
    return { effects };
  } catch (error) {
    const fault = faultOf(error);
    if (fault === 'fatal') throw error;
    // SQLite itself rolls back after some errors, and leaves the transaction open after others.
    if (database.isTransaction) database.exec('ROLLBACK');
    return { code: fault, cause: causeText(error) };
  }
}
