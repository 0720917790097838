/**
 * Who receives mail at an inbound domain: the accounts, and postmaster, who always exists (RFC 5321 4.5.1): an account
 * that has the address, else the mailbox that is configured as `postmaster`.
 */
import type { Mailbox } from '../mail/mod.ts';
import type { MailboxFact } from '../policy/mod.ts';
import type { Directory, Owner } from './directory.ts';

export interface Mailboxes {
  /** Whether a mailbox of an inbound domain exists. */
  lookup(mailbox: Mailbox): MailboxFact;
  /** Whose mailbox it is, for delivery; `unknown` when it is nobody's any more. */
  owner(mailbox: Mailbox): Owner;
}

/** `postmaster` is asked at every use, so that a reload counts. */
export function createMailboxes(directory: Directory, postmaster: () => Mailbox): Mailboxes {
  return {
    lookup: (mailbox) => {
      const fact = directory.lookup(mailbox);
      return fact === 'unknown' && isPostmaster(mailbox) ? 'known' : fact;
    },
    owner: (mailbox) => {
      const owner = directory.owner(mailbox);
      return owner === 'unknown' && isPostmaster(mailbox)
        ? ownerOfPostmaster(directory, postmaster())
        : owner;
    },
  };
}

/** An account, or a mailbox of its own, so that mail for postmaster is kept whatever is configured. */
function ownerOfPostmaster(directory: Directory, postmaster: Mailbox): Owner {
  const owner = directory.owner(postmaster);
  return owner === 'unknown' ? { account: `${postmaster.localKey}@${postmaster.domain}` } : owner;
}

function isPostmaster({ localKey }: Mailbox): boolean {
  return localKey === 'postmaster';
}
