import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';
import { isTextProblem } from './problem.ts';

test('parseDuration() reads units and their combinations', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['0s', 0],
    ['1ms', 1],
    ['30s', 30_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['5d', 432_000_000],
    ['2w', 1_209_600_000],
    ['1w1d1h1m1s1ms', 694_861_001],
    ['90m', 5_400_000],
    ['007s', 7000],
  ];
  for (const [text, expected] of cases) assert.equal(parseDuration(text), expected, text);
});

test('parseDuration() takes ten years and no more', () => {
  assert.equal(parseDuration('3650d'), 3650 * 86_400_000);
  assert.ok(isTextProblem(parseDuration('3650d1ms')));
});

test('parseDuration() says what to write instead', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['300', 'Write 300s, 300m, 300h or 300d for seconds, minutes, hours or days.'],
    ['5 minutes', 'Write 5m.'],
    ['1.5h', 'Write 1h30m.'],
    ['30m1h', 'Write 1h30m.'],
    ['1H', 'Write 1h.'],
    ['90 sec', 'Write 1m30s.'],
    ['1m1m', 'Write 2m.'],
    ['-5d', 'A duration is never negative.'],
    ['', 'Write it like 30s, 15m, 1h30m or 5d.'],
    ['1y', 'Write it like 30s, 15m, 1h30m or 5d.'],
    ['0.0001s', 'Write it like 30s, 15m, 1h30m or 5d.'],
    ['９s', 'Write it like 30s, 15m, 1h30m or 5d.'],
  ];
  for (const [text, remedy] of cases) {
    const problem = parseDuration(text);
    assert.ok(isTextProblem(problem), text);
    assert.equal(problem.remedy, remedy, text);
  }
});

test('formatDuration() writes what parseDuration() reads', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3650 * 86_400_000 }), (milliseconds) => {
      assert.equal(parseDuration(formatDuration(milliseconds)), milliseconds);
    }),
  );
});

test('parseDuration() never throws and is linear', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseDuration(text);
    }),
  );
  for (const text of ['1h'.repeat(50_000), '1 '.repeat(50_000), '1'.repeat(100_000), 'h'.repeat(100_000)]) {
    assert.ok(isTextProblem(parseDuration(text)));
  }
});
