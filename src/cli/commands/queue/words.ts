/** How queued messages are shown. */
import type { QueuedMessage, QueuedRecipient } from '../../../api/mod.ts';
import type { Console } from '../../console.ts';
import { formatCount, formatSpan } from '../../quantity.ts';

/** The null reverse-path is shown as SMTP writes it. */
export function senderOf({ sender }: QueuedMessage): string {
  return sender === '' ? '<>' : sender;
}

/** `held`, `due now`, `in 12 min`. */
export function nextTry({ held, nextAttempt }: QueuedRecipient, now: number): string {
  if (held) return 'held';
  return nextAttempt <= now ? 'due now' : `in ${formatSpan(nextAttempt - now)}`;
}

/** Says that an answer is not whole. */
export function warnUnavailable(out: Console, unavailable: readonly string[]): void {
  if (unavailable.length === 0) return;
  out.warn(
    `${unavailable.join(', ')} did not answer, so what ${unavailable.length === 1 ? 'it holds' : 'they hold'} is missing here.`,
  );
}

/** `3 messages`, or with the number that was asked for when some are gone: `2 of 3 messages`. */
export function countOf(count: number, named: number | undefined): string {
  if (named === undefined || named === count) return formatCount(count, 'message');
  return `${count} of ${formatCount(named, 'message')}`;
}
