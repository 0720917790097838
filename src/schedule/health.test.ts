import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Outcome, Target } from '../deliver/mod.ts';
import {
  createHealth,
  isAnswered,
  isUnreachable,
  LONGEST_REST_MS,
  MOST_REMEMBERED,
  type Health,
} from './health.ts';

const MINUTE = 60_000;
const mx: Target = { kind: 'mx', domain: 'a.test' };

function outcome(kind: Outcome['kind'], status: string, remote?: string): Outcome {
  return { index: 0, kind, status, reply: `${status} said`, remote, tls: undefined, handed: undefined };
}

const silence = outcome('deferred', '4.4.1');

function fails(
  health: Health,
  now: number,
  options: { startedAt?: number; answeredMeanwhile?: boolean } = {},
) {
  const { startedAt = now, answeredMeanwhile = false } = options;
  return health.attempted('a', { startedAt, now, answered: false, answeredMeanwhile, outcome: silence });
}

function answers(health: Health, now: number) {
  const answer = outcome('delivered', '2.0.0', 'mail.a.test');
  return health.attempted('a', {
    startedAt: now,
    now,
    answered: true,
    answeredMeanwhile: false,
    outcome: answer,
  });
}

describe('isUnreachable()', () => {
  test('is about nobody answering, not about an answer', () => {
    assert.equal(isUnreachable(mx, silence), true);
    assert.equal(isUnreachable(mx, outcome('deferred', '4.4.1', 'mail.a.test [192.0.2.1]:25')), true);
    assert.equal(isUnreachable(mx, outcome('deferred', '4.4.2', 'mail.a.test')), true);
    assert.equal(isUnreachable(mx, outcome('deferred', '4.4.3')), true);
    assert.equal(isUnreachable(mx, outcome('deferred', '4.2.2', 'mail.a.test')), false);
    assert.equal(isUnreachable(mx, outcome('failed', '5.1.2')), false);
    assert.equal(isUnreachable(mx, outcome('delivered', '2.0.0', 'mail.a.test')), false);
  });

  test('is never said of a Maildir, which has no peer', () => {
    assert.equal(isUnreachable({ kind: 'maildir', folder: '/m' }, outcome('deferred', '4.3.0')), false);
  });
});

test('isAnswered() needs one recipient with an answer', () => {
  assert.equal(isAnswered(mx, [silence, silence]), false);
  assert.equal(isAnswered(mx, [silence, outcome('failed', '5.1.1', 'mail.a.test')]), true);
  assert.equal(isAnswered(mx, []), false);
});

describe('createHealth()', () => {
  test('lets a destination rest for 1, 2, 4, 8 and then always 15 minutes while nobody answers', () => {
    const health = createHealth();
    let now = 1_000;
    const pauses: number[] = [];
    for (let at = 0; at < 6; at += 1) {
      assert.equal(fails(health, now)?.kind, 'rests');
      const rest = health.rest('a');
      assert.ok(rest);
      pauses.push((rest.until - now) / MINUTE);
      now = rest.until;
    }
    assert.deepEqual(pauses, [1, 2, 4, 8, 15, 15]);
    assert.equal(health.rest('a')?.failures, 6);
  });

  test('is reset by any answer', () => {
    const health = createHealth();
    fails(health, 0);
    fails(health, MINUTE);
    const change = answers(health, 3 * MINUTE);
    assert.equal(change?.kind, 'recovered');
    assert.equal(change?.rest.failures, 2);
    assert.equal(health.rest('a'), undefined);
    assert.equal(answers(health, 3 * MINUTE), undefined);
    fails(health, 4 * MINUTE);
    assert.equal(health.rest('a')?.until, 5 * MINUTE);
  });

  test('counts attempts that were in flight together once', () => {
    const health = createHealth();
    fails(health, 30_000, { startedAt: 0 });
    assert.equal(fails(health, 31_000, { startedAt: 0 }), undefined);
    assert.equal(fails(health, 90_000, { startedAt: 89_999 }), undefined);
    assert.equal(health.rest('a')?.failures, 1);
    assert.equal(fails(health, 120_000, { startedAt: 90_000 })?.kind, 'rests');
    assert.equal(health.rest('a')?.failures, 2);
  });

  test('does not blame a destination that answered others meanwhile', () => {
    const health = createHealth();
    assert.equal(fails(health, 0, { answeredMeanwhile: true }), undefined);
    assert.equal(health.rest('a'), undefined);
  });

  test('probe() and probeAll() end the rest and keep the probation', () => {
    const health = createHealth();
    fails(health, 0);
    health.probe('a', 1_000);
    assert.equal(health.rest('a')?.until, 1_000);
    fails(health, 2_000);
    assert.equal(health.rest('a')?.until, 2_000 + 2 * MINUTE);
    health.probeAll(3_000);
    assert.equal(health.rest('a')?.until, 3_000);
    health.probe('unknown', 0);
    assert.equal(health.size, 1);
  });

  test('sweep() forgets an hour after the rest', () => {
    const health = createHealth();
    fails(health, 0);
    health.sweep(61 * MINUTE - 1);
    assert.equal(health.size, 1);
    health.sweep(61 * MINUTE);
    assert.equal(health.size, 0);
  });

  test('remembers a bounded number of destinations, the latest ones', () => {
    const health = createHealth();
    const result = { startedAt: 0, now: 0, answered: false, answeredMeanwhile: false, outcome: silence };
    for (let at = 0; at < MOST_REMEMBERED; at += 1) health.attempted(`d${at}`, result);
    assert.equal(health.size, MOST_REMEMBERED);
    assert.ok(health.rest('d0'));
    health.attempted('one more', result);
    assert.equal(health.size, MOST_REMEMBERED);
    assert.equal(health.rest('d0'), undefined);
    assert.ok(health.rest('one more'));
  });

  test('never rests longer than the longest rest, however often nobody answers', () => {
    const health = createHealth();
    let now = 0;
    for (let at = 0; at < 2_000; at += 1) {
      fails(health, now);
      const until = health.rest('a')?.until ?? 0;
      assert.ok(until - now <= LONGEST_REST_MS);
      now = until;
    }
  });
});
