/** Questions about the queue. They read rows of `recipient` by an index, and a content only for `body`. */
import type { DatabaseSync } from 'node:sqlite';
import type {
  QueueFilter,
  SpoolId,
  SpooledMessage,
  SpooledRecipient,
  Waiting,
  WaitingFilter,
  WaitingRecipient,
} from '../types.ts';
import { foldAscii } from '../../mail/mod.ts';
import { isSpoolId } from '../id.ts';
import { askedOfMessage, askedOfRecipient } from './asked.ts';
import { bytes, integer, text, type Row } from './row.ts';
import type { WireBody } from './wire.ts';

export interface Queries {
  /** `except` is a JSON list of ids. */
  due(now: number, limit: number, except: string): readonly SpooledMessage[];
  nextDue(except: string): number | undefined;
  get(id: SpoolId): SpooledMessage | undefined;
  body(id: SpoolId): WireBody | undefined;
  list(filter: QueueFilter): readonly SpooledMessage[];
  waiting(filter: WaitingFilter): Waiting;
  /** When the first message arrived, milliseconds since the epoch. */
  oldest(): number | undefined;
  /** The messages whose content is in a file. */
  filed(): readonly SpoolId[];
}

export function prepareQueries(database: DatabaseSync): Queries {
  const rows = database.prepare('SELECT * FROM recipient WHERE id = ? ORDER BY position');
  // What is excepted is due as a rule. SQLite passes over it in a fifth of the time that it takes to look at it here, so the
  // list goes there whole: 20,000 ids cost about 10 ms.
  const unheld = 'FROM recipient WHERE held = 0 AND id NOT IN (SELECT value FROM json_each(:except))';
  const due = database.prepare(`SELECT id ${unheld} AND next_attempt <= :now ORDER BY next_attempt, id`);
  const next = database.prepare(`SELECT next_attempt ${unheld} ORDER BY next_attempt LIMIT 1`);
  const content = database.prepare(`
    SELECT size, body, bytes FROM recipient LEFT JOIN body ON number = body WHERE id = ? LIMIT 1`);
  const first = database.prepare('SELECT received_at FROM recipient ORDER BY id LIMIT 1');
  const filed = database.prepare('SELECT DISTINCT id FROM recipient WHERE body IS NULL');
  const list = prepareList(database);
  const messages = (ids: Iterable<SpoolId>): readonly SpooledMessage[] =>
    Array.from(ids, (id) => toMessage(id, rows.all(id)));

  return {
    due: (now, limit, except) => messages(distinct(due.iterate({ now, except }), limit)),
    nextDue(except) {
      const row = next.get({ except });
      return row === undefined ? undefined : integer(row['next_attempt'], 'next_attempt');
    },
    get(id) {
      const found = rows.all(id);
      return found.length === 0 ? undefined : toMessage(id, found);
    },
    body(id) {
      const row = content.get(id);
      if (row === undefined) return undefined;
      if (row['body'] === null) return { kind: 'file', size: integer(row['size'], 'size') };
      return { kind: 'memory', bytes: bytes(row['bytes'], 'bytes') };
    },
    list: (filter) => messages(list(filter)),
    waiting: prepareWaiting(database),
    oldest() {
      const row = first.get();
      return row === undefined ? undefined : integer(row['received_at'], 'received_at');
    },
    filed: () => filed.all().map(idOf),
  };
}

/** The first `limit` different ids. */
function distinct(rows: Iterable<Row>, limit: number): ReadonlySet<SpoolId> {
  const ids = new Set<SpoolId>();
  if (limit <= 0) return ids;
  for (const row of rows) {
    ids.add(idOf(row));
    if (ids.size >= limit) break;
  }
  return ids;
}

function prepareList(database: DatabaseSync): (filter: QueueFilter) => readonly SpoolId[] {
  // lower() folds ASCII only, which is what an address needs.
  const statement = database.prepare(`
    SELECT DISTINCT id FROM recipient
    WHERE id > :after AND (:held IS NULL OR held = :held)
      AND (:address = '' OR instr(lower(sender), lower(:address)) OR instr(lower(address), lower(:address)))
    ORDER BY id LIMIT :limit`);
  return ({ address, held, limit, after }) => {
    const values = {
      after: after ?? '',
      held: held === undefined ? null : Number(held),
      address: address ?? '',
      limit: Math.max(0, limit),
    };
    return statement.all(values).map(idOf);
  };
}

function prepareWaiting(database: DatabaseSync): (filter: WaitingFilter) => Waiting {
  // By the primary key, so that each piece costs the same however long the queue is.
  const piece = database.prepare(`
    SELECT id, position, address, held = 0 AND (hold_until IS NULL OR hold_until <= :now) AS waits FROM recipient
    WHERE (id, position) > (:id, :position) ORDER BY id, position LIMIT :limit`);
  return ({ domain, subdomains, now, limit, after }) => {
    const rows = piece.all({ now, limit, id: after?.id ?? '', position: after?.index ?? -1 });
    const found: WaitingRecipient[] = [];
    let last: WaitingRecipient | undefined;
    for (const row of rows) {
      const recipient = {
        id: idOf(row),
        index: integer(row['position'], 'position'),
        address: text(row['address'], 'address'),
      };
      if (row['waits'] === 1 && isAt(recipient.address, domain, subdomains)) found.push(recipient);
      last = recipient;
    }
    return { found, last: rows.length < limit ? undefined : last };
  };
}

function isAt(address: string, domain: string, subdomains: boolean): boolean {
  // What counts is after the last @: a local part may hold others (RFC 5321 4.1.2).
  const own = foldAscii(address.slice(address.lastIndexOf('@') + 1));
  return own === domain || (subdomains && own.endsWith(`.${domain}`));
}

function idOf(row: Row): SpoolId {
  const id = text(row['id'], 'id');
  if (!isSpoolId(id)) throw new TypeError(`id is ${id}, expected a spool id`);
  return id;
}

function toMessage(id: SpoolId, rows: readonly Row[]): SpooledMessage {
  const [row] = rows;
  if (row === undefined) throw new Error(`message ${id} has no recipients`);
  const account = row['account'] ?? null;
  return {
    id,
    envelope: {
      sender: text(row['sender'], 'sender'),
      eightBit: row['eight_bit'] === 1,
      ...askedOfMessage(row),
      receivedAt: integer(row['received_at'], 'received_at'),
      origin: {
        client: text(row['client'], 'client'),
        listener: text(row['listener'], 'listener'),
        account: account === null ? null : text(account, 'account'),
        helo: text(row['helo'], 'helo'),
      },
    },
    size: integer(row['size'], 'size'),
    recipients: rows.map(toRecipient),
  };
}

function toRecipient(row: Row): SpooledRecipient {
  return {
    index: integer(row['position'], 'position'),
    address: text(row['address'], 'address'),
    original: text(row['original'], 'original'),
    by: text(row['rule'], 'rule'),
    ...askedOfRecipient(row),
    attempts: integer(row['attempts'], 'attempts'),
    nextAttempt: integer(row['next_attempt'], 'next_attempt'),
    held: row['held'] === 1,
    warned: row['warned'] === 1,
    lastReply: text(row['last_reply'], 'last_reply'),
  };
}
