import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { failureDelay, GuardCounts, recipientDelay, type GuardLimits } from './guard.ts';
import { FORGET_PLACE_AFTER, MOST_PLACES_OF_ONE, Places } from './places.ts';
import { Tally } from './tally.ts';

const HOUR = 3_600_000;
const LIMITS: GuardLimits = { failuresPerAddress: 20, failuresPerAccount: 50, unknownRecipients: 20 };

function fail(guard: GuardCounts, network: string, account: string, now = 0): 'refused' | number {
  const answer = guard.before({ network, account }, LIMITS, now);
  if (answer.kind === 'refused') return 'refused';
  guard.after({ network, account, accepted: false }, LIMITS, now);
  return answer.delayMs;
}

test('failureDelay() grows from 1 to 8 seconds', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 1e9].map(failureDelay), [1000, 2000, 4000, 8000, 8000, 8000]);
});

test('recipientDelay() leaves a quarter of the limit alone', () => {
  const delays = [5, 6, 7, 8, 9, 20].map((count) => recipientDelay(count, 20));
  assert.deepEqual(delays, [0, 1000, 2000, 4000, 8000, 8000]);
  assert.equal(recipientDelay(1, 1), 1000);
});

test('before() tries 20 failures of an address and 50 of an account, and not one more', () => {
  const guard = new GuardCounts();
  for (let count = 0; count < 20; count += 1) assert.notEqual(fail(guard, 'n', `a${count}`), 'refused');
  assert.equal(fail(guard, 'n', 'b'), 'refused');
  for (let count = 0; count < 50; count += 1) assert.notEqual(fail(guard, `n${count}`, 'c'), 'refused');
  assert.equal(fail(guard, 'm', 'c'), 'refused');
});

test('before() holds attempts that are under way at once to as many as may fail', () => {
  const guard = new GuardCounts();
  const attempt = { network: 'n', account: 'a' };
  const answers = Array.from({ length: 25 }, () => guard.before(attempt, LIMITS, 0).kind);
  assert.deepEqual(answers, [...Array(20).fill('try'), ...Array(5).fill('refused')]);
  guard.after({ ...attempt, accepted: true }, LIMITS, 0);
  assert.equal(
    guard.before({ network: 'n', account: 'b' }, LIMITS, 0).kind,
    'try',
    'one has come to its end',
  );
  assert.equal(guard.before({ network: 'n', account: 'b' }, LIMITS, 0).kind, 'refused');
  assert.equal(guard.before({ network: 'n', account: 'b' }, LIMITS, 60_001).kind, 'try', 'the rest is over');
});

test('before() in a full table forgets nobody, and only slows down those who have no place', () => {
  const guard = new GuardCounts(undefined, 3);
  for (let count = 0; count < 20; count += 1) fail(guard, 'attacker', 'victim');
  for (let flood = 0; flood < 50; flood += 1) fail(guard, `flood${flood}`, `login${flood}`);
  assert.equal(fail(guard, 'attacker', 'victim'), 'refused');
  for (let tries = 0; tries < 60; tries += 1) assert.equal(fail(guard, 'new', 'new'), 8000);
  assert.equal(fail(guard, 'new', 'new', HOUR), 1000, 'and there is room when counts have run out');
});

test('GuardCounts goes on from what was kept', () => {
  const guard = new GuardCounts();
  for (let count = 0; count < 20; count += 1) fail(guard, 'n', 'a');
  guard.after({ network: 'home', account: 'a', accepted: true }, LIMITS, 0);
  const again = new GuardCounts(guard.takeChanges());
  assert.equal(fail(again, 'n', 'b'), 'refused');
  assert.equal(fail(again, 'home', 'a'), 1000);
  assert.deepEqual(again.all(), new GuardCounts(again.all()).all());
});

test('highest() names the networks that come nearest to the limit first', () => {
  const guard = new GuardCounts();
  for (let count = 0; count < 3; count += 1) fail(guard, 'n', 'a');
  for (let count = 0; count < 5; count += 1) guard.unknownRecipient('m', LIMITS, 0);
  assert.deepEqual(guard.highest(5, LIMITS, 0), [
    { network: 'm', what: 'recipients', failures: 5, most: 20 },
    { network: 'n', what: 'logins', failures: 3, most: 20 },
  ]);
  assert.deepEqual(guard.highest(1, LIMITS, 0).length, 1);
  assert.deepEqual(guard.highest(5, LIMITS, HOUR), []);
});

test('Tally never lets more through than the limit at once and the rate in time, and stays bounded', () => {
  const steps = fc.array(
    fc.tuple(fc.integer({ min: 0, max: HOUR / 4 }), fc.constantFrom('a', 'b', 'c', 'd', '__proto__')),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 30 }), (taken, perHour) => {
      const tally = new Tally(3);
      const passed = new Map<string, number>();
      let now = 0;
      for (const [wait, key] of taken) {
        now += wait;
        const count = tally.count(key, perHour, now);
        assert.ok(tally.size <= 3);
        if (count === undefined || count.isReached) continue;
        tally.add(key, perHour, now);
        passed.set(key, (passed.get(key) ?? 0) + 1);
        assert.ok((passed.get(key) ?? 0) <= perHour + (now * perHour) / HOUR);
      }
    }),
    { numRuns: 200 },
  );
});

test('Tally raises a count to that of another, and lowers none', () => {
  const [mine, other] = [new Tally(10), new Tally(10)];
  for (let count = 0; count < 5; count += 1) other.add('n', 20, 0);
  const level = other.level('n');
  assert.ok(level !== undefined);
  mine.raise('n', level, { perHour: 20, now: 0 });
  assert.equal(mine.count('n', 20, 0)?.used, 5);
  mine.add('n', 20, 0);
  mine.raise('n', level, { perHour: 20, now: 0 });
  assert.equal(mine.count('n', 20, 0)?.used, 6);
});

test('Places remembers the last networks of an account, and those of others whatever one does', () => {
  const places = new Places([], 100);
  places.use('victim', 'home', 0);
  for (let count = 0; count <= MOST_PLACES_OF_ONE; count += 1) places.use('rover', `n${count}`, count);
  assert.equal(places.has('rover', 'n0'), false);
  assert.equal(places.has('rover', 'n1'), true);
  assert.equal(places.has('victim', 'home'), true);
  assert.equal(places.size, MOST_PLACES_OF_ONE + 1);
});

test('Places in a full table forgets those of the account that was used the longest ago', () => {
  const places = new Places([], 2);
  places.use('a', 'n', 0);
  places.use('b', 'n', 1);
  places.use('c', 'n', 2);
  assert.deepEqual([places.has('a', 'n'), places.has('b', 'n'), places.has('c', 'n')], [false, true, true]);
});

test('Places forgets what was not used for 90 days, and tells each change once', () => {
  const places = new Places();
  places.use('a', 'n', 0);
  places.use('a', 'n', 5);
  assert.deepEqual(places.takeChanges(), [{ account: 'a', network: 'n', lastUsed: 0 }]);
  places.sweep(FORGET_PLACE_AFTER - 1);
  assert.deepEqual(places.takeChanges(), []);
  places.sweep(FORGET_PLACE_AFTER);
  assert.deepEqual(places.takeChanges(), [{ account: 'a', network: 'n', lastUsed: undefined }]);
  assert.equal(places.size, 0);
});
