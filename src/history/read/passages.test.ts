/** Looking for mail: whole transactions, from whatever segment, the right ones and no others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packRecords } from '../batch.ts';
import type { HistoryReader, Passage } from '../reader.ts';
import {
  attempt,
  DAY,
  decision,
  message,
  NOW,
  openStore,
  standingClock,
  temporaryFolder,
  write,
} from '../testing/kit.ts';
import type { HistoryRecord, NoticeRecord } from '../types.ts';
import { openHistory } from './history.ts';

function found(passages: readonly Passage[]): readonly string[] {
  return passages.map(({ session, transaction }) => `${session} ${transaction}`);
}

function readerOf(
  t: Parameters<typeof temporaryFolder>[0],
  records: readonly HistoryRecord[],
): HistoryReader {
  const folder = temporaryFolder(t);
  write(folder, records);
  return openHistory(folder);
}

test('byMessage() follows a message through the segments of several days', (t) => {
  const folder = temporaryFolder(t);
  const clock = standingClock();
  const tries = [0, 1, 3].map((day) =>
    attempt({ at: NOW + day * DAY, outcome: day === 3 ? 'expired' : 'deferred', remote: null }),
  );
  const notice: NoticeRecord = {
    kind: 'notice',
    at: NOW + 3 * DAY,
    id: '01HD00000000000002',
    about: message().id,
    notice: 'failure',
    recipient: 'sender@client.example',
  };
  const delivered = attempt({ id: notice.id, at: NOW + 3 * DAY, recipient: 'sender@client.example' });
  {
    using store = openStore(folder, { clock });
    store.add(packRecords([decision(), message()]));
    for (const tried of tries) {
      clock.set(tried.at);
      store.add(packRecords([tried]));
    }
    store.add(packRecords([notice, delivered]));
  }
  using reader = openHistory(folder);
  const whole = {
    session: 'w1abcd-1',
    transaction: 1,
    decisions: [decision()],
    message: message(),
    attempts: tries,
    notices: [notice],
  };
  assert.deepEqual(reader.byMessage(message().id), [whole]);
  assert.deepEqual(reader.byMessageId('one@client.example'), [whole]);
  const ours = {
    session: null,
    transaction: 0,
    decisions: [],
    message: null,
    attempts: [delivered],
    notices: [notice],
  };
  assert.deepEqual(reader.byMessage(notice.id), [ours]);
  assert.deepEqual(reader.byAddress('sender@client.example', { limit: 9 }), [ours, whole]);
  assert.deepEqual(reader.byAddress('sender@client.example', { limit: 1 }), [ours]);
  assert.deepEqual(reader.byMessage('01HD00000000000003'), []);
  assert.deepEqual(reader.problems, []);
});

test('byMessageId() finds every message with that identifier, and takes case for a difference', (t) => {
  using reader = readerOf(t, [
    message({ id: 'A', transaction: 1 }),
    message({ id: 'B', transaction: 2, at: NOW - 5 }),
    message({ id: 'C', transaction: 3, messageId: 'ONE@client.example' }),
    message({ id: 'D', transaction: 4, messageId: null }),
  ]);
  assert.deepEqual(
    reader.byMessageId('one@client.example').map((passage) => passage.message?.id),
    ['B', 'A'],
  );
});

test('bySession() gives its transactions in order, those of others not', (t) => {
  using reader = readerOf(t, [
    decision({ transaction: 2 }),
    decision({ transaction: 2, recipient: 'x@y.example' }),
    decision({ transaction: 1 }),
    decision({ session: 'w1abcd-10' }),
    message({ transaction: 2 }),
    message({ session: 'W1ABCD-1', id: 'other', transaction: 3 }),
  ]);
  const passages = reader.bySession('w1abcd-1');
  assert.deepEqual(found(passages), ['w1abcd-1 1', 'w1abcd-1 2']);
  assert.deepEqual(
    passages.map(({ decisions, message: made }) => [decisions.length, made?.id]),
    [
      [1, undefined],
      [2, '01HD00000000000001'],
    ],
  );
});

test('byAddress() finds sender, recipient and rewritten recipient, the latest first, ASCII case aside', (t) => {
  using reader = readerOf(t, [
    decision({ session: 'as-recipient', at: NOW, recipient: 'Ann@x.example', address: 'Ann@x.example' }),
    decision({ session: 'as-sender', at: NOW + 1, sender: 'ANN@X.EXAMPLE' }),
    decision({ session: 'rewritten', at: NOW + 2, recipient: 'ann@old.example', address: 'ann@x.example' }),
    decision({ session: 'other', at: NOW + 3, recipient: 'anne@x.example', address: 'anne@x.example' }),
    // The Kelvin sign is no K, whatever toLowerCase() says.
    decision({ session: 'kelvin', at: NOW + 4, recipient: '\u212A@x.example', address: '\u212A@x.example' }),
  ]);
  const find = (address: string, limit = 20, since?: number): readonly string[] =>
    found(reader.byAddress(address, { limit, ...(since !== undefined && { since }) }));
  assert.deepEqual(find('ann@x.example'), ['rewritten 1', 'as-sender 1', 'as-recipient 1']);
  assert.deepEqual(find('ann@x.example', 2), ['rewritten 1', 'as-sender 1']);
  assert.deepEqual(find('ann@x.example', 20, NOW + 1), ['rewritten 1', 'as-sender 1']);
  assert.deepEqual(find('k@x.example'), []);
  assert.deepEqual(find('nobody@x.example'), []);
});

test('byAddress() counts a message to many, and a message with its attempts, once', (t) => {
  const recipients = Array.from({ length: 50 }, (_, index) => `r${index}@x.example`);
  using reader = readerOf(t, [
    decision({ session: 'earlier', transaction: 7, at: NOW - 1 }),
    ...recipients.map((recipient) => decision({ recipient, address: recipient })),
    message(),
    ...recipients.map((recipient) => attempt({ recipient })),
  ]);
  const passages = reader.byAddress('sender@client.example', { limit: 2 });
  assert.deepEqual(found(passages), ['w1abcd-1 1', 'earlier 7']);
  assert.equal(passages[0]?.decisions.length, 50);
  assert.equal(passages[0].attempts.length, 50);
  assert.deepEqual(found(reader.byAddress('r7@x.example', { limit: 20 })), ['w1abcd-1 1']);
});
