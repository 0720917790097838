import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { afterOutcome, DEFAULT_RETRY, type RetryPolicy } from './retry.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const deferred = { kind: 'deferred' } as const;
const fresh = { attempts: 0, warned: false };

/** The ages in minutes at which a recipient that is always deferred is tried, and the age at which it is given up. */
function ages(policy: RetryPolicy): { tried: number[]; warnedAt: number[]; expiredAt: number } {
  const receivedAt = 1_000_000;
  let now = receivedAt;
  let recipient = fresh;
  const tried: number[] = [];
  const warnedAt: number[] = [];
  for (;;) {
    const age = (now - receivedAt) / MINUTE;
    tried.push(age);
    const verdict = afterOutcome(recipient, deferred, { now, receivedAt, policy });
    if (verdict.kind !== 'deferred') return { tried, warnedAt, expiredAt: age };
    if (verdict.warn) warnedAt.push(age);
    recipient = { attempts: verdict.attempts, warned: recipient.warned || verdict.warn };
    now = verdict.nextAttempt;
  }
}

describe('afterOutcome()', () => {
  test('retries after 15, 30, 60, 240 minutes and every 240 minutes from then on, for five days', () => {
    const { tried, warnedAt, expiredAt } = ages(DEFAULT_RETRY);
    assert.deepEqual(tried.slice(0, 7), [0, 15, 45, 105, 345, 585, 825]);
    assert.equal(expiredAt, 5 * 24 * 60);
    assert.equal(tried.at(-1), 5 * 24 * 60);
    assert.deepEqual(warnedAt, [345]);
  });

  test('gives up after 48 hours when that is configured', () => {
    assert.equal(ages({ ...DEFAULT_RETRY, expireMs: 48 * HOUR }).expiredAt, 48 * 60);
  });

  test('finishes what was delivered or refused, whatever its age', () => {
    const facts = { now: 10 ** 13, receivedAt: 0, policy: DEFAULT_RETRY };
    assert.deepEqual(afterOutcome(fresh, { kind: 'delivered' }, facts), { kind: 'delivered' });
    assert.deepEqual(afterOutcome(fresh, { kind: 'failed' }, facts), { kind: 'failed', expired: false });
  });

  test('gives up at the expiry and not a millisecond before', () => {
    const receivedAt = 5_000;
    const expiry = receivedAt + DEFAULT_RETRY.expireMs;
    const late = afterOutcome(fresh, deferred, { now: expiry, receivedAt, policy: DEFAULT_RETRY });
    assert.deepEqual(late, { kind: 'failed', expired: true });
    const before = afterOutcome(fresh, deferred, { now: expiry - 1, receivedAt, policy: DEFAULT_RETRY });
    assert.deepEqual(before, { kind: 'deferred', attempts: 1, nextAttempt: expiry, warn: true });
  });

  test('warns from the configured age on, once, and never when switched off', () => {
    const at = (now: number, warned = false, policy = DEFAULT_RETRY): boolean => {
      const verdict = afterOutcome({ attempts: 3, warned }, deferred, { now, receivedAt: 0, policy });
      return verdict.kind === 'deferred' && verdict.warn;
    };
    assert.equal(at(4 * HOUR - 1), false);
    assert.equal(at(4 * HOUR), true);
    assert.equal(at(4 * HOUR, true), false);
    assert.equal(at(100 * HOUR, false, { ...DEFAULT_RETRY, warnAfterMs: undefined }), false);
  });

  test('waiting for a destination that rests counts as no attempt, but the age counts', () => {
    const facts = { now: HOUR, receivedAt: 0, policy: DEFAULT_RETRY, waitUntil: HOUR + MINUTE };
    assert.deepEqual(afterOutcome({ attempts: 2, warned: false }, deferred, facts), {
      kind: 'deferred',
      attempts: 2,
      nextAttempt: HOUR + MINUTE,
      warn: false,
    });
    const old = { ...facts, now: DEFAULT_RETRY.expireMs, waitUntil: DEFAULT_RETRY.expireMs + MINUTE };
    assert.deepEqual(afterOutcome(fresh, deferred, old), { kind: 'failed', expired: true });
  });

  test('always comes to an end, tries at growing times, and the last time at the expiry', () => {
    const delay = fc.integer({ min: MINUTE, max: 6 * HOUR });
    const policy = fc.record({
      delaysMs: fc
        .tuple(delay, fc.array(delay, { maxLength: 5 }))
        .map(([first, rest]) => [first, ...rest] as const),
      expireMs: fc.integer({ min: MINUTE, max: 200 * HOUR }),
      warnAfterMs: fc.option(fc.integer({ min: 0, max: 200 * HOUR }), { nil: undefined }),
    });
    fc.assert(
      fc.property(policy, (policy) => {
        const { tried, warnedAt, expiredAt } = ages(policy);
        assert.equal(expiredAt, policy.expireMs / MINUTE);
        assert.equal(tried.at(-1), expiredAt);
        for (const [at, age] of tried.entries()) assert.ok(at === 0 || age > (tried[at - 1] ?? 0));
        assert.ok(warnedAt.length <= 1);
        const [warned = Infinity] = warnedAt;
        assert.ok(policy.warnAfterMs === undefined || warned >= policy.warnAfterMs / MINUTE);
      }),
      { numRuns: 100 },
    );
  });
});
