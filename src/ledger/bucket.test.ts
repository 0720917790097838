import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Limit } from '../policy/mod.ts';
import { add, EMPTY, emptyAt, levelAt, roomAt, used, type Level } from './bucket.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 24, 12);

function limitOf(recipients: number, periodMs: number, burst = recipients): Limit {
  return { recipients, periodMs, burst, per: 'grant' };
}

/** One attempt at `now`. */
function attempt(
  level: Level,
  limit: Limit,
  now: number,
): { readonly passed: boolean; readonly level: Level } {
  const current = levelAt(level, limit, now);
  if (roomAt(current, limit) > now) return { passed: false, level };
  return { passed: true, level: add(current, limit) };
}

const limits = fc
  .record({
    recipients: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1_000_000 })),
    periodMs: fc.oneof(fc.integer({ min: 1000, max: 5000 }), fc.integer({ min: 1000, max: 31 * 24 * HOUR })),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ recipients, periodMs, share }) =>
    limitOf(recipients, periodMs, Math.max(1, Math.round(recipients * share))),
  );

/** Pauses before each attempt that make sense for the limit: none, about one recipient, about all. */
const scripts = limits.chain((limit) =>
  fc.tuple(
    fc.constant(limit),
    fc.array(
      fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 1 + Math.ceil((2 * limit.periodMs) / limit.recipients) }),
        fc.integer({ min: 0, max: limit.periodMs }),
      ),
      { maxLength: 80 },
    ),
  ),
);

test('a bucket lets no more than burst + rate × time through in any stretch of time, exactly', () => {
  fc.assert(
    fc.property(scripts, ([limit, pauses]) => {
      const passes: number[] = [];
      let now = NOW;
      let level = EMPTY;
      for (const pause of pauses) {
        now += pause;
        const result = attempt(level, limit, now);
        level = result.level;
        if (result.passed) passes.push(now);
      }
      for (const [first, from] of passes.entries()) {
        for (const [last, to] of passes.entries()) {
          if (last < first) continue;
          const units = BigInt(last - first + 1) * BigInt(limit.periodMs);
          const allowed =
            BigInt(limit.burst) * BigInt(limit.periodMs) + BigInt(to - from) * BigInt(limit.recipients);
          assert.ok(units <= allowed, `${last - first + 1} in ${to - from} ms`);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a bucket decides like GCRA written down with a theoretical arrival time, in exact arithmetic', () => {
  fc.assert(
    fc.property(scripts, ([limit, pauses]) => {
      // Time in 1/recipients of a millisecond, so that the emission interval is whole.
      const scale = BigInt(limit.recipients);
      const interval = BigInt(limit.periodMs);
      const tolerance = interval * BigInt(limit.burst - 1);
      let arrival = 0n;
      let level = EMPTY;
      let now = NOW;
      for (const pause of pauses) {
        now += pause;
        const at = BigInt(now) * scale;
        const expected = at >= arrival - tolerance;
        if (expected) arrival = (arrival > at ? arrival : at) + interval;
        const result = attempt(level, limit, now);
        assert.equal(result.passed, expected);
        level = result.level;
      }
    }),
    { numRuns: 500 },
  );
});

test('roomAt() is the first millisecond at which one more passes, and a refusal costs nothing', () => {
  fc.assert(
    fc.property(scripts, ([limit, pauses]) => {
      let now = NOW;
      let level = EMPTY;
      for (const pause of pauses) {
        now += pause;
        const until = roomAt(levelAt(level, limit, now), limit);
        if (until > now) {
          for (const early of [now, until - 1]) {
            const refused = attempt(level, limit, early);
            assert.equal(refused.passed, false);
            level = refused.level;
          }
          now = until;
        }
        const passed = attempt(level, limit, now);
        assert.equal(passed.passed, true);
        level = passed.level;
      }
    }),
    { numRuns: 200 },
  );
});

test('a bucket of n lets n through at once and not n + 1, and all of it again after the whole time', () => {
  for (const burst of [1, 2, 3, 200]) {
    const limit = limitOf(200, HOUR, burst);
    let level = EMPTY;
    for (const round of [0, 1]) {
      const now = NOW + round * HOUR;
      for (let count = 1; count <= burst; count += 1) {
        const result = attempt(level, limit, now);
        assert.ok(result.passed, `${count} of ${burst} in round ${round}`);
        level = result.level;
        assert.equal(used(level, limit), count);
      }
      assert.equal(attempt(level, limit, now).passed, false);
      assert.equal(emptyAt(levelAt(level, limit, now), limit), now + (burst * HOUR) / 200);
    }
  }
});

test('used() counts a recipient that has half flown out as a whole one', () => {
  const limit = limitOf(2, 1000);
  const level = add(add(levelAt(EMPTY, limit, NOW), limit), limit);
  assert.equal(used(level, limit), 2);
  assert.equal(used(levelAt(level, limit, NOW + 499), limit), 2);
  assert.equal(used(levelAt(level, limit, NOW + 500), limit), 1);
  assert.equal(used(levelAt(level, limit, NOW + 501), limit), 1);
  assert.equal(used(levelAt(level, limit, NOW + 1000), limit), 0);
});

test('levelAt() lets nobody gain by a clock that is set back, and nobody wait for it to catch up', () => {
  fc.assert(
    fc.property(
      limits,
      fc.array(fc.integer({ min: -HOUR, max: HOUR }), { maxLength: 60 }),
      (limit, movements) => {
        let now = NOW;
        let level = EMPTY;
        let forward = 0;
        let passes = 0;
        for (const movement of movements) {
          now += movement;
          if (passes > 0) forward += Math.max(0, movement);
          const result = attempt(level, limit, now);
          // The bucket takes notice of the time also where nobody passes.
          level = result.passed ? result.level : levelAt(level, limit, now);
          if (result.passed) passes += 1;
          const allowed =
            BigInt(limit.burst) * BigInt(limit.periodMs) + BigInt(forward) * BigInt(limit.recipients);
          assert.ok(BigInt(passes) * BigInt(limit.periodMs) <= allowed);
        }
      },
    ),
    { numRuns: 200 },
  );
  const limit = limitOf(1, 1000);
  const level = add(levelAt(EMPTY, limit, NOW), limit);
  const back = NOW - 24 * HOUR;
  assert.equal(roomAt(levelAt(level, limit, back), limit), back + 1000);
});
