import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SpooledRecipient, SpoolId } from '../spool/mod.ts';
import { NOTHING_ASKED, parseSpoolId } from '../spool/mod.ts';
import { judge, ourOwn, postponed } from './judge.ts';
import { DEFAULT_RETRY } from './retry.ts';
import { ACCEPTED, LATER, REFUSED } from './testing/courier.ts';

const HOUR = 3_600_000;

function spoolId(text: string): SpoolId {
  const id = parseSpoolId(text);
  assert.ok(id);
  return id;
}

const id = spoolId('1M86FYZ8001XK861MP');

function message(sender: string) {
  const origin = { client: '127.0.0.1', listener: 'test', account: null, helo: 'test' };
  return { id, envelope: { sender, eightBit: false, ...NOTHING_ASKED.envelope, receivedAt: 0, origin } };
}

function recipient(index: number, changed: Partial<SpooledRecipient> = {}): SpooledRecipient {
  const address = `u${index}@a.test`;
  return {
    index,
    address,
    original: `was-${address}`,
    by: 'grant:test',
    ...NOTHING_ASKED.recipient,
    attempts: 0,
    nextAttempt: 0,
    held: false,
    warned: false,
    lastReply: '',
    ...changed,
  };
}

describe('judge()', () => {
  test('gives each recipient its own outcome, whatever their order, and ignores others', () => {
    const judgement = judge(
      {
        message: message('a@home.test'),
        recipients: [recipient(2), recipient(5), recipient(7)],
        outcomes: [
          { index: 9, ...ACCEPTED },
          { index: 5, ...REFUSED },
          { index: 2, ...ACCEPTED },
          { index: 2, ...REFUSED },
        ],
      },
      { now: HOUR, policy: DEFAULT_RETRY },
    );
    assert.deepEqual(judgement.changes, [
      { kind: 'finish', id, index: 2 },
      { kind: 'finish', id, index: 5 },
      {
        kind: 'defer',
        id,
        index: 7,
        attempts: 1,
        nextAttempt: HOUR + HOUR / 4,
        lastReply: 'the attempt ended without an outcome for this recipient',
        warned: false,
      },
    ]);
    assert.deepEqual(
      judgement.judged.map(({ verdict }) => verdict.kind),
      ['delivered', 'failed', 'deferred'],
    );
    assert.deepEqual(judgement.told.failure, [
      {
        address: 'u5@a.test',
        original: 'was-u5@a.test',
        originalRecipient: undefined,
        status: '5.1.1',
        reply: '550 5.1.1 no such user',
        remote: 'mail.test [127.0.0.1]:25',
        expired: false,
      },
    ]);
    assert.deepEqual(judgement.told.delay, []);
  });

  test('notes a warning only when there is somebody to warn', () => {
    const outcomes = [{ index: 0, ...LATER }];
    const facts = { now: 5 * HOUR, policy: DEFAULT_RETRY };
    const warned = judge({ message: message('a@home.test'), recipients: [recipient(0)], outcomes }, facts);
    assert.equal(warned.told.delay.length, 1);
    assert.deepEqual(
      warned.changes.map((change) => change.kind === 'defer' && change.warned),
      [true],
    );
    const silent = judge({ message: message(''), recipients: [recipient(0)], outcomes }, facts);
    assert.equal(silent.told.delay.length, 0);
    assert.deepEqual(
      silent.changes.map((change) => change.kind === 'defer' && change.warned),
      [false],
    );
    const again = judge(
      { message: message('a@home.test'), recipients: [recipient(0, { warned: true })], outcomes },
      facts,
    );
    assert.equal(again.told.delay.length, 0);
    assert.deepEqual(
      again.changes.map((change) => change.kind === 'defer' && change.warned),
      [true],
    );
  });

  test('says 4.4.7 of a recipient given up for its age, with the last reply', () => {
    const tried = {
      message: message('a@home.test'),
      recipients: [recipient(0)],
      outcomes: [{ index: 0, ...LATER }],
    };
    const [failed] = judge(tried, { now: 120 * HOUR, policy: DEFAULT_RETRY }).told.failure;
    assert.deepEqual(
      [failed?.status, failed?.expired, failed?.reply],
      ['4.4.7', true, '451 4.3.0 try later'],
    );
  });
});

test('postponed() puts off by the longest pause and keeps the rest as it is', () => {
  const changes = postponed(
    { message: message('a@home.test'), recipients: [recipient(3, { attempts: 6, warned: true })] },
    { now: 1_000 * HOUR, policy: DEFAULT_RETRY },
    'internal error',
  );
  assert.deepEqual(changes, [
    {
      kind: 'defer',
      id,
      index: 3,
      attempts: 7,
      nextAttempt: 1_004 * HOUR,
      lastReply: 'internal error',
      warned: true,
    },
  ]);
});

test('ourOwn() is an outcome that nobody else gave', () => {
  assert.deepEqual(ourOwn(4, '4.4.4', 'no route'), {
    index: 4,
    kind: 'deferred',
    status: '4.4.4',
    reply: 'no route',
    remote: undefined,
    tls: undefined,
    handed: undefined,
  });
});
