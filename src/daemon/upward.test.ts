import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Counting, Taken } from '../ledger/mod.ts';
import {
  replyTo,
  SupervisorChannel,
  takeNote,
  type AnyAsk,
  type AnyNote,
  type UpwardHandlers,
} from './upward.ts';

const COUNTING: readonly Counting[] = [
  { grant: 'office', whose: '', limit: { recipients: 1, periodMs: 1000, burst: 1, per: 'grant' } },
];
const LATE: Taken = {
  kind: 'limit',
  until: 5,
  counting: { grant: 'office', whose: '', limit: { recipients: 1, periodMs: 1000, burst: 1, per: 'grant' } },
};

/** Never comes: a test that waits for it would not end. */
const LONG = 3_600_000;

test('ask() resolves with the answer to its own question, in any order', async () => {
  const sent: (AnyAsk | AnyNote)[] = [];
  const channel = new SupervisorChannel((message) => sent.push(message));
  const first = channel.ask('takeLimits', COUNTING, LONG);
  const second = channel.ask('takeLimits', COUNTING, LONG);
  const [one, two] = sent;
  assert.ok(one?.kind === 'ask' && two?.kind === 'ask' && one.id !== two.id);
  channel.settle({ kind: 'reply', id: two.id, name: 'takeLimits', answer: LATE });
  channel.settle({ kind: 'reply', id: one.id, name: 'takeLimits', answer: { kind: 'taken' } });
  assert.deepEqual(await Promise.all([first, second]), [{ kind: 'taken' }, LATE]);
  assert.equal(channel.pending, 0);
});

test('ask() resolves with undefined when the time is over, and drops an answer that comes later', async () => {
  const sent: (AnyAsk | AnyNote)[] = [];
  const channel = new SupervisorChannel((message) => sent.push(message));
  assert.equal(await channel.ask('takeLimits', COUNTING, 1), undefined);
  assert.equal(channel.pending, 0, 'nothing is kept of it');
  const [late] = sent;
  assert.ok(late?.kind === 'ask');
  channel.settle({ kind: 'reply', id: late.id, name: 'takeLimits', answer: { kind: 'taken' } });
});

test('gone() lets nobody wait for a supervisor that is no more', async () => {
  const channel = new SupervisorChannel(() => undefined);
  const waiting = [channel.ask('takeLimits', COUNTING, LONG), channel.ask('takeLimits', COUNTING, LONG)];
  channel.gone();
  assert.deepEqual(await Promise.all(waiting), [undefined, undefined]);
});

test('replyTo() and takeNote() hand over to the handler of that name', () => {
  const seen: unknown[] = [];
  const handlers: UpwardHandlers = {
    asks: {
      takeLimits: (ask) => (seen.push(ask), { kind: 'full' }),
      beforeLogin: () => assert.fail(),
      unknownRecipient: () => assert.fail(),
    },
    notes: {
      sighting: (note) => seen.push(note),
      history: (note) => seen.push(note),
      turn: () => assert.fail('no domain was turned'),
      afterLogin: () => assert.fail(),
    },
  };
  assert.deepEqual(replyTo(handlers, { kind: 'ask', id: 7, name: 'takeLimits', ask: COUNTING }), {
    kind: 'reply',
    id: 7,
    name: 'takeLimits',
    answer: { kind: 'full' },
  });
  const sighting = { client: '10.0.0.1', name: 'a.test', grant: 'office' };
  takeNote(handlers, { kind: 'note', name: 'sighting', note: sighting });
  assert.deepEqual(seen, [COUNTING, sighting]);
});
