/** Where a spooled recipient is delivered now: the routing table's answer in the terms of delivery. */
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
