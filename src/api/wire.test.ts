import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sumOf, totalsOf } from './wire.ts';

test('sumOf() adds up and keeps the oldest of all', () => {
  const one = { messages: 1, recipients: 2, held: 0, bytes: 10, oldest: 500 };
  const empty = { messages: 0, recipients: 0, held: 0, bytes: 0, oldest: null };
  const other = { messages: 3, recipients: 3, held: 1, bytes: 5, oldest: 400 };
  assert.deepEqual(sumOf([one, empty, other]), {
    messages: 4,
    recipients: 5,
    held: 1,
    bytes: 15,
    oldest: 400,
  });
  assert.deepEqual(sumOf([empty, empty]), empty);
  assert.deepEqual(sumOf([]), empty);
});

test('totalsOf() says null when nothing is the oldest', () => {
  const stats = { messages: 0, recipients: 0, held: 0, bytes: 0, oldest: undefined };
  assert.equal(totalsOf(stats).oldest, null);
});
