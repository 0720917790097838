/**
 * Which mailboxes there are, and whose they are: every address of every account. There is no plus-addressing and no
 * catch-all; an address counts when it is listed.
 *
 * A disabled account cannot sign in; it still receives mail, since disabling is for someone who is away or whose password
 * leaked, and mail must not bounce for that.
 */
import { isAddressError, parseMailbox } from '../mail/mod.ts';
import type { AccountReader, AccountRecord, AddressKey } from './reader.ts';

/** `unavailable`: the accounts cannot be read now. */
export type Owner = { readonly account: string } | 'unknown' | 'unavailable';

export interface Directory {
  /** Whether an account owns this mailbox. */
  lookup(mailbox: AddressKey): 'known' | 'unknown' | 'unavailable';
  /** The primary address of the account that owns this mailbox: where its mail is delivered. */
  owner(mailbox: AddressKey): Owner;
  /** What has become of an account that signed in earlier, by its primary address. */
  standing(account: string): 'enabled' | 'disabled' | 'unknown' | 'unavailable';
}

export function createDirectory(accounts: AccountReader): Directory {
  return {
    lookup: (mailbox) => {
      const found = accounts.find(mailbox);
      return typeof found === 'object' ? 'known' : found;
    },
    owner: (mailbox) => {
      const found = accounts.find(mailbox);
      return typeof found === 'object' ? { account: found.name } : found;
    },
    standing: (account) => {
      const found = findText(accounts, account);
      if (typeof found !== 'object') return found;
      if (found.name !== account) return 'unknown';
      return found.disabled ? 'disabled' : 'enabled';
    },
  };
}

/**
 * Whether `account`, a primary address, owns `address`: what it may give as its authorisation identity (RFC 4616). False
 * also when the accounts cannot be read.
 */
export function ownsAddress(accounts: AccountReader, account: string, address: string): boolean {
  const found = findText(accounts, address);
  return typeof found === 'object' && found.name === account;
}

function findText(accounts: AccountReader, address: string): AccountRecord | 'unknown' | 'unavailable' {
  const mailbox = parseMailbox(address);
  return isAddressError(mailbox) ? 'unknown' : accounts.find(mailbox);
}
