import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, describeLimit, explain, formatRate, type Limit } from './mod.ts';
import { factsOf, ip, place, policySource, ranges } from './testing/mod.ts';

const HOUR = 3_600_000;

test('formatRate() uses the name of a time that has one', () => {
  const rates: readonly (readonly [number, string])[] = [
    [1000, '5/second'],
    [60_000, '5/minute'],
    [HOUR, '5/hour'],
    [24 * HOUR, '5/day'],
    [7 * 24 * HOUR, '5/week'],
    [600_000, '5/10m'],
    [90 * 60_000, '5/1h30m'],
    [36 * HOUR + 1001, '5/1d12h1s1ms'],
  ];
  for (const [periodMs, text] of rates) assert.equal(formatRate({ recipients: 5, periodMs }), text);
});

test('describeLimit() says whose are counted, and the burst where it is another number', () => {
  const limit: Limit = { recipients: 2000, periodMs: HOUR, burst: 2000, per: 'grant' };
  assert.equal(describeLimit(limit), '2,000 recipients/hour');
  assert.equal(describeLimit({ ...limit, per: 'client' }), '2,000 recipients/hour for each client');
  assert.equal(
    describeLimit({ ...limit, burst: 50, per: 'account' }),
    '2,000 recipients/hour for each account, 50 at once',
  );
  assert.equal(describeLimit({ ...limit, recipients: 1, burst: 1 }), '1 recipient/hour');
});

test('explain() names the limits of the grant that fits, and decides the same without them', () => {
  const limits: readonly [Limit, ...Limit[]] = [
    { recipients: 20, periodMs: 60_000, burst: 20, per: 'grant' },
    { recipients: 500, periodMs: 24 * HOUR, burst: 100, per: 'client' },
  ];
  const office = { name: 'office', from: ranges('10.0.0.0/24'), place: place(27) };
  const facts = factsOf({ client: ip('10.0.0.7') });
  const limited = explain(facts, compilePolicy(policySource({ allow: [{ ...office, limits }] })));
  const step = limited.steps.find(({ text }) => text.startsWith('Grant office fits'));
  assert.equal(
    step?.text,
    'Grant office fits: 10.0.0.7 is in 10.0.0.0/24. It carries what is within its limit of 20 recipients/minute and 500 recipients/day for each client, 100 at once; beyond, 450 4.7.1.',
  );
  const free = explain(facts, compilePolicy(policySource({ allow: [office] })));
  assert.deepEqual(limited.decision, free.decision);
});
