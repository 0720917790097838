/** From the program's values to what the schemas describe. */
import type { SpoolStats } from '../spool/mod.ts';
import type { QueueTotals, QueuedMessage } from './schema.ts';
import type { QueueEntry } from './types.ts';

/** A queued message as it is shown. */
export function queuedMessageOf({ worker, message }: QueueEntry): QueuedMessage {
  const { client, listener, account, helo } = message.envelope.origin;
  return {
    id: message.id,
    worker,
    received: message.envelope.receivedAt,
    holdUntil: message.envelope.holdUntil ?? null,
    size: message.size,
    sender: message.envelope.sender,
    origin: { client, listener, account, helo },
    recipients: message.recipients.map(
      ({ index, address, original, by, attempts, held, nextAttempt, lastReply }) => ({
        index,
        address,
        original,
        by,
        attempts,
        held,
        nextAttempt,
        lastReply,
      }),
    ),
  };
}

/** The totals of one spool. */
export function totalsOf({ messages, recipients, held, bytes, oldest }: SpoolStats): QueueTotals {
  return { messages, recipients, held, bytes, oldest: oldest ?? null };
}

/** The totals of several spools together. */
export function sumOf(all: readonly QueueTotals[]): QueueTotals {
  const sum: QueueTotals = { messages: 0, recipients: 0, held: 0, bytes: 0, oldest: null };
  for (const one of all) {
    sum.messages += one.messages;
    sum.recipients += one.recipients;
    sum.held += one.held;
    sum.bytes += one.bytes;
    if (one.oldest !== null) sum.oldest = Math.min(sum.oldest ?? one.oldest, one.oldest);
  }
  return sum;
}
