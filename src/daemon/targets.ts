/** Where a spooled recipient is delivered now: the routing table's answer in the terms of delivery. */
import type { Mailboxes } from '../accounts/mod.ts';
import type { Config } from '../config/mod.ts';
import type { Target } from '../deliver/mod.ts';
import { isAddressError, isLiteral, parseMailbox, type Mailbox } from '../mail/mod.ts';
import { destinationFor, type Policy } from '../policy/mod.ts';

/** Asked again for every attempt, so that a corrected route counts for what waits. */
export function createTargetOf(
  { routing }: Config,
  policy: Policy,
): (address: string) => Target | { unroutable: string } {
  const outbound = ({ domain }: Mailbox): Target | { unroutable: string } => {
    if (routing.outbound.kind !== 'mx') return routing.outbound;
    if (isLiteral(domain)) return { unroutable: `mail to the address literal ${domain} is not delivered` };
    return { kind: 'mx', domain };
  };
  return (address) => {
    const mailbox = parseMailbox(address);
    if (isAddressError(mailbox)) return { unroutable: `${address} is not an address` };
    const destination = destinationFor(mailbox, policy);
    switch (destination.kind) {
      case 'inbound':
        return routing.inbound;
      case 'forward':
        return { kind: 'smtp', to: destination.to };
      case 'outbound':
        return outbound(mailbox);
    }
  };
}

/** Whose Maildir takes mail for an address: the account's at an inbound domain; elsewhere, in a folder that stands for the Internet, the address itself. */
export function createOwnerOf(
  mailboxes: Mailboxes,
  policy: () => Policy,
): (address: string) => string | undefined {
  return (address) => {
    const mailbox = parseMailbox(address);
    if (isAddressError(mailbox)) return undefined;
    if (destinationFor(mailbox, policy()).kind !== 'inbound') return address;
    const owner = mailboxes.owner(mailbox);
    if (owner === 'unavailable') throw new Error('the accounts cannot be read');
    return owner === 'unknown' ? undefined : owner.account;
  };
}
