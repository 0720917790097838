import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from './pace.ts';

const never = new AbortController().signal;
const clock = { now: () => 1000 };

test('createPace() spaces the turns evenly', async () => {
  const pace = createPace({ perSecond: 100, most: 100, until: 2000, clock, signal: never });
  const began = performance.now();
  for (let turn = 0; turn < 11; turn += 1) assert.equal(await pace.turn(), 'go');
  // Ten spaces; a timer may fire a millisecond early.
  assert.ok(performance.now() - began >= 98);
});

test('createPace() ends after so many turns, and at the time', async () => {
  const pace = createPace({ perSecond: undefined, most: 2, until: 2000, clock, signal: never });
  assert.deepEqual([await pace.turn(), await pace.turn(), await pace.turn()], ['go', 'go', 'over']);
  const late = createPace({ perSecond: undefined, most: 2, until: 1000, clock, signal: never });
  assert.equal(await late.turn(), 'over');
});

test('createPace() is interrupted while it waits', async () => {
  const controller = new AbortController();
  const pace = createPace({ perSecond: 0.001, most: 9, until: 2000, clock, signal: controller.signal });
  assert.equal(await pace.turn(), 'go');
  const waiting = pace.turn();
  const pausing = pace.pause(1_000_000);
  controller.abort();
  assert.equal(await waiting, 'interrupted');
  await pausing;
  assert.equal(await pace.turn(), 'interrupted');
});
