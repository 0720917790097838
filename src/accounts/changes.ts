/** The rules of a change: what must hold before rows are written. Each runs within one write transaction of the caller's. */
import type { Mailbox } from '../mail/mod.ts';
import { addressText } from './address.ts';
import type { AccountProblem } from './problem.ts';
import type { Account, Rows } from './rows.ts';

/** The account of this name; an alias does not do, so that nobody removes an account by one of its aliases. */
export function named(rows: Rows, mailbox: Mailbox): Account | AccountProblem {
  const found = rows.byAddress(mailbox);
  const address = addressText(mailbox);
  return found?.address === address ? found : { problem: 'notFound', address, aliasOf: found?.address };
}

export interface Insertion {
  readonly primary: Mailbox;
  readonly aliases: readonly Mailbox[];
  readonly hash: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export function insertAccount(
  rows: Rows,
  { primary, aliases, hash, at }: Insertion,
): Account | AccountProblem {
  const address = addressText(primary);
  if (rows.byAddress(primary)?.address === address) return { problem: 'exists', address };
  const problem = firstTaken(rows, [primary, ...aliases]);
  if (problem !== undefined) return problem;
  rows.insert(primary, { hash, at });
  insertMissing(rows, address, aliases);
  return named(rows, primary);
}

/** An alias that the account has already is no problem. */
export function insertAlias(rows: Rows, account: Account, alias: Mailbox): AccountProblem | undefined {
  const problem = firstTaken(rows, [alias], account.address);
  if (problem === undefined) insertMissing(rows, account.address, [alias]);
  return problem;
}

export function deleteAlias(rows: Rows, account: Account, alias: Mailbox): AccountProblem | undefined {
  const address = addressText(alias);
  if (address === account.address) return { problem: 'primaryAddress', address };
  if (rows.byAddress(alias)?.address !== account.address) {
    return { problem: 'notAlias', address, account: account.address };
  }
  rows.deleteAddress(alias);
  return undefined;
}

/** The first of the addresses that an account other than `except` owns. */
function firstTaken(rows: Rows, addresses: readonly Mailbox[], except?: string): AccountProblem | undefined {
  for (const mailbox of addresses) {
    const owner = rows.byAddress(mailbox);
    if (owner !== undefined && owner.address !== except) {
      return { problem: 'addressTaken', address: addressText(mailbox), account: owner.address };
    }
  }
  return undefined;
}

function insertMissing(rows: Rows, account: string, aliases: readonly Mailbox[]): void {
  for (const alias of aliases) {
    if (rows.byAddress(alias) === undefined) rows.insertAddress(account, alias);
  }
}
