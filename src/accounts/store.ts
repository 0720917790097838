/**
 * Changes the accounts: for the command line and the control API, with a running server or without. A change is durable
 * when the call returns, all of it or nothing, and counts from the next login or recipient on, in every process.
 *
 * What an administrator can get wrong is returned as an AccountProblem; a file that cannot be read or written is thrown as
 * an AccountsError.
 */
import { isAddressError, parseMailbox } from '../mail/mod.ts';
import type { Mailbox } from '../mail/mod.ts';
import type { Clock } from '../std/mod.ts';
import { deriveArgon2id, hashPassword } from './argon2.ts';
import type { Derive } from './argon2.ts';
import { deleteAlias, insertAccount, insertAlias, named } from './changes.ts';
import { openDatabase, readIn, writeIn } from './database.ts';
import { preparePassword } from './password.ts';
import { isAccountProblem } from './problem.ts';
import type { AccountProblem } from './problem.ts';
import { rowsOf } from './rows.ts';
import type { Account, AccountFilter } from './rows.ts';

export interface NewAccount {
  /** The primary address; it becomes the account's name, in lower case. */
  readonly address: string;
  /** More addresses; one that is named twice counts once. */
  readonly aliases?: readonly string[];
  /** Without one nobody can sign in: a mailbox that only receives. */
  readonly password?: string;
}

/** Accounts are named by their primary address; an alias names one only in `show()`. */
export interface AccountStore extends Disposable {
  add(account: NewAccount): Promise<Account | AccountProblem>;
  /** In the order of their names. */
  list(filter?: AccountFilter): readonly Account[];
  show(address: string): Account | AccountProblem;
  setPassword(address: string, password: string): Promise<Account | AccountProblem>;
  /** Afterwards nobody can sign in; mail is received all the same. */
  clearPassword(address: string): Account | AccountProblem;
  /** Nobody can sign in until it is enabled again; mail is received all the same. */
  disable(address: string): Account | AccountProblem;
  enable(address: string): Account | AccountProblem;
  /** Returns what was removed. Its addresses are unknown from then on; mail that was delivered stays where it is. */
  remove(address: string): Account | AccountProblem;
  addAlias(address: string, alias: string): Account | AccountProblem;
  removeAlias(address: string, alias: string): Account | AccountProblem;
}

export interface StoreOptions {
  readonly clock: Clock;
  /** Make the file when it is missing (default); else a missing file is an AccountsError. */
  readonly create?: boolean;
  /** How long to wait, blocking, for another process that writes, milliseconds. */
  readonly busyTimeoutMs?: number;
  readonly derive?: Derive;
}

const BUSY_TIMEOUT_MS = 5_000;

/** Opens the accounts for changes. Throws AccountsError. */
export function openAccountStore(path: string, options: StoreOptions): AccountStore {
  const { clock, create = true, busyTimeoutMs = BUSY_TIMEOUT_MS, derive = deriveArgon2id } = options;
  const database = openDatabase(path, { create, busyTimeoutMs });
  const rows = rowsOf(database);

  async function add(account: NewAccount): Promise<Account | AccountProblem> {
    const primary = parse(account.address);
    const aliases = parseAll(account.aliases ?? []);
    if (isAccountProblem(primary)) return primary;
    if (isAccountProblem(aliases)) return aliases;
    const hash = account.password === undefined ? null : await hashed(account.password, derive);
    if (hash !== null && typeof hash === 'object') return hash;
    return writeIn(database, () => insertAccount(rows, { primary, aliases, hash, at: clock.now() }));
  }

  /** Changes the account of this name; nothing is written when `apply` returns a problem. */
  function change(
    address: string,
    apply: (account: Account) => AccountProblem | undefined,
  ): Account | AccountProblem {
    return withMailbox(address, (mailbox) =>
      writeIn(database, () => {
        const account = named(rows, mailbox);
        if (isAccountProblem(account)) return account;
        const problem = apply(account);
        if (problem !== undefined) return problem;
        rows.setChanged(account.address, clock.now());
        return named(rows, mailbox);
      }),
    );
  }

  function setHash(address: string, hash: string | null): Account | AccountProblem {
    return change(address, (account) => {
      rows.setHash(account.address, hash);
      return undefined;
    });
  }

  async function setPassword(address: string, password: string): Promise<Account | AccountProblem> {
    const hash = await hashed(password, derive);
    return typeof hash === 'object' ? hash : setHash(address, hash);
  }

  function setDisabled(address: string, disabled: boolean): Account | AccountProblem {
    return change(address, (account) => {
      rows.setDisabled(account.address, disabled);
      return undefined;
    });
  }

  function remove(address: string): Account | AccountProblem {
    return withMailbox(address, (mailbox) =>
      writeIn(database, () => {
        const account = named(rows, mailbox);
        if (!isAccountProblem(account)) rows.remove(account.address);
        return account;
      }),
    );
  }

  function show(address: string): Account | AccountProblem {
    return withMailbox(address, (mailbox) =>
      readIn(database, () => rows.byAddress(mailbox) ?? named(rows, mailbox)),
    );
  }

  return {
    add,
    list: (filter = {}) => readIn(database, () => rows.list(filter)),
    show,
    setPassword,
    clearPassword: (address) => setHash(address, null),
    disable: (address) => setDisabled(address, true),
    enable: (address) => setDisabled(address, false),
    remove,
    addAlias: (address, alias) =>
      withMailbox(alias, (mailbox) => change(address, (account) => insertAlias(rows, account, mailbox))),
    removeAlias: (address, alias) =>
      withMailbox(alias, (mailbox) => change(address, (account) => deleteAlias(rows, account, mailbox))),
    [Symbol.dispose]: () => database.close(),
  };
}

function parse(text: string): Mailbox | AccountProblem {
  const mailbox = parseMailbox(text);
  return isAddressError(mailbox) ? { problem: 'badAddress', text, error: mailbox } : mailbox;
}

function parseAll(texts: readonly string[]): readonly Mailbox[] | AccountProblem {
  const mailboxes: Mailbox[] = [];
  for (const text of texts) {
    const mailbox = parse(text);
    if (isAccountProblem(mailbox)) return mailbox;
    mailboxes.push(mailbox);
  }
  return mailboxes;
}

function withMailbox(
  text: string,
  use: (mailbox: Mailbox) => Account | AccountProblem,
): Account | AccountProblem {
  const mailbox = parse(text);
  return isAccountProblem(mailbox) ? mailbox : use(mailbox);
}

async function hashed(password: string, derive: Derive): Promise<string | AccountProblem> {
  const prepared = preparePassword(password);
  if (typeof prepared === 'string') return { problem: 'badPassword', error: prepared };
  return hashPassword(prepared, derive);
}
