/** What is written is read: whatever the texts, in whatever order, over however many segments. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { packRecords } from './batch.ts';
import { openHistory } from './read/history.ts';
import {
  allDecisions,
  decisionsIn,
  NOW,
  openStore,
  recordsWithin,
  temporaryFolder,
  write,
} from './testing/kit.ts';
import type { AttemptRecord, DecisionRecord, HistoryRecord, MessageRecord, NoticeRecord } from './types.ts';

/** Few different ones, so that they repeat; every kind of trouble a text can be. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    'a@b.example',
    'A@B.example',
    'a\0b',
    '\0',
    '😀',
    '\ud800',
    '\udc00x',
    'a\ud800',
    ' [s]',
    '‮',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('x'.repeat(9000), '\ud83d'.repeat(3000)),
);
const optional = fc.option(text);
const at = fc.nat(1000).map((ms) => NOW + ms);
const transaction = fc.integer({ min: 1, max: 3 });

const decisions = fc.record<DecisionRecord>(
  {
    kind: fc.constant('decision'),
    at,
    session: text,
    transaction,
    client: text,
    localAddress: text,
    listener: text,
    helo: text,
    account: optional,
    sender: text,
    recipient: text,
    address: text,
    mailbox: fc.constantFrom('known', 'unknown', 'unavailable', 'notAsked'),
    outcome: fc.constantFrom(
      'inbound',
      'forward',
      'alwaysRelay',
      'relay',
      'unknownMailbox',
      'mailboxUnavailable',
      'routingCharacters',
      'rerouteOff',
      'neverRule',
      'noGrant',
    ),
    rule: text,
    reply: text,
    restrained: fc.constantFrom(null, 'limit', 'suspectGateway', 'unavailable'),
  },
  { noNullPrototype: true },
);
const messages = fc.record<MessageRecord>(
  {
    kind: fc.constant('message'),
    at,
    id: text,
    session: text,
    transaction,
    messageId: optional,
    sender: text,
    size: fc.nat(),
  },
  { noNullPrototype: true },
);
const attempts = fc.record<AttemptRecord>(
  {
    kind: fc.constant('attempt'),
    at,
    id: text,
    recipient: text,
    outcome: fc.constantFrom('delivered', 'deferred', 'failed', 'expired', 'deleted'),
    remote: optional,
    reply: text,
  },
  { noNullPrototype: true },
);
const notices = fc.record<NoticeRecord>(
  {
    kind: fc.constant('notice'),
    at,
    id: text,
    about: text,
    notice: fc.constantFrom('failure', 'delay'),
    recipient: text,
  },
  { noNullPrototype: true },
);
const record: fc.Arbitrary<HistoryRecord> = fc.oneof(decisions, messages, attempts, notices);

/** A refusal that ends in its session's name, as most do. */
const refusals = decisions.map((one) => ({ ...one, reply: `550 5.7.1 No [${one.session}]` }));

function isDecision(one: HistoryRecord): one is DecisionRecord {
  return one.kind === 'decision';
}

test('pages() gives every decision as it was added, in order', (t) => {
  const batches = fc.array(fc.array(fc.oneof(record, refusals), { maxLength: 12 }), { maxLength: 4 });
  fc.assert(
    fc.property(batches, fc.boolean(), (written, reopened) => {
      const folder = temporaryFolder(t);
      {
        using store = openStore(folder);
        for (const batch of written) {
          store.add(packRecords(batch));
          if (reopened) store[Symbol.dispose]();
        }
      }
      assert.deepEqual(decisionsIn(folder), written.flat().filter(isDecision));
    }),
    { numRuns: 60 },
  );
});

test('byMessage() and byMessageId() give what was added of a message, whatever its texts', (t) => {
  const parts = fc.record({
    message: messages.map((one) => ({ ...one, id: `${one.id}!`, messageId: one.messageId ?? 'x' })),
    attempts: fc.array(attempts, { maxLength: 3 }),
    notice: notices,
    decisions: fc.array(decisions, { maxLength: 3 }),
    others: fc.array(record, { maxLength: 5 }),
  });
  fc.assert(
    fc.property(parts, ({ message, attempts: tried, notice, decisions: decided, others }) => {
      const { session, transaction: number, id } = message;
      const expected = {
        session,
        transaction: number,
        decisions: decided.map((one) => ({ ...one, session, transaction: number, at: NOW })),
        message,
        attempts: tried.map((one) => ({ ...one, id, at: NOW })),
        notices: [{ ...notice, about: id, at: NOW }],
      };
      const foreign = others.map((one) => (isDecision(one) ? { ...one, session: `${session}x` } : one));
      const folder = temporaryFolder(t);
      write(folder, [
        ...foreign.filter((one) => one.kind !== 'message'),
        ...expected.decisions,
        message,
        ...expected.attempts,
        ...expected.notices,
      ]);
      using reader = openHistory(folder);
      assert.deepEqual(reader.byMessage(id), [expected]);
      assert.deepEqual(reader.byMessageId(message.messageId), [expected]);
      const bySession = reader.bySession(session);
      assert.deepEqual(bySession, [expected]);
      assert.deepEqual(reader.problems, []);
    }),
    { numRuns: 60 },
  );
});

test('pages() of a period leaves out what is before and what is at its end', (t) => {
  const folder = temporaryFolder(t);
  const wanted = fc.sample(decisions, 3).map((one, index) => ({ ...one, at: NOW + index }));
  write(folder, wanted);
  using reader = openHistory(folder);
  const period = { since: NOW + 1, until: NOW + 2 };
  assert.deepEqual(recordsWithin(reader, period), wanted.slice(1, 2));
  assert.equal(reader.count(period), 1);
  assert.equal(reader.count({ since: 0, until: NOW + 9 }), 3);
  assert.deepEqual(reader.span(), { first: NOW, last: NOW + 2 });
});

test('openHistory() of a folder that is not there is an empty history', (t) => {
  using reader = openHistory(`${temporaryFolder(t)}/none`);
  assert.equal(reader.span(), undefined);
  assert.deepEqual(allDecisions(reader), []);
  assert.deepEqual(reader.byAddress('a@b.example', { limit: 20 }), []);
  assert.deepEqual(reader.problems, []);
});

test('openHistory() of what is no folder is an empty history with a problem', (t) => {
  const path = `${temporaryFolder(t)}/file`;
  writeFileSync(path, '');
  using reader = openHistory(`${path}/history`);
  assert.equal(reader.span(), undefined);
  assert.deepEqual(reader.problems, [
    { path: `${path}/history`, error: 'a part of the path is not a folder' },
  ]);
});
