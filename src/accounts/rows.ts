/** The statements that change and list accounts; each runs within a transaction of the caller's. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Mailbox } from '../mail/mod.ts';
import { addressText } from './address.ts';

/** An account as administrators see it. */
export interface Account {
  /** The primary address, which is the account's name. */
  readonly address: string;
  /** The other addresses it owns, sorted. */
  readonly aliases: readonly string[];
  /** Without one nobody can sign in; mail is received all the same. */
  readonly hasPassword: boolean;
  /** A disabled account cannot sign in; it still receives mail. */
  readonly disabled: boolean;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** When an administrator last changed the account, milliseconds since the epoch. */
  readonly changed: number;
}

export interface AccountFilter {
  /** Part of any of its addresses; the case of ASCII letters makes no difference. */
  readonly address?: string;
  readonly disabled?: boolean;
  /** Only accounts whose name comes after this one, for paging. */
  readonly after?: string;
  /** At most this many, in the order of their names. */
  readonly limit?: number;
}

export interface Rows {
  /** The account that owns the address, primary or alias. */
  byAddress(mailbox: Mailbox): Account | undefined;
  list(filter: AccountFilter): readonly Account[];
  /** The account with its primary address. */
  insert(primary: Mailbox, values: { readonly hash: string | null; readonly at: number }): void;
  insertAddress(account: string, mailbox: Mailbox): void;
  deleteAddress(mailbox: Mailbox): void;
  setHash(account: string, hash: string | null): void;
  setDisabled(account: string, disabled: boolean): void;
  setChanged(account: string, at: number): void;
  /** The account with all its addresses. */
  remove(account: string): void;
}

const COLUMNS = 'a.name, a.hash IS NOT NULL AS has_password, a.disabled, a.created, a.changed';
const BY_ADDRESS = `
  SELECT ${COLUMNS} FROM account a JOIN address d ON d.account = a.id
  WHERE d.domain = ? AND d.local_key = ?`;
// instr() and not LIKE: an underscore is an underscore. lower() folds ASCII only.
const LIST = `
  SELECT ${COLUMNS} FROM account a
  WHERE a.name > :after AND (:disabled IS NULL OR a.disabled = :disabled)
    AND EXISTS (SELECT 1 FROM address d WHERE d.account = a.id AND instr(lower(d.text), lower(:address)) > 0)
  ORDER BY a.name LIMIT :limit`;
const ALIASES = `
  SELECT d.text FROM address d JOIN account a ON d.account = a.id
  WHERE a.name = ? AND d.text <> a.name ORDER BY d.text`;
const INSERT = 'INSERT INTO account (name, hash, disabled, created, changed) VALUES (?, ?, 0, ?, ?)';
const INSERT_ADDRESS = `
  INSERT INTO address (domain, local_key, text, account)
  SELECT ?, ?, ?, id FROM account WHERE name = ?`;
const DELETE_ADDRESS = 'DELETE FROM address WHERE domain = ? AND local_key = ?';
const SET_HASH = 'UPDATE account SET hash = ? WHERE name = ?';
const SET_DISABLED = 'UPDATE account SET disabled = ? WHERE name = ?';
const SET_CHANGED = 'UPDATE account SET changed = ? WHERE name = ?';
const REMOVE = 'DELETE FROM account WHERE name = ?';

export function rowsOf(database: DatabaseSync): Rows {
  const byAddress = database.prepare(BY_ADDRESS);
  const list = database.prepare(LIST);
  const aliases = database.prepare(ALIASES);

  /** For changes, which are rare: not worth keeping prepared. */
  function run(sql: string, ...values: SQLInputValue[]): void {
    database.prepare(sql).run(...values);
  }

  function complete(row: Readonly<Record<string, unknown>>): Account {
    const address = String(row['name']);
    return {
      address,
      aliases: aliases.all(address).map((alias) => String(alias['text'])),
      hasPassword: row['has_password'] !== 0,
      disabled: row['disabled'] !== 0,
      created: Number(row['created']),
      changed: Number(row['changed']),
    };
  }

  function insertAddress(account: string, mailbox: Mailbox): void {
    run(INSERT_ADDRESS, mailbox.domain, mailbox.localKey, addressText(mailbox), account);
  }

  return {
    byAddress: (mailbox) => {
      const row = byAddress.get(mailbox.domain, mailbox.localKey);
      return row === undefined ? undefined : complete(row);
    },
    list: ({ address = '', disabled, after = '', limit = -1 }) =>
      list
        .all({ address, disabled: disabled === undefined ? null : Number(disabled), after, limit })
        .map(complete),
    insert: (primary, { hash, at }) => {
      const name = addressText(primary);
      run(INSERT, name, hash, at, at);
      insertAddress(name, primary);
    },
    insertAddress,
    deleteAddress: (mailbox) => run(DELETE_ADDRESS, mailbox.domain, mailbox.localKey),
    setHash: (account, hash) => run(SET_HASH, hash, account),
    setDisabled: (account, disabled) => run(SET_DISABLED, Number(disabled), account),
    setChanged: (account, at) => run(SET_CHANGED, at, account),
    remove: (account) => run(REMOVE, account),
  };
}
