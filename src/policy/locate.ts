/** Where a recipient ends after every rewrite, and which route holds there. */
import { mailboxAt } from '../mail/mod.ts';
import type { Mailbox } from '../mail/mod.ts';
import type { Policy } from './compile.ts';
import { OUTBOUND, findRoute } from './route-table.ts';
import type { FinalRoute, RewriteRoute } from './route-table.ts';
import type { Destination } from './types.ts';

export interface Location {
  /** The recipient after rewriting: the same local part, perhaps at another domain. */
  readonly mailbox: Mailbox;
  /** What the routing table says of that mailbox's domain; undefined: it is not ours, to take it is relaying. */
  readonly route: FinalRoute | undefined;
  /** The rewrites that led there, in order. */
  readonly rewrites: readonly RewriteRoute[];
}

const NO_REWRITES: readonly RewriteRoute[] = Object.freeze([]);

/**
 * Follows rewrites to the end. It always ends: `compilePolicy()` refuses a table whose rewrites come back to where they
 * were. The directory must be asked for `mailbox` when `route` is inbound, and its answer goes into `Facts.mailbox`.
 */
export function locate(recipient: Mailbox, policy: Policy): Location {
  let mailbox = recipient;
  let rewrites = NO_REWRITES;
  let route = findRoute(policy.routes, mailbox.domain);
  while (route?.kind === 'rewrite') {
    rewrites = [...rewrites, route];
    mailbox = mailboxAt(mailbox, route.to);
    route = findRoute(policy.routes, mailbox.domain);
  }
  return { mailbox, route, rewrites };
}

/**
 * Where a spooled recipient is delivered now. It was rewritten when it was accepted, so its domain normally has a final
 * route or none. When the table has meanwhile changed and rewrites that domain, this is the destination of the mailbox
 * that `locate()` gives.
 */
export function destinationFor(mailbox: Mailbox, policy: Policy): Destination {
  return locate(mailbox, policy).route?.destination ?? OUTBOUND;
}
