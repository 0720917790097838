/** From what was looked for to whole transactions, wherever their parts lie: a message may have attempts in the segments of five days. */
import type { Passage } from '../reader.ts';
import type { MessageRecord } from '../types.ts';
import type { SegmentReader } from './segment.ts';

/** Calls `read` for every segment, the oldest first, and leaves out those that cannot be read. */
export type FromEach = <Found>(read: (segment: SegmentReader) => readonly Found[]) => readonly Found[];

/** The transactions of a session, in order. */
export function passagesOfSession(fromEach: FromEach, session: string): readonly Passage[] {
  const numbers = new Set<number>();
  const found = fromEach((segment) => [...segment.decisionsOf(session), ...segment.messagesOf(session)]);
  for (const { transaction } of found) numbers.add(transaction);
  return [...numbers].sort((one, other) => one - other).map((number) => passageOf(fromEach, session, number));
}

/** A message that somebody sent, or a notification of ours; none when nothing is known of it. */
export function passagesOfMessage(fromEach: FromEach, name: string): readonly Passage[] {
  const [message] = fromEach((segment) => segment.messagesNamed(name));
  if (message !== undefined) return [passageOf(fromEach, message.session, message.transaction)];
  const after = afterwards(fromEach, name);
  if (after.attempts.length + after.notices.length === 0) return [];
  return [{ session: null, transaction: 0, decisions: [], message: null, ...after }];
}

export function passagesWithId(fromEach: FromEach, messageId: string): readonly Passage[] {
  const messages = fromEach((segment) => segment.messagesWithId(messageId));
  return byTime(messages).map(({ session, transaction }) => passageOf(fromEach, session, transaction));
}

export interface AddressOptions {
  readonly limit: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** The latest first. */
export function passagesWith(
  fromEach: FromEach,
  address: string,
  { limit, since }: AddressOptions,
): readonly Passage[] {
  const latest = [
    ...fromEach((segment) =>
      firstOfEach(segment.transactionsWith(address, since), transactionKey, limit),
    ).map(({ at, session, number }) => ({ at, passages: () => [passageOf(fromEach, session, number)] })),
    ...fromEach((segment) => firstOfEach(segment.messagesTo(address, since), ({ name }) => name, limit)).map(
      ({ at, name }) => ({ at, passages: () => passagesOfMessage(fromEach, name) }),
    ),
  ].sort((one, other) => other.at - one.at);
  const passages = new Map<string, Passage>();
  for (const { passages: read } of latest) {
    if (passages.size >= limit) break;
    for (const passage of read()) {
      const key = passageKey(passage);
      if (!passages.has(key)) passages.set(key, passage);
    }
  }
  return [...passages.values()];
}

function passageOf(fromEach: FromEach, session: string, number: number): Passage {
  const decisions = fromEach((segment) => segment.decisionsOf(session, number));
  const [message] = fromEach((segment) => segment.messagesOf(session, number));
  const after = message === undefined ? { attempts: [], notices: [] } : afterwards(fromEach, message.id);
  return { session, transaction: number, decisions: byTime(decisions), message: message ?? null, ...after };
}

function afterwards(fromEach: FromEach, name: MessageRecord['id']): Pick<Passage, 'attempts' | 'notices'> {
  return {
    attempts: byTime(fromEach((segment) => segment.attemptsOf(name))),
    notices: byTime(fromEach((segment) => segment.noticesOf(name))),
  };
}

function transactionKey({ session, number }: { readonly session: string; readonly number: number }): string {
  return `${session} ${number}`;
}

function passageKey({ session, transaction, attempts, notices }: Passage): string {
  if (session !== null) return transactionKey({ session, number: transaction });
  return `ours ${attempts[0]?.id ?? notices[0]?.id ?? ''}`;
}

/** The first of each key, at most so many. */
function firstOfEach<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
  limit: number,
): readonly Item[] {
  const found = new Map<string, Item>();
  for (const item of items) {
    if (found.size >= limit) break;
    const key = keyOf(item);
    if (!found.has(key)) found.set(key, item);
  }
  return [...found.values()];
}

/** What is of the same moment stays in the order of writing. */
function byTime<Item extends { readonly at: number }>(items: readonly Item[]): readonly Item[] {
  return items.toSorted((one, other) => one.at - other.at);
}
