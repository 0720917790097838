import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { standingClock } from './testing/kit.ts';
import { createVerified } from './verified.ts';
import type { Attempted } from './verified.ts';

const ALICE: Attempted = { login: 'alice', password: Buffer.from('secret'), hash: '$h1' };

test('has() knows what was added, and nothing that differs in login, password or hash', () => {
  const verified = createVerified({ clock: standingClock(), ttlMs: 60_000, entries: 10 });
  assert.equal(verified.has(ALICE), false);
  verified.add(ALICE);
  assert.equal(verified.has(ALICE), true);
  assert.equal(verified.has({ ...ALICE, login: 'Alice' }), false);
  assert.equal(verified.has({ ...ALICE, password: Buffer.from('secret ') }), false);
  assert.equal(verified.has({ ...ALICE, hash: '$h2' }), false);
  // The same octets in a row, parted elsewhere.
  assert.equal(verified.has({ ...ALICE, login: 'alices', password: Buffer.from('ecret') }), false);
  assert.equal(verified.has({ ...ALICE, password: Buffer.from('secret$'), hash: 'h1' }), false);
});

test('has() forgets after the time to live, and when the clock is set back', () => {
  const clock = standingClock();
  const verified = createVerified({ clock, ttlMs: 60_000, entries: 10 });
  verified.add(ALICE);
  clock.at += 59_999;
  assert.equal(verified.has(ALICE), true);
  clock.at += 1;
  assert.equal(verified.has(ALICE), false);
  verified.add(ALICE);
  clock.at -= 1;
  assert.equal(verified.has(ALICE), false);
});

test('add() keeps as many as it may, the newest', () => {
  const verified = createVerified({ clock: standingClock(), ttlMs: 60_000, entries: 3 });
  const entry = (number: number): Attempted => ({ ...ALICE, login: String(number) });
  for (const number of [1, 2, 3, 1, 4]) verified.add(entry(number));
  assert.deepEqual(
    [1, 2, 3, 4].map((number) => verified.has(entry(number))),
    [true, false, true, true],
  );
});

test('createVerified() with a time to live of 0 remembers nothing', () => {
  const verified = createVerified({ clock: standingClock(), ttlMs: 0, entries: 3 });
  verified.add(ALICE);
  assert.equal(verified.has(ALICE), false);
});
