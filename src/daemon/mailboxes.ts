/**
 * Who receives mail at an inbound domain: the accounts, and postmaster, who always exists (RFC 5321 4.5.1): an account
 * that has the address, else the mailbox configured as `postmaster`.
 */
import type { Directory as AccountDirectory } from '../accounts/mod.ts';
import { isAddressError, parseMailbox, type Mailbox } from '../mail/mod.ts';
import type { MailboxFact } from '../policy/mod.ts';
import type { Directory } from '../session/mod.ts';

export interface Mailboxes extends Directory {
  /** Whose mailbox an address is, for delivery; undefined when it is nobody's any more. */
  ownerOf(address: string): string | undefined;
}

/** `postmaster` is asked at every use, so that a reload counts. */
export function createMailboxes(accounts: AccountDirectory, postmaster: () => Mailbox): Mailboxes {
  const lookup = (mailbox: Mailbox): MailboxFact => {
    const fact = accounts.lookup(mailbox);
    return fact === 'unknown' && isPostmaster(mailbox) ? 'known' : fact;
  };
  const ownerOf = (address: string): string | undefined => {
    const mailbox = parseMailbox(address);
    if (isAddressError(mailbox)) return undefined;
    const owner = accounts.owner(mailbox);
    if (typeof owner === 'object') return owner.account;
    if (owner === 'unavailable' || !isPostmaster(mailbox)) return undefined;
    const postmasters = accounts.owner(postmaster());
    return typeof postmasters === 'object'
      ? postmasters.account
      : `${postmaster().localKey}@${postmaster().domain}`;
  };
  return { lookup, ownerOf };
}

function isPostmaster(mailbox: Mailbox): boolean {
  return mailbox.localKey === 'postmaster';
}
