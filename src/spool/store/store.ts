/** An open spool file and all that is done with it, within its thread. Every function here waits for the disk. */
import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { causeText } from '../error.ts';
import type { SpoolId, SpoolStats } from '../types.ts';
import { commitBatch } from './batch.ts';
import { prepareChanges } from './changes.ts';
import { openDatabase, pragma } from './database.ts';
import { faultOf } from './fault.ts';
import { bodiesFolder, databasePath, makeFolder, removeStrays, syncFolder, type FileCheck } from './files.ts';
import { prepareQueries } from './queries.ts';
import { addTally, countAll } from './tally.ts';
import type { Answer, Query, Rejection, WireCall } from './wire.ts';

/** Unused pages up to this many octets stay in the file for the next messages. */
const UNUSED_KEPT_BYTES = 64 << 20;
/** How much of the unused is given back at a time, so that no commit waits long for it. */
const GIVE_BACK_BYTES = 16 << 20;

export interface StoreOptions {
  readonly folder: string;
  readonly name: string;
  readonly maxBytes: number | undefined;
  readonly lockWait?: number | undefined;
}

export interface Store {
  readonly files: FileCheck;
  commit(calls: readonly WireCall[], contents: ArrayBuffer): Committed;
  ask(query: Query): Answer;
  close(): void;
}

export interface Committed {
  readonly rejected: readonly Rejection[];
  /** Messages that went and whose body files are to be removed now. */
  readonly files: readonly SpoolId[];
}

/** Opens the spool and tidies what a crash may have left. Throws when it cannot be used. */
export function openStore({ folder, name, maxBytes, lockWait }: StoreOptions): Store {
  const bodies = bodiesFolder(folder, name);
  makeFolder(bodies);
  const database = openDatabase(databasePath(folder, name), { journal: 'wal', maxBytes, lockWait });
  syncFolder(folder);
  const apply = prepareChanges(database);
  const queries = prepareQueries(database);
  const files = removeStrays(bodies, queries.filed());
  const tally = countAll(database);
  const stats = (): SpoolStats => ({ ...tally, oldest: queries.oldest() });

  return {
    files,
    commit(calls, contents) {
      const { rejected, effects } = commitBatch(database, apply, calls, contents);
      addTally(tally, effects.tally);
      return { rejected, files: effects.files };
    },
    ask(query) {
      switch (query.kind) {
        case 'due':
          return messages(queries.due(query.now, query.limit, query.except));
        case 'nextDue':
          return { kind: 'moment', at: queries.nextDue(query.except) };
        case 'get': {
          const message = queries.get(query.id);
          return messages(message === undefined ? [] : [message]);
        }
        case 'list':
          return messages(queries.list(query.filter));
        case 'waiting':
          return { kind: 'waiting', waiting: queries.waiting(query.filter) };
        case 'body':
          return { kind: 'body', body: queries.body(query.id) };
        case 'stats':
          return { kind: 'stats', stats: stats() };
        case 'space':
          giveBack(database);
          return { kind: 'space', available: available(database, folder) };
        default:
          return query satisfies never;
      }
    },
    close: () => database.close(),
  };
}

/** Removes a body file whose message is gone. Returns why it could not, if so. */
export function removeBody(folder: string, id: SpoolId): string | undefined {
  try {
    rmSync(join(folder, id), { force: true });
    return undefined;
  } catch (error) {
    return causeText(error);
  }
}

function messages(found: Extract<Answer, { kind: 'messages' }>['messages']): Answer {
  return { kind: 'messages', messages: found };
}

/** Octets that can still be written: what the disk and the bound on the file leave, and what is unused within the file. */
function available(database: DatabaseSync, folder: string): number {
  const page = pragma(database, 'page_size');
  const growth = (pragma(database, 'max_page_count') - pragma(database, 'page_count')) * page;
  const { bavail, bsize } = statfsSync(folder);
  return Math.min(growth, bavail * bsize) + pragma(database, 'freelist_count') * page;
}

function giveBack(database: DatabaseSync): void {
  const page = pragma(database, 'page_size');
  const spare = pragma(database, 'freelist_count') * page - UNUSED_KEPT_BYTES;
  if (spare < page) return;
  try {
    database.exec(`PRAGMA incremental_vacuum(${Math.floor(Math.min(spare, GIVE_BACK_BYTES) / page)})`);
  } catch (error) {
    // Moving pages needs some room itself; with none, the unused ones serve the next messages.
    if (faultOf(error) !== 'full') throw error;
  }
}
