import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAlarm } from './alarm.ts';
import { manualTime } from './testing/time.ts';

function setUp() {
  const time = manualTime(1_000_000);
  const rung: number[] = [];
  const alarm = createAlarm({ ...time, ring: () => rung.push(time.clock.now() - 1_000_000) });
  return { time, alarm, rung };
}

describe('createAlarm()', () => {
  test('rings once, at the earliest of the times set', () => {
    const { time, alarm, rung } = setUp();
    alarm.set(1_005_000);
    alarm.set(1_002_000);
    alarm.set(1_009_000);
    time.advance(1_999);
    assert.deepEqual(rung, []);
    time.advance(20_000);
    assert.deepEqual(rung, [2_000]);
    alarm.set(1_022_000);
    time.advance(100);
    assert.deepEqual(rung, [2_000, 22_000]);
  });

  test('rings at once for a time that has passed', () => {
    const { time, alarm, rung } = setUp();
    alarm.set(0);
    time.advance(0);
    assert.deepEqual(rung, [0]);
  });

  test('does not ring when cancelled, and can be set again', () => {
    const { time, alarm, rung } = setUp();
    alarm.set(1_001_000);
    alarm.cancel();
    time.advance(5_000);
    assert.deepEqual(rung, []);
    alarm.set(1_010_000);
    time.advance(5_000);
    assert.deepEqual(rung, [10_000]);
  });

  test('looks at the clock every minute, so that a changed one is noticed', () => {
    const { time, alarm, rung } = setUp();
    alarm.set(1_000_000 + 30 * 86_400_000);
    assert.equal(time.next(), 1_060_000);
    time.advance(30 * 86_400_000 - 1);
    assert.deepEqual(rung, []);
    time.advance(1);
    assert.deepEqual(rung, [30 * 86_400_000]);
  });
});
