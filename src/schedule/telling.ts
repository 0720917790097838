/** What the sender is to be told of a recipient, by what it asked for: NOTIFY (RFC 3461) and BY (RFC 2852). Pure. */
import type { Outcome } from '../deliver/mod.ts';
import type { DeliverBy, Notify } from '../spool/mod.ts';
import type { NoticeKind } from './events.ts';

export interface Asked {
  readonly notify: Notify | undefined;
  readonly deliverBy: DeliverBy | undefined;
}

/** RFC 3461 5.2.6, 5.2.2: told unless the sender said that it does not want to be. */
export function tellsFailure({ notify }: Pick<Asked, 'notify'>): boolean {
  return notify === undefined || (notify !== 'never' && notify.includes('failure'));
}

/** RFC 3461 5.2.5; the same when the sender has said after which time (RFC 2852 4.1.3). */
export function tellsDelay({ notify }: Pick<Asked, 'notify'>): boolean {
  return notify === undefined || (notify !== 'never' && notify.includes('delay'));
}

/** What is told of a delivery; undefined, as a rule, for nothing. */
export function toldOfDelivery(
  { notify, deliverBy }: Asked,
  { handed }: Pick<Outcome, 'handed'>,
): Extract<NoticeKind, 'delivered' | 'relayed'> | undefined {
  if (handed === undefined || notify === 'never') return undefined;
  const success = notify?.includes('success') === true;
  // RFC 3461 5.2.3 (a).
  if (handed.to === 'mailbox') return success ? 'delivered' : undefined;
  // RFC 3461 5.2.2 (b): nobody after us will tell.
  if (success && !handed.dsn) return 'relayed';
  if (deliverBy === undefined) return undefined;
  // RFC 2852 4.1.4, 4.1.4.2: it was asked to trace it, or nobody after us keeps to its time.
  return deliverBy.trace || !handed.deliverBy ? 'relayed' : undefined;
}
