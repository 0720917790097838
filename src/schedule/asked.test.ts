/** What senders ask for, in time: DSN, DELIVERBY, FUTURERELEASE; and what is kept aside. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Notify } from '../spool/mod.ts';
import { ACCEPTED, answer, LATER, REFUSED, SILENCE, type Answer } from './testing/courier.ts';
import { createRig, START, type Rig, type Submission } from './testing/rig.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const RETRY = { delaysMs: [15 * MINUTE], expireMs: 10 * HOUR, warnAfterMs: 2 * HOUR } as const;
const server = (dsn: boolean, deliverBy = false): Answer =>
  answer('delivered', '2.0.0', '250 2.0.0 ok', 'mail.test', { to: 'server', dsn, deliverBy });
const MAILBOX = answer('delivered', '2.0.0', 'Delivered to the mailbox', undefined, { to: 'mailbox' });

/** A rig whose peers give that answer; notifications get through. */
function rigWith(given: Answer): Promise<Rig> {
  return createRig({
    script: ({ address }) => (address.endsWith('@home.test') ? ACCEPTED : given),
    retry: RETRY,
  });
}

const kinds = (rig: Rig): readonly string[] => rig.notices.map(({ kind }) => kind);

describe('NOTIFY (RFC 3461)', () => {
  for (const [given, notify, expected] of [
    ['delivered into a mailbox', undefined, []],
    ['delivered into a mailbox', ['failure', 'delay'], []],
    ['delivered into a mailbox', 'never', []],
    ['delivered into a mailbox', ['success'], ['delivered']],
    ['given to a server with DSN', ['success'], []],
    ['given to a server without', ['success', 'failure'], ['relayed']],
    ['given to a server without', undefined, []],
    ['given to a server without', 'never', []],
    ['refused', undefined, ['failure']],
    ['refused', ['failure'], ['failure']],
    ['refused', ['success', 'delay'], []],
    ['refused', 'never', []],
    ['delayed', undefined, ['delay', 'failure']],
    ['delayed', ['delay'], ['delay']],
    ['delayed', ['failure', 'success'], ['failure']],
    ['delayed', 'never', []],
  ] as const satisfies readonly (readonly [keyof typeof ANSWERS, Notify | undefined, readonly string[]])[]) {
    test(`${JSON.stringify(notify) ?? 'nothing'} of a message that is ${given} tells ${JSON.stringify(expected)}`, async () => {
      await using rig = await rigWith(ANSWERS[given]);
      await rig.submit({ asked: { notify, originalRecipient: 'rfc822;b@a.test' } });
      await rig.pass(11 * HOUR);
      assert.deepEqual(kinds(rig), expected);
      for (const { recipients } of rig.notices)
        assert.equal(recipients[0].originalRecipient, 'rfc822;b@a.test');
      assert.deepEqual(await rig.spool.all(), []);
    });
  }

  test('of the null reverse-path tells nothing', async () => {
    await using rig = await rigWith(MAILBOX);
    await rig.submit({ sender: '', asked: { notify: ['success'] } });
    await rig.pass(0);
    assert.deepEqual(rig.notices, []);
  });

  test('tells only of those who are to be told of', async () => {
    await using rig = await rigWith(REFUSED);
    const message = rig.message({ recipients: ['1@a.test', '2@a.test', '3@a.test'] });
    const recipients = message.recipients.map((recipient, at) =>
      at === 1 ? { ...recipient, notify: 'never' as const } : recipient,
    );
    await rig.spool.commit([{ kind: 'append', message: { ...message, recipients } }]);
    await rig.scheduler.retry('all');
    await rig.pass(0);
    assert.deepEqual(
      rig.notices.map((notice) => notice.recipients.map(({ address }) => address)),
      [['1@a.test', '3@a.test']],
    );
  });
});

const ANSWERS = {
  'delivered into a mailbox': MAILBOX,
  'given to a server with DSN': server(true),
  'given to a server without': server(false),
  refused: REFUSED,
  delayed: LATER,
} as const;

describe('RET (RFC 3461)', () => {
  const content = `Subject: x\r\n\r\n${'line\r\n'.repeat(20_000)}`;

  for (const [what, submission, whole] of [
    ['full', { envelope: { ret: 'full' } }, true],
    ['headers', { envelope: { ret: 'headers' } }, false],
    ['nothing', {}, false],
    // RFC 8689 5.
    ['full with REQUIRETLS', { envelope: { ret: 'full', requireTls: true } }, false],
    ['full of more than a mebibyte', { envelope: { ret: 'full' }, content: content.repeat(10) }, false],
  ] as const satisfies readonly (readonly [string, Partial<Submission>, boolean])[]) {
    test(`${what} returns ${whole ? 'the whole' : 'the beginning'}`, async () => {
      await using rig = await rigWith(REFUSED);
      await rig.submit({ content, ...submission });
      await rig.pass(0);
      const [notice] = rig.notices;
      assert.equal(notice?.whole, whole);
      assert.equal(notice.start.length, whole ? content.length : 64 * 1024);
      assert.equal(notice.requireTls, 'envelope' in submission && 'requireTls' in submission.envelope);
    });
  }

  test('full of a message that is not lost returns the beginning', async () => {
    await using rig = await rigWith(MAILBOX);
    await rig.submit({
      content,
      envelope: { ret: 'full', envelopeId: 'QQ' },
      asked: { notify: ['success'] },
    });
    await rig.pass(0);
    assert.deepEqual([rig.notices[0]?.whole, rig.notices[0]?.envelopeId], [false, 'QQ']);
  });
});

describe('DELIVERBY (RFC 2852)', () => {
  const by = (ms: number, mode: 'return' | 'notify', trace = false): Partial<Submission> => ({
    envelope: { deliverBy: { at: START + ms, mode, trace } },
  });

  test('returns a message when its time is over, and not before', async () => {
    await using rig = await rigWith(LATER);
    await rig.submit(by(40 * MINUTE, 'return'));
    await rig.pass(40 * MINUTE - 1);
    assert.deepEqual([kinds(rig), rig.courier.made.length], [[], 3]);
    await rig.pass(1);
    const [notice] = rig.notices;
    assert.deepEqual(
      [notice?.kind, notice?.recipients[0].status, notice?.recipients[0].expired],
      ['failure', '5.4.7', true],
    );
    // It is not tried any more.
    assert.equal(rig.courier.made.filter(({ addresses }) => addresses[0] === 'bob@a.test').length, 3);
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('says until when a message is tried that is to be returned', async () => {
    await using rig = await rigWith(LATER);
    await rig.submit(by(3 * HOUR, 'return'));
    await rig.submit(by(40 * HOUR, 'return'));
    await rig.pass(2 * HOUR);
    assert.deepEqual(
      rig.notices.map(({ kind, retryUntil }) => [kind, (retryUntil - START) / HOUR]),
      [
        ['delay', 3],
        ['delay', 10],
      ],
    );
  });

  test('returns what waits for an unreachable destination in time, too', async () => {
    await using rig = await rigWith(SILENCE);
    await rig.submit({});
    await rig.settled();
    await rig.submit(by(5 * MINUTE, 'return'));
    await rig.pass(5 * MINUTE);
    assert.deepEqual(
      rig.notices.map(({ kind, recipients: [{ status }] }) => [kind, status]),
      [['failure', '5.4.7']],
    );
  });

  test('tells of a delay at the time given, tries once more then, and goes on', async () => {
    await using rig = await rigWith(LATER);
    await rig.submit(by(40 * MINUTE, 'notify'));
    await rig.pass(40 * MINUTE - 1);
    assert.deepEqual([kinds(rig), rig.courier.made.length], [[], 3]);
    await rig.pass(1);
    assert.deepEqual([kinds(rig), rig.courier.made.length], [['delay'], 5]);
    await rig.pass(9 * HOUR);
    // Not again at our own time.
    assert.deepEqual(kinds(rig), ['delay']);
    rig.courier.script = () => ACCEPTED;
    await rig.pass(HOUR);
    assert.deepEqual(await rig.spool.all(), []);
  });

  for (const [notify, expected] of [
    [undefined, ['delay 4.4.7']],
    [['delay'], ['delay 4.4.7']],
    [['success', 'delay'], ['delay 4.4.7']],
    // RFC 2852 4.1.3: who names its conditions is told of those.
    [['failure'], []],
    [['success'], []],
    ['never', []],
  ] as const satisfies readonly (readonly [Notify | undefined, readonly string[]])[]) {
    test(`tells ${JSON.stringify(expected)} of a delay with ${JSON.stringify(notify) ?? 'no NOTIFY'}`, async () => {
      await using rig = await rigWith(LATER);
      await rig.submit({ ...by(40 * MINUTE, 'notify'), asked: { notify } });
      await rig.pass(3 * HOUR);
      assert.deepEqual(
        rig.notices.map(({ kind, recipients: [{ status }] }) => `${kind} ${status}`),
        expected,
      );
      for (const { deliverBy } of rig.notices) assert.equal(deliverBy, START + 40 * MINUTE);
    });
  }

  test('tells of a time that was over when the message came at once, and goes on', async () => {
    await using rig = await rigWith(LATER);
    await rig.submit(by(-MINUTE, 'notify'));
    await rig.pass(0);
    assert.deepEqual(
      rig.notices.map(({ kind, recipients: [{ status }] }) => `${kind} ${status}`),
      ['delay 4.4.7'],
    );
    assert.notDeepEqual(await rig.spool.all(), []);
  });

  for (const [given, submission, expected] of [
    ['a server that keeps to it', [server(true, true), by(HOUR, 'notify')], []],
    ['a server that does not', [server(true), by(HOUR, 'notify')], ['relayed']],
    [
      'a server that keeps to it, when it is traced',
      [server(true, true), by(HOUR, 'return', true)],
      ['relayed'],
    ],
    ['a mailbox', [MAILBOX, by(HOUR, 'notify', true)], []],
  ] as const) {
    test(`tells ${JSON.stringify(expected)} of what is given to ${given}`, async () => {
      const [taken, asked] = submission;
      await using rig = await rigWith(taken);
      await rig.submit(asked);
      await rig.submit({ ...asked, asked: { notify: 'never' } });
      await rig.pass(0);
      assert.deepEqual(kinds(rig), expected);
    });
  }
});

describe('FUTURERELEASE (RFC 4865)', () => {
  const held: Partial<Submission> = { envelope: { holdUntil: START + 20 * HOUR } };

  test('is not tried before, whoever asks for it, and then at once', async () => {
    await using rig = await rigWith(ACCEPTED);
    const id = await rig.submit(held);
    await rig.pass(HOUR);
    assert.equal(await rig.scheduler.retry('all'), 1);
    assert.equal(await rig.scheduler.retry([id]), 1);
    assert.equal(await rig.scheduler.turn('a.test', false), 0);
    await rig.scheduler.hold(id);
    await rig.scheduler.release(id);
    await rig.pass(19 * HOUR - 1);
    assert.deepEqual(rig.courier.made, []);
    const [waiting] = await rig.spool.all();
    assert.equal(waiting?.recipients[0]?.nextAttempt, START + 20 * HOUR);
    await rig.pass(1);
    assert.equal(rig.courier.made.length, 1);
  });

  test('does not make a message old: warning and expiry count from the release', async () => {
    await using rig = await rigWith(LATER);
    await rig.submit(held);
    await rig.pass(22 * HOUR - 1);
    assert.deepEqual(kinds(rig), []);
    await rig.pass(15 * MINUTE);
    assert.deepEqual(kinds(rig), ['delay']);
    assert.equal(rig.notices[0]?.retryUntil, START + 30 * HOUR);
    await rig.pass(8 * HOUR - 15 * MINUTE);
    assert.deepEqual(kinds(rig), ['delay']);
    await rig.pass(1);
    assert.deepEqual(kinds(rig), ['delay', 'failure']);
  });

  test('survives a start anew', async () => {
    await using rig = await createRig({ script: () => ACCEPTED, start: false });
    await rig.spoolOnly(held);
    rig.scheduler.start();
    await rig.pass(20 * HOUR - 1);
    assert.deepEqual(rig.courier.made, []);
    await rig.pass(1);
    assert.equal(rig.courier.made.length, 1);
  });
});

describe('what is kept aside', () => {
  test('waits until it is released', async () => {
    await using rig = await rigWith(ACCEPTED);
    const id = await rig.submit({ quarantine: 'quarantined: filter spoofed' });
    await rig.pass(HOUR);
    assert.equal(await rig.scheduler.retry('all'), 0);
    assert.equal(await rig.scheduler.turn('a.test', true), 0);
    const [kept] = await rig.spool.all();
    assert.deepEqual(
      kept?.recipients.map((recipient) => [recipient.held, recipient.lastReply]),
      [[true, 'quarantined: filter spoofed']],
    );
    assert.deepEqual(rig.courier.made, []);
    assert.equal(await rig.scheduler.release(id), true);
    await rig.pass(0);
    assert.equal(rig.courier.made.length, 1);
    assert.deepEqual(await rig.spool.all(), []);
  });
});

describe('turn() (RFC 1985)', () => {
  test('makes what waits for a domain due now and ends its rest, and nothing else', async () => {
    await using rig = await rigWith(SILENCE);
    const waiting = await rig.submit({
      recipients: ['1@a.test', '2@sub.a.test', '"x@a.test"@b.test', '3@xa.test'],
    });
    const held = await rig.submit({ recipients: ['4@a.test'] });
    await rig.scheduler.hold(held);
    await rig.settled();
    const before = rig.courier.made.length;
    rig.courier.script = () => ACCEPTED;
    assert.equal(await rig.scheduler.turn('a.test', false), 1);
    await rig.pass(0);
    assert.deepEqual(
      rig.courier.made.slice(before).map(({ addresses }) => addresses),
      [['1@a.test']],
    );
    assert.deepEqual(rig.told('queue.turned'), [{ domain: 'a.test', recipients: 1 }]);
    assert.equal(await rig.scheduler.turn('a.test', true), 1);
    await rig.pass(0);
    const left = await rig.spool.all();
    assert.deepEqual(
      left.map(({ id, recipients }) => [id, recipients.map(({ address }) => address)]),
      [
        [waiting, ['"x@a.test"@b.test', '3@xa.test']],
        [held, ['4@a.test']],
      ],
    );
    assert.equal(await rig.scheduler.turn('nobody.test', true), 0);
  });

  test('finds all of a long queue, also from a message in flight', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.startsWith('slow') ? 'hang' : LATER),
    });
    const recipients = Array.from({ length: 4_500 }, (_, at) => `u${at}@a.test`);
    await rig.submit({ recipients });
    await rig.submit({ recipients: ['slow@b.test', 'u@a.test'] });
    await rig.settled();
    const before = rig.courier.made.length;
    rig.courier.script = () => ACCEPTED;
    const [first, second] = await Promise.all([
      rig.scheduler.turn('a.test', false),
      rig.scheduler.turn('a.test', false),
    ]);
    assert.deepEqual([first, second], [4_501, 4_501]);
    await rig.pass(0);
    rig.courier.letGo();
    await rig.pass(0);
    assert.deepEqual(await rig.spool.all(), []);
    // 45 attempts of 100 recipients each, and one for the message that was in flight.
    assert.equal(rig.courier.made.length - before, 46);
  });
});
