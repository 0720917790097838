import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Limit } from '../policy/mod.ts';
import { parseIp, type IpAddress } from '../std/mod.ts';
import { Counters } from './counters.ts';
import { countingsOf, counterKey, type Counting } from './counting.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;
const HOUR = 3_600_000;

function limit(recipients: number, periodMs: number, more: Partial<Limit> = {}): Limit {
  return { recipients, periodMs, burst: recipients, per: 'client', ...more };
}

function counting(whose: string, ...limits: Limit[]): readonly Counting[] {
  return limits.map((each) => ({ grant: 'office', whose, limit: each }));
}

function ip(text: string): IpAddress {
  const address = parseIp(text);
  assert.ok(address !== undefined);
  return address;
}

/** How many of `attempts` pass. */
function passes(counters: Counters, countings: readonly Counting[], attempts: number, now: number): number {
  return Array.from({ length: attempts }, () => counters.take(countings, now)).filter(
    ({ kind }) => kind === 'taken',
  ).length;
}

test('countingsOf() counts for the grant, the account without regard to case, the client, an IPv6 client by its /64', () => {
  const whose = (per: Limit['per'], client: string, account?: string): string | undefined =>
    countingsOf({ name: 'office', limits: [limit(1, HOUR, { per })] }, { client: ip(client), account })[0]
      ?.whose;
  assert.equal(whose('grant', '10.0.0.1', 'a@b.test'), '');
  assert.equal(whose('account', '10.0.0.1', 'Alice@B.test'), 'alice@b.test');
  assert.equal(whose('client', '10.0.0.1'), '10.0.0.1');
  assert.equal(whose('client', '::ffff:10.0.0.1'), '10.0.0.1');
  assert.equal(whose('client', '2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(whose('client', '2001:db8:1:2:ffff::1'), '2001:db8:1:2::/64');
  assert.equal(whose('client', '2001:db8:1:3::1'), '2001:db8:1:3::/64');
  assert.deepEqual(countingsOf({ name: 'office' }, { client: ip('10.0.0.1'), account: undefined }), []);
});

test('counterKey() tells counters apart by grant, per, time and whose, and by nothing else', () => {
  const base: Counting = { grant: 'a', whose: 'x', limit: limit(5, HOUR) };
  const others: readonly Counting[] = [
    { ...base, grant: 'b' },
    { ...base, whose: 'y' },
    { ...base, limit: limit(5, MINUTE) },
    { ...base, limit: limit(5, HOUR, { per: 'grant' }) },
  ];
  assert.equal(new Set([base, ...others].map(counterKey)).size, 5);
  assert.equal(counterKey(base), counterKey({ ...base, limit: limit(9, HOUR, { burst: 2 }) }));
});

test('take() counts each client for itself', () => {
  const counters = new Counters();
  assert.equal(passes(counters, counting('10.0.0.1', limit(3, HOUR)), 5, NOW), 3);
  assert.equal(passes(counters, counting('10.0.0.2', limit(3, HOUR)), 5, NOW), 3);
});

test('take() counts on all limits or on none, and says how long the longest keeps out', () => {
  const counters = new Counters();
  const both = counting('', limit(2, MINUTE), limit(3, HOUR));
  assert.equal(passes(counters, both, 5, NOW), 2);
  // Refused by the minute, it has cost nothing of the hour: one is left.
  assert.equal(passes(counters, both, 5, NOW + MINUTE), 1);
  const refused = counters.take(both, NOW + MINUTE);
  assert.ok(refused.kind === 'limit');
  // Two at first and one a minute later: of 3 in an hour, each takes 20 minutes to come back.
  assert.equal(refused.until, NOW + 20 * MINUTE);
  assert.equal(refused.counting.limit.periodMs, HOUR);
  for (const limits of [both, both.toReversed()]) {
    const twice = new Counters();
    const small = limits.map((each) => ({ ...each, limit: { ...each.limit, recipients: 1, burst: 1 } }));
    assert.equal(passes(twice, small, 1, NOW), 1);
    const out = twice.take(small, NOW);
    assert.ok(out.kind === 'limit' && out.until === NOW + HOUR, 'the longest keeps out, in any order');
  }
  const inUse = counters
    .fullest(10, NOW + MINUTE, [])
    .map(({ limit: { periodMs }, used }) => [periodMs, used]);
  assert.deepEqual(inUse, [
    [HOUR, 3],
    [MINUTE, 1],
  ]);
});

test('take() goes on from what was used when a limit is changed, in both directions', () => {
  const counters = new Counters();
  const half = 30 * MINUTE;
  assert.equal(passes(counters, counting('', limit(10, HOUR)), 20, NOW), 10);
  // Half an hour at 10 in an hour let 5 flow out; the new limit holds from now on.
  assert.equal(passes(counters, counting('', limit(6, HOUR)), 20, NOW + half), 1);
  assert.equal(passes(counters, counting('', limit(100, HOUR)), 200, NOW + half), 94);
  assert.equal(
    passes(counters, counting('', limit(100, MINUTE)), 200, NOW + half),
    100,
    'another time begins anew',
  );
});

test('take() puts off who needs a new counter when the table is full, and no one who has one', () => {
  const counters = new Counters([], 3);
  const hourly = limit(2, HOUR);
  for (const client of ['a', 'b', 'c'])
    assert.equal(counters.take(counting(client, hourly), NOW).kind, 'taken');
  assert.equal(counters.take(counting('d', hourly), NOW).kind, 'full');
  assert.equal(counters.take(counting('a', hourly), NOW).kind, 'taken');
  assert.equal(counters.take(counting('b', limit(2, HOUR), limit(5, MINUTE)), NOW).kind, 'full');
  assert.equal(counters.size, 3);
  // b and c have run empty after half an hour; a has not.
  assert.equal(counters.take(counting('d', hourly), NOW + HOUR / 2).kind, 'taken');
  assert.equal(counters.size, 2);
  assert.equal(passes(counters, counting('a', hourly), 5, NOW + HOUR / 2), 1);
});

test('sweep() forgets a counter in the millisecond in which it has run empty', () => {
  const counters = new Counters();
  counters.take(counting('a', limit(2, HOUR)), NOW);
  counters.sweep(NOW + HOUR / 2 - 1);
  assert.equal(counters.size, 1);
  counters.sweep(NOW + HOUR / 2);
  assert.equal(counters.size, 0);
});

test('takeChanges() tells what was changed and what was forgotten, once', () => {
  const counters = new Counters();
  const [one] = counting('a', limit(2, HOUR));
  assert.ok(one !== undefined);
  const id = counterKey(one);
  counters.take([one], NOW);
  assert.deepEqual([...counters.takeChanges().keys()], [id]);
  assert.equal(counters.takeChanges().size, 0);
  counters.sweep(NOW + HOUR);
  assert.deepEqual([...counters.takeChanges()], [[id, undefined]]);
});

test('fullest() begins with the fullest and says when there is room again', () => {
  const counters = new Counters();
  passes(counters, counting('half', limit(4, HOUR)), 2, NOW);
  passes(counters, counting('full', limit(2, HOUR)), 9, NOW);
  passes(counters, counting('little', limit(100, HOUR)), 1, NOW);
  const [first, ...others] = counters.fullest(2, NOW, []);
  assert.deepEqual(first, {
    grant: 'office',
    whose: 'full',
    limit: limit(2, HOUR),
    used: 2,
    until: NOW + HOUR / 2,
    freeAt: NOW + HOUR,
  });
  assert.deepEqual(
    others.map(({ whose, used, until }) => [whose, used, until]),
    [['half', 2, undefined]],
  );
  assert.deepEqual(counters.fullest(10, NOW + HOUR, []), []);
});

test('fullest() shows the limits as they are now, before anybody counts on them', () => {
  const counters = new Counters();
  passes(counters, counting('', limit(10, HOUR)), 10, NOW);
  const shown = (...limits: readonly [Limit, ...Limit[]]): unknown[] =>
    counters
      .fullest(1, NOW + HOUR / 2, [{ name: 'office', limits }])
      .map(({ limit: { recipients }, used, until }) => [recipients, used, until]);
  // Until now half has flown out, at the rate of before.
  assert.deepEqual(shown(limit(10, HOUR)), [[10, 5, undefined]]);
  assert.deepEqual(shown(limit(100, MINUTE), limit(20, HOUR)), [[20, 5, undefined]]);
  assert.deepEqual(shown(limit(5, HOUR)), [[5, 5, NOW + HOUR / 2 + HOUR / 5]]);
  assert.deepEqual(shown(limit(9, MINUTE)), [[10, 5, undefined]], 'of a limit that went, what it was');
});
