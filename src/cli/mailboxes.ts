/** The accounts, read to learn which mailboxes there are; a file that is not there is "cannot tell", never "no mailbox". */
import { join } from 'node:path';
import { AccountsError, createDirectory, createMailboxes, openAccountReader } from '../accounts/mod.ts';
import type { AccountReader, AccountRecord } from '../accounts/mod.ts';
import type { Config } from '../config/mod.ts';
import { isAddressError, parseMailbox } from '../mail/mod.ts';
import type { Mailbox } from '../mail/mod.ts';
import type { MailboxFact } from '../policy/mod.ts';
import { DATA_FOLDER } from '../std/mod.ts';

export interface Mailboxes extends Disposable {
  /** Why nothing can be told, in a sentence; undefined when it can. */
  readonly problem: string | undefined;
  /** What the session would be told of a mailbox at an inbound domain. */
  lookup(mailbox: Mailbox): MailboxFact;
  /** The account that owns an address. */
  account(address: string): AccountRecord | 'unknown' | 'unavailable';
}

/** Opens the accounts of a configuration; nothing is written. */
export function openMailboxes(config: Config): Mailboxes {
  try {
    const path = join(config.data, DATA_FOLDER.accounts);
    return mailboxesOf(openAccountReader(path, { emit: () => {}, create: false }), config);
  } catch (error) {
    if (!(error instanceof AccountsError)) throw error;
    return {
      problem: error.message,
      lookup: () => 'unavailable',
      account: () => 'unavailable',
      [Symbol.dispose]: () => {},
    };
  }
}

function mailboxesOf(accounts: AccountReader, { postmaster }: Config): Mailboxes {
  const mailboxes = createMailboxes(createDirectory(accounts), () => postmaster);
  return {
    problem: undefined,
    lookup: (mailbox) => mailboxes.lookup(mailbox),
    account: (address) => {
      const mailbox = parseMailbox(address);
      return isAddressError(mailbox) ? 'unknown' : accounts.find(mailbox);
    },
    [Symbol.dispose]: () => accounts[Symbol.dispose](),
  };
}
