/** The changes of a commit as statements. They run inside a transaction that the caller has begun. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SpoolId } from '../types.ts';
import { firstAttempt } from '../fresh.ts';
import { askedValues } from './asked.ts';
import { integer, type Row } from './row.ts';
import { ASKED_COLUMNS } from './schema.ts';
import { emptyTally, type Tally } from './tally.ts';
import type { WireAppend, WireChange } from './wire.ts';

/** What has to happen once the transaction is on the disk, and not if it is rolled back. */
export interface Effects {
  readonly tally: Tally;
  /** Messages that are gone and whose content is in a file. */
  readonly files: SpoolId[];
}

export function noEffects(): Effects {
  return { tally: emptyTally(), files: [] };
}

/** Does one change; `contents` holds the contents of new messages. Throws when it cannot be done. */
export type ApplyChange = (change: WireChange, contents: ArrayBuffer, effects: Effects) => void;

/**
 * Changes that name a recipient or message that is not there do nothing: an administrator may have removed what was just
 * being delivered.
 */
export function prepareChanges(database: DatabaseSync): ApplyChange {
  const statements = prepare(database);
  return (change, contents, effects) => {
    switch (change.kind) {
      case 'append':
        return append(statements, change, contents, effects);
      case 'finish': {
        const row = statements.finish.get(change.id, change.index);
        return row === undefined ? undefined : left(statements, change.id, [row], effects);
      }
      case 'remove':
        return left(statements, change.id, statements.remove.all(change.id), effects);
      case 'defer': {
        const { attempts, nextAttempt, lastReply, warned, id, index } = change;
        statements.defer.run(attempts, nextAttempt, lastReply, warned ? 1 : 0, id, index);
        return undefined;
      }
      case 'advance':
        statements.advance.run(change.nextAttempt, change.id, change.index, change.nextAttempt);
        return undefined;
      case 'reschedule': {
        const held = change.held ? 1 : 0;
        for (const row of statements.heldOf.all(change.id)) {
          effects.tally.held += held - integer(row['held'], 'held');
        }
        statements.reschedule.run(change.nextAttempt, held, change.id);
        return undefined;
      }
      default:
        return change satisfies never;
    }
  };
}

const COLUMNS = `id, position, body, size, sender, eight_bit, received_at, client, listener, account, helo, address, original,
  rule, attempts, next_attempt, held, warned, last_reply`;

type Statements = { readonly [Name in keyof ReturnType<typeof prepare>]: StatementSync };

function prepare(database: DatabaseSync) {
  return {
    body: database.prepare('INSERT INTO body (bytes) VALUES (?)'),
    recipient: database.prepare(`
      INSERT INTO recipient (${COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, ?7, 0, 0, '')`),
    askingRecipient: database.prepare(`
      INSERT INTO recipient (${COLUMNS}, ${ASKED_COLUMNS})
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, ?15, ?16, 0, ?17,
        ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28)`),
    finish: database.prepare(
      'DELETE FROM recipient WHERE id = ? AND position = ? RETURNING body, size, held',
    ),
    remove: database.prepare('DELETE FROM recipient WHERE id = ? RETURNING body, size, held'),
    more: database.prepare('SELECT 1 FROM recipient WHERE id = ? LIMIT 1'),
    removeBody: database.prepare('DELETE FROM body WHERE number = ?'),
    defer: database.prepare(`
      UPDATE recipient SET attempts = ?, next_attempt = ?, last_reply = ?, warned = ? WHERE id = ? AND position = ?`),
    advance: database.prepare(`
      UPDATE recipient SET next_attempt = ? WHERE id = ? AND position = ? AND held = 0 AND next_attempt > ?`),
    heldOf: database.prepare('SELECT held FROM recipient WHERE id = ?'),
    reschedule: database.prepare('UPDATE recipient SET next_attempt = ?, held = ? WHERE id = ?'),
  };
}

function append(
  statements: Statements,
  message: WireAppend,
  contents: ArrayBuffer,
  effects: Effects,
): undefined {
  // The primary key would not notice when the recipients of the older one have other positions.
  if (statements.more.get(message.id) !== undefined) throw new Error(`message ${message.id} exists already`);
  let body: number | bigint | null = null;
  if (message.at !== undefined) {
    body = statements.body.run(new Uint8Array(contents, message.at, message.size)).lastInsertRowid;
  }
  for (const [position, recipient] of message.recipients.entries()) {
    const columns = [
      message.id,
      position,
      body,
      message.size,
      message.sender,
      message.eightBit ? 1 : 0,
      message.receivedAt,
      message.client,
      message.listener,
      message.account,
      message.helo,
      recipient.address,
      recipient.original,
      recipient.by,
    ];
    const asked = message.asked?.recipients[position];
    if (message.asked === undefined || asked === undefined) {
      statements.recipient.run(...columns);
      continue;
    }
    const { envelope, quarantine } = message.asked;
    statements.askingRecipient.run(
      ...columns,
      firstAttempt({ receivedAt: message.receivedAt, holdUntil: envelope.holdUntil }),
      quarantine === undefined ? 0 : 1,
      quarantine ?? '',
      ...askedValues(envelope, asked),
    );
  }
  effects.tally.messages += 1;
  effects.tally.recipients += message.recipients.length;
  if (message.asked?.quarantine !== undefined) effects.tally.held += message.recipients.length;
  effects.tally.bytes += message.size;
}

/** Accounts for recipients of a message that were deleted just now, and removes the content after the last one. */
function left(statements: Statements, id: SpoolId, rows: readonly Row[], effects: Effects): undefined {
  const [row] = rows;
  if (row === undefined) return;
  for (const each of rows) {
    effects.tally.recipients -= 1;
    effects.tally.held -= integer(each['held'], 'held');
  }
  if (statements.more.get(id) !== undefined) return;
  effects.tally.messages -= 1;
  effects.tally.bytes -= integer(row['size'], 'size');
  const body = row['body'] ?? null;
  if (body === null) effects.files.push(id);
  else statements.removeBody.run(body);
}
