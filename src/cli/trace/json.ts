/** A message's life, for programs. */
import type { Passage } from '../../history/mod.ts';
import { fatesOf, nameOf, senderOf } from './life.ts';
import type { Query } from './query.ts';
import type { QueueState } from './queue.ts';

export interface Traced {
  readonly passage: Passage;
  /** undefined: it was not asked for. */
  readonly queue: QueueState | undefined;
}

export function traceJson(query: Query, whole: readonly Traced[], mail: readonly Passage[]) {
  return {
    schema: 'postern.trace/1',
    query: query.kind === 'address' ? { kind: query.kind, address: query.text } : query,
    found: whole.map(({ passage, queue }) => passageJson(passage, queue)),
    mail: mail.map((passage) => passageJson(passage, undefined)),
  };
}

function passageJson(passage: Passage, queue: QueueState | undefined) {
  const { session, transaction, decisions, message, attempts, notices } = passage;
  return {
    id: nameOf(passage) ?? null,
    session,
    transaction,
    sender: senderOf(passage),
    decisions: decisions.map(timed),
    message: message === null ? null : timed(message),
    attempts: attempts.map(timed),
    notices: notices.map(timed),
    recipients: [...fatesOf(passage)].map(([recipient, fate]) => ({ recipient, fate })),
    ...(queue === undefined ? {} : { queue: queueJson(queue) }),
  };
}

/** A record with its moment as ISO 8601, and without its kind, which is clear from where it stands. */
function timed<Entry extends { readonly at: number; readonly kind: string }>(entry: Entry) {
  const { at, kind: _, ...rest } = entry;
  return { at: new Date(at).toISOString(), ...rest };
}

function queueJson(queue: QueueState) {
  if (queue.kind !== 'queued') return { state: queue.kind };
  return {
    state: queue.kind,
    recipients: queue.message.recipients.map(({ address, attempts, held, nextAttempt, lastReply }) => ({
      recipient: address,
      attempts,
      held,
      nextAttempt: new Date(nextAttempt).toISOString(),
      lastReply,
    })),
  };
}
