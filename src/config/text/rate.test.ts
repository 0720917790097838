import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isTextProblem } from './problem.ts';
import { formatRate } from '../../policy/mod.ts';
import { parseRate } from './rate.ts';

test('parseRate() reads units and durations', () => {
  const cases: readonly (readonly [string, number, number])[] = [
    ['1/second', 1, 1000],
    ['20/minute', 20, 60_000],
    ['200/hour', 200, 3_600_000],
    ['5000/day', 5000, 86_400_000],
    ['9/week', 9, 604_800_000],
    ['10/10m', 10, 600_000],
    ['10/1h30m', 10, 5_400_000],
    ['1000000/31d', 1_000_000, 31 * 86_400_000],
  ];
  for (const [text, recipients, periodMs] of cases)
    assert.deepEqual(parseRate(text), { recipients, periodMs }, text);
});

test('parseRate() says what is wrong and what to write instead', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['0/hour', /lets nobody through.*The least is 1/],
    ['1000001/hour', /1,000,001 is more than any limit.*The most is 1,000,000/],
    ['200/huor', /"huor" is not a unit of time: did you mean "200\/hour"\?/],
    ['200/h', /did you mean "200\/hour"/],
    ['200/Hour', /did you mean "200\/hour"/],
    ['200/month', /The units are second, minute, hour, day and week/],
    ['200 per hour', /Write 200\/hour/],
    ['200 / hour', /Write 200\/hour/],
    ['1,000/day', /Write 1000\/day/],
    ['200 per 10m', /Write 200\/10m/],
    ['200', /For 200 in an hour: 200\/hour/],
    ['hour', /Write it like 200\/hour/],
    ['-5/hour', /Write it like 200\/hour/],
    ['1/999ms', /1 second to 31 days, not over 999ms/],
    ['1/32d', /1 second to 31 days, not over 4w4d|32d/],
    ['', /is not a rate/],
  ];
  for (const [text, expected] of cases) {
    const problem = parseRate(text);
    assert.ok(isTextProblem(problem), text);
    assert.match(`${problem.problem}. ${problem.remedy ?? ''}`, expected);
  }
});

test('parseRate() reads what formatRate() writes', () => {
  const rate = fc.record(
    {
      recipients: fc.integer({ min: 1, max: 1_000_000 }),
      periodMs: fc.oneof(
        fc.constantFrom(1000, 60_000, 3_600_000, 86_400_000, 604_800_000),
        fc.integer({ min: 1000, max: 31 * 86_400_000 }),
      ),
    },
    { noNullPrototype: true },
  );
  fc.assert(fc.property(rate, (each) => assert.deepEqual(parseRate(formatRate(each)), each)));
});

test('parseRate() takes any text without throwing', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseRate(text)));
  fc.assert(
    fc.property(fc.nat(), fc.string(), (count, unit) => {
      const rate = parseRate(`${count}/${unit}`);
      assert.ok(isTextProblem(rate) || Number.isInteger(rate.periodMs));
    }),
  );
});
