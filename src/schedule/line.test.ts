import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLines, FARTHEST_MS, SOONEST_MS } from './line.ts';

describe('createLines()', () => {
  test('gives places one after the other, the first not before the soonest', () => {
    const lines = createLines();
    const places = [1, 2, 3].map(() => lines.place('a', 10_000, 0));
    assert.deepEqual(places, [10_000 + SOONEST_MS, 10_001 + SOONEST_MS, 10_002 + SOONEST_MS]);
    assert.equal(lines.place('b', 10_000, 0), 10_000 + SOONEST_MS);
  });

  test('spaces them as the destination works', () => {
    const lines = createLines();
    lines.place('a', 0, 100);
    lines.place('a', 10_000, 600); // 500 jobs in 10 s: one every 20 ms
    const first = lines.place('a', 10_000, 600);
    const later = Array.from({ length: 50 }, () => lines.place('a', 10_000, 600)).at(-1);
    assert.equal((later ?? 0) - first, 50 * 20);
  });

  test('takes a destination that finished nothing for slow', () => {
    const lines = createLines();
    lines.place('a', 0, 0);
    const first = lines.place('a', 30_000, 0);
    assert.equal(lines.place('a', 30_000, 0) - first, 30_000);
  });

  test('never goes beyond the farthest place', () => {
    const lines = createLines();
    lines.place('a', 0, 0);
    for (let at = 0; at < 100; at += 1) {
      assert.ok(lines.place('a', 50_000, 0) <= 50_000 + FARTHEST_MS);
    }
    assert.equal(lines.place('a', 50_000, 0), 50_000 + FARTHEST_MS);
  });

  test('measures anew after a minute, and when the count begins again', () => {
    const lines = createLines();
    lines.place('a', 0, 0);
    lines.place('a', 60_000, 60); // one a second, and a new measurement
    lines.place('a', 70_000, 10_060); // one a millisecond since then
    const first = lines.place('a', 70_000, 10_060);
    assert.equal(lines.place('a', 70_000, 10_060) - first, 1);
    const restarted = lines.place('a', 71_000, 3);
    assert.equal(lines.place('a', 71_000, 3) - restarted, 1);
  });

  test('sweep() forgets lines that are over', () => {
    const lines = createLines();
    lines.place('a', 0, 0);
    lines.place('b', 5_000, 0);
    lines.sweep(SOONEST_MS);
    assert.equal(lines.size, 2);
    lines.sweep(SOONEST_MS + 1);
    assert.equal(lines.size, 1);
  });
});
