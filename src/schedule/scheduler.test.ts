import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { ACCEPTED, answer, LATER, REFUSED, SILENCE } from './testing/courier.ts';
import { createRig, until } from './testing/rig.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('offer()', () => {
  test('delivers at once, from memory, and the recipient leaves the spool', async () => {
    await using rig = await createRig({ script: () => ACCEPTED });
    const id = await rig.submit({ content: 'Subject: a\r\n\r\nbody\r\n' });
    await rig.settled();
    assert.deepEqual(rig.courier.made, [
      {
        id,
        destination: 'mx:a.test',
        sender: 'alice@home.test',
        addresses: ['bob@a.test'],
        content: Buffer.from('Subject: a\r\n\r\nbody\r\n'),
      },
    ]);
    assert.deepEqual(await rig.spool.all(), []);
    assert.deepEqual(rig.told('recipient.delivered'), [
      {
        id,
        recipient: 'bob@a.test',
        sender: 'alice@home.test',
        target: 'mx:a.test',
        remote: 'mail.test [127.0.0.1]:25',
        tls: null,
        status: '2.0.0',
        reply: '250 2.0.0 ok',
        attempts: 1,
        queuedMs: 0,
      },
    ]);
    const { messages, bytes, ready, inFlight } = rig.scheduler.snapshot();
    assert.deepEqual({ messages, bytes, ready, inFlight }, { messages: 0, bytes: 0, ready: 0, inFlight: 0 });
  });

  test('says nothing of a delivery before it is recorded', async () => {
    await using rig = await createRig({ script: () => ACCEPTED });
    const id = await rig.submit({});
    await until(() => rig.spool.commits.length === 2);
    assert.deepEqual(rig.spool.commits[1], [{ kind: 'finish', id, index: 0 }]);
    assert.deepEqual(rig.events, []);
    await rig.settled();
    assert.equal(rig.told('recipient.delivered').length, 1);
  });

  test('does not take a message twice, nor before start()', async () => {
    await using rig = await createRig({ script: () => 'hang', start: false });
    await rig.submit({});
    assert.equal(rig.scheduler.snapshot().messages, 0);
    rig.scheduler.start();
    await rig.pass(0);
    assert.equal(rig.courier.inFlight, 1);
    const [message] = await rig.spool.all();
    assert.ok(message);
    rig.scheduler.offer(message, { kind: 'memory', bytes: Buffer.from('x') });
    await rig.settled();
    assert.deepEqual([rig.courier.inFlight, rig.scheduler.snapshot().messages], [1, 1]);
    assert.throws(() => rig.scheduler.start(), /it is running/);
  });
});

describe('an attempt', () => {
  test('takes recipients with an equal target together and the others apart', async () => {
    await using rig = await createRig({ script: () => ACCEPTED });
    await rig.submit({ recipients: ['1@a.test', '2@b.test', '3@a.test'] });
    await rig.settled();
    assert.deepEqual(
      rig.courier.made.map(({ destination, addresses }) => [destination, addresses]),
      [
        ['mx:a.test', ['1@a.test', '3@a.test']],
        ['mx:b.test', ['2@b.test']],
      ],
    );
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('takes 100 recipients at most', async () => {
    await using rig = await createRig({ script: () => ACCEPTED });
    await rig.submit({ recipients: Array.from({ length: 201 }, (_, at) => `u${at}@a.test`) });
    await rig.settled();
    assert.deepEqual(
      rig.courier.made.map(({ addresses }) => addresses.length),
      [100, 100, 1],
    );
    assert.equal(rig.told('recipient.delivered').length, 201);
  });

  test('has an outcome of its own for each recipient', async () => {
    await using rig = await createRig({
      script: ({ address }) =>
        address.startsWith('no') ? REFUSED : address.startsWith('later') ? LATER : ACCEPTED,
    });
    await rig.submit({ recipients: ['later@a.test', 'no@a.test', 'ok@a.test'] });
    await rig.settled();
    const [left, ...others] = await rig.spool.all();
    assert.deepEqual(others, []);
    assert.deepEqual(
      left?.recipients.map(({ address, attempts, lastReply }) => [address, attempts, lastReply]),
      [['later@a.test', 1, '451 4.3.0 try later']],
    );
    assert.equal(rig.told('recipient.failed')[0]?.recipient, 'no@a.test');
  });

  test('is followed by others after 15, 30, 60 and 240 minutes while it is deferred', async () => {
    await using rig = await createRig({ script: () => LATER });
    const started: number[] = [];
    const start = rig.time.clock.now();
    rig.courier.script = () => {
      started.push((rig.time.clock.now() - start) / MINUTE);
      return LATER;
    };
    await rig.submit({});
    await rig.pass(10 * HOUR);
    assert.deepEqual(started, [0, 15, 45, 105, 345, 585]);
    assert.equal(rig.told('recipient.deferred').at(-1)?.attempts, 6);
    rig.courier.script = () => ACCEPTED;
    await rig.pass(4 * HOUR);
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('survives a courier that throws or forgets a recipient, and tries again', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.startsWith('forget') ? 'forget' : 'throw'),
    });
    await rig.submit({ recipients: ['a@throw.test'] });
    await rig.submit({ recipients: ['forget@a.test'] });
    await rig.settled();
    assert.match(rig.told('schedule.bug')[0]?.error ?? '', /a bug of the courier/);
    assert.deepEqual(
      (await rig.spool.all()).flatMap(({ recipients }) =>
        recipients.map((each) => [each.attempts, each.lastReply]),
      ),
      [
        [1, 'internal error, see the log'],
        [1, 'the attempt ended without an outcome for this recipient'],
      ],
    );
    rig.courier.script = () => ACCEPTED;
    await rig.pass(15 * MINUTE);
    assert.deepEqual(await rig.spool.all(), []);
    assert.deepEqual(rig.told('destination.rests'), []);
  });
});

describe('loading', () => {
  test('start() takes up what the spool has', async () => {
    await using rig = await createRig({ script: () => ACCEPTED, start: false });
    for (let at = 0; at < 3; at += 1) await rig.spoolOnly({});
    rig.scheduler.start();
    await rig.pass(0);
    assert.equal(rig.courier.made.length, 3);
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('what does not fit into memory waits on the disk and comes when there is room', async () => {
    await using rig = await createRig({ script: () => 'hang', active: { messages: 3, bytes: 1_000 } });
    for (let at = 0; at < 10; at += 1) await rig.submit({ recipients: [`u@d${at}.test`] });
    await rig.settled();
    assert.equal(rig.scheduler.snapshot().messages, 3);
    rig.courier.script = () => ACCEPTED;
    rig.courier.letGo();
    await rig.pass(10_000);
    assert.equal(rig.courier.made.length, 10);
    assert.ok(rig.courier.most.total <= 3);
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('a load that fills the memory forgets nothing that is due later', async () => {
    const two = ['1@a.test', '2@a.test'];
    await using rig = await createRig({ script: () => LATER, active: { messages: 2, bytes: 1_000 } });
    const first = await rig.submit({ recipients: ['later@b.test'] });
    await rig.settled();
    rig.courier.script = () => 'hang';
    await rig.submit({ recipients: two });
    await rig.submit({ recipients: two }); // no room
    rig.courier.script = () => ACCEPTED;
    rig.courier.letGo();
    await rig.pass(15 * MINUTE);
    assert.equal(rig.courier.made.filter(({ id }) => id === first).length, 2);
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('what was delivered while a load was reading is not taken from it', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.startsWith('later') ? LATER : ACCEPTED),
      start: false,
    });
    const gate = Promise.withResolvers<void>();
    rig.spool.dueGate = gate.promise;
    const message = rig.message({ recipients: ['1@a.test', 'later@a.test'] });
    await rig.spool.commit([{ kind: 'append', message }]);
    rig.scheduler.start();
    rig.time.advance(0);
    // The spool answers in the order in which it is asked: when this comes, the load has read the message.
    const [spooled] = await rig.spool.all();
    assert.ok(spooled);
    rig.scheduler.offer(spooled, message.body);
    await until(() => rig.scheduler.snapshot().messages === 0);
    assert.equal(rig.spool.pending, 1);
    gate.resolve();
    await rig.settled();
    assert.equal(rig.courier.made.length, 1);
    rig.courier.script = () => ACCEPTED;
    await rig.pass(15 * MINUTE);
    assert.deepEqual(
      rig.courier.made.map(({ addresses }) => addresses),
      [['1@a.test', 'later@a.test'], ['later@a.test']],
    );
  });

  test('a body that was read is kept for the other attempts of its message', async () => {
    await using rig = await createRig({
      script: () => ACCEPTED,
      start: false,
      concurrency: { total: 1, perDestination: 1 },
    });
    await rig.spoolOnly({ recipients: ['1@a.test', '2@b.test', '3@c.test'] });
    rig.scheduler.start();
    await rig.pass(0);
    assert.equal(rig.courier.made.length, 3);
    assert.equal(rig.spool.bodies, 1);
    assert.equal(rig.scheduler.snapshot().bytes, 0);
  });

  test('a body that finds no room in memory is read again for its attempt', async () => {
    const content = `Subject: x\r\n\r\n${'a'.repeat(80)}\r\n`;
    const bytes = content.length;
    await using rig = await createRig({
      script: () => 'hang',
      active: { messages: 100, bytes: 2 * bytes },
      concurrency: { total: 1, perDestination: 1 },
    });
    for (let at = 0; at < 3; at += 1) await rig.submit({ content });
    assert.equal(rig.scheduler.snapshot().bytes, 2 * bytes);
    rig.courier.script = () => ACCEPTED;
    rig.courier.letGo();
    await rig.settled();
    assert.deepEqual(
      rig.courier.made.map((made) => made.content.toString()),
      [content, content, content],
    );
    assert.equal(rig.scheduler.snapshot().bytes, 0);
  });

  test('a body in a file is streamed', async () => {
    await using rig = await createRig({ script: () => ACCEPTED });
    const id = rig.spool.newId();
    const content = Buffer.from(`Subject: x\r\n\r\n${'line\r\n'.repeat(60_000)}`);
    const writer = await rig.spool.openBody(id);
    await writer.write(content);
    const body = await writer.finish();
    assert.equal(body.kind, 'file');
    const submission = { recipients: ['1@a.test', '2@b.test'] };
    await rig.submitAs(id, submission, body);
    await rig.settled();
    assert.equal(rig.courier.made.length, 2);
    for (const made of rig.courier.made) assert.ok(made.content.equals(content));
    assert.deepEqual(await rig.spool.all(), []);
  });
});

describe('limits', () => {
  test('hold per destination and in all', async () => {
    await using rig = await createRig({ script: () => 'hang', concurrency: { total: 5, perDestination: 2 } });
    for (let at = 0; at < 4; at += 1) {
      for (const domain of ['a', 'b', 'c']) await rig.submit({ recipients: [`u@${domain}.test`] });
    }
    await rig.settled();
    assert.equal(rig.courier.inFlight, 5);
    rig.courier.script = () => ACCEPTED;
    rig.courier.letGo();
    await rig.settled();
    assert.deepEqual(rig.courier.most, { total: 5, perDestination: 2 });
    assert.equal(rig.courier.made.length, 12);
  });

  test('a destination that answers slowly does not keep the others out of memory', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.endsWith('@slow.test') ? 'hang' : ACCEPTED),
      active: { messages: 20, bytes: 1 << 20 },
      concurrency: { total: 10, perDestination: 2 },
    });
    for (let at = 0; at < 100; at += 1) await rig.submit({ recipients: [`u${at}@slow.test`] });
    await rig.settled();
    const { messages } = rig.scheduler.snapshot();
    assert.ok(messages <= 15, `${messages} of 20 places are taken by one destination`);
    for (let at = 0; at < 5; at += 1) await rig.spoolOnly({ recipients: [`u${at}@disk.test`] });
    for (let at = 0; at < 5; at += 1) await rig.submit({ recipients: [`u${at}@quick.test`] });
    await rig.pass(30_000);
    assert.equal(rig.told('recipient.delivered').length, 10);
    rig.courier.script = () => ACCEPTED;
    rig.courier.letGo();
    await rig.pass(HOUR);
    assert.deepEqual(await rig.spool.all(), []);
    assert.ok(rig.told('recipient.delivered').every(({ attempts }) => attempts === 1));
  });
});

describe('a destination that cannot be reached', () => {
  test('rests as a whole, is probed with one attempt at a time, and costs its messages no attempts', async () => {
    await using rig = await createRig({ script: () => SILENCE });
    for (let at = 0; at < 60; at += 1) await rig.submit({ recipients: [`u${at}@dead.test`] });
    await rig.submit({ recipients: ['u@dead.test'] });
    await rig.settled();
    const first = rig.courier.made.length;
    assert.ok(first <= 20, `${first} attempts ran into it together`);
    assert.equal(rig.told('destination.rests').length, 1);
    await rig.pass(MINUTE);
    assert.equal(rig.courier.made.length, first + 1);
    assert.equal(rig.told('destination.rests')[1]?.failures, 2);
    await rig.pass(2 * MINUTE);
    assert.equal(rig.courier.made.length, first + 2);
    const left = (await rig.spool.all()).flatMap(({ recipients }) => recipients);
    assert.equal(left.length, 61);
    assert.equal(left.filter(({ attempts }) => attempts === 0).length, 61 - first - 2);
    assert.ok(left.every(({ lastReply }) => lastReply === 'connection timed out'));

    rig.courier.script = () => ACCEPTED;
    await rig.pass(15 * MINUTE);
    assert.deepEqual(await rig.spool.all(), []);
    assert.equal(rig.told('destination.recovered').length, 1);
  });

  test('does not concern the others, nor an answer of any kind', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.endsWith('@dead.test') ? SILENCE : LATER),
      concurrency: { total: 50, perDestination: 1 },
    });
    await rig.submit({ recipients: ['u@dead.test'] });
    for (let at = 0; at < 3; at += 1) await rig.submit({ recipients: ['u@busy.test'] });
    await rig.settled();
    assert.equal(rig.courier.made.length, 4);
    await rig.submit({ recipients: ['late@dead.test'] });
    await rig.settled();
    assert.equal(rig.courier.made.length, 4);
    assert.equal(rig.scheduler.snapshot().unreachable, 1);
  });

  test('keeps no message beyond its time: those not tried expire with its last words', async () => {
    await using rig = await createRig({
      script: () => SILENCE,
      concurrency: { total: 1, perDestination: 1 },
      retry: { delaysMs: [4 * HOUR], expireMs: 2 * HOUR, warnAfterMs: HOUR },
    });
    for (let at = 0; at < 12; at += 1) await rig.submit({ recipients: [`u${at}@dead.test`] });
    await rig.pass(HOUR + 20 * MINUTE);
    // Seven were tried in the first hour, and wait for the end; of the others one is the probe.
    assert.equal(rig.notices.filter(({ kind }) => kind === 'delay').length, 5);
    rig.courier.script = ({ address }) => (address.endsWith('@dead.test') ? SILENCE : ACCEPTED);
    await rig.pass(2 * HOUR);
    const failures = rig.notices.filter(({ kind }) => kind === 'failure');
    assert.equal(failures.length, 12);
    for (const { recipients } of failures) {
      assert.deepEqual(
        recipients.map(({ status, reply, expired }) => [status, reply, expired]),
        [['4.4.7', 'connection timed out', true]],
      );
    }
    assert.deepEqual(await rig.spool.all(), []);
  });
});

describe('notifications', () => {
  test('tell the sender of all recipients that failed together, in the transaction that finishes them', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.endsWith('@home.test') ? ACCEPTED : REFUSED),
    });
    const id = await rig.submit({ recipients: ['1@a.test', '2@a.test', '3@a.test'] });
    await rig.settled();
    assert.deepEqual(
      rig.notices.map(({ kind, sender, recipients }) => [
        kind,
        sender,
        recipients.map((each) => each.address),
      ]),
      [['failure', 'alice@home.test', ['1@a.test', '2@a.test', '3@a.test']]],
    );
    assert.match(rig.notices[0]?.start.toString() ?? '', /^Subject: x\r\n/);
    const commit = rig.spool.commits.find((changes) => changes.some(({ kind }) => kind === 'finish'));
    assert.deepEqual(
      commit?.map(({ kind }) => kind),
      ['finish', 'finish', 'finish', 'append'],
    );
    const [bounce] = rig.told('bounce.queued');
    assert.deepEqual(
      [bounce?.id, bounce?.kind, bounce?.recipient, bounce?.recipients],
      [id, 'failure', 'alice@home.test', 3],
    );
    const last = rig.courier.made.at(-1);
    assert.deepEqual(
      [last?.id, last?.sender, last?.addresses],
      [bounce?.notification, '', ['alice@home.test']],
    );
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('are not sent for the null reverse-path', async () => {
    await using rig = await createRig({
      script: () => REFUSED,
      retry: { delaysMs: [HOUR], expireMs: 5 * HOUR, warnAfterMs: 0 },
    });
    const id = await rig.submit({ sender: '' });
    await rig.settled();
    assert.deepEqual(rig.notices, []);
    assert.deepEqual(rig.told('bounce.suppressed'), [{ id, recipients: 1 }]);
    rig.courier.script = () => LATER;
    await rig.submit({ sender: '' });
    await rig.pass(6 * HOUR);
    assert.deepEqual(rig.notices, []);
    assert.equal(rig.told('bounce.suppressed').length, 2);
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('that fail themselves cause no other', async () => {
    await using rig = await createRig({ script: () => REFUSED });
    await rig.submit({});
    await rig.settled();
    assert.equal(rig.notices.length, 1);
    assert.equal(rig.told('bounce.suppressed').length, 1);
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('for a sender that cannot be reached by any route are dropped, and that is said', async () => {
    await using rig = await createRig({ script: () => REFUSED });
    const id = await rig.submit({ sender: 'alice@none.test' });
    await rig.settled();
    assert.deepEqual(rig.told('bounce.unroutable'), [
      { id, recipient: 'alice@none.test', reason: 'nowhere' },
    ]);
    assert.deepEqual(rig.notices, []);
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('come once when 48 hours have passed', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.endsWith('@home.test') ? ACCEPTED : LATER),
      retry: { delaysMs: [15 * MINUTE, 4 * HOUR], expireMs: 48 * HOUR, warnAfterMs: undefined },
    });
    await rig.submit({});
    await rig.pass(48 * HOUR - 1);
    assert.equal(rig.notices.length, 0);
    await rig.pass(1);
    assert.deepEqual(
      rig.notices.map(({ kind, recipients: [{ status, expired, reply }] }) => [kind, status, expired, reply]),
      [['failure', '4.4.7', true, '451 4.3.0 try later']],
    );
    await rig.pass(48 * HOUR);
    assert.equal(rig.notices.length, 1);
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('warn of a delay once for each recipient', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.endsWith('@home.test') ? ACCEPTED : LATER),
      retry: { delaysMs: [HOUR], expireMs: 48 * HOUR, warnAfterMs: 4 * HOUR },
    });
    const receivedAt = rig.time.clock.now();
    await rig.submit({ recipients: ['1@a.test', '2@a.test', '3@b.test'] });
    await rig.pass(20 * HOUR);
    assert.deepEqual(
      rig.notices.map(({ kind, triedAt, retryUntil, recipients }) => [
        kind,
        (triedAt - receivedAt) / HOUR,
        (retryUntil - receivedAt) / HOUR,
        recipients.map(({ address, expired }) => [address, expired]),
      ]),
      [
        [
          'delay',
          4,
          48,
          [
            ['1@a.test', false],
            ['2@a.test', false],
          ],
        ],
        ['delay', 4, 48, [['3@b.test', false]]],
      ],
    );
    const [left] = await rig.spool.all();
    assert.deepEqual(
      left?.recipients.map(({ warned }) => warned),
      [true, true, true],
    );
  });

  test('that cannot be written for a bug lose no mail', async () => {
    await using rig = await createRig({
      script: () => REFUSED,
      notify: {
        compose: () => {
          throw new Error('a bug of the composer');
        },
      },
    });
    await rig.submit({});
    await rig.settled();
    assert.match(rig.told('schedule.bug')[0]?.error ?? '', /a bug of the composer/);
    const [left] = await rig.spool.all();
    assert.deepEqual(
      [left?.recipients[0]?.attempts, left?.recipients[0]?.lastReply],
      [1, 'internal error, see the log'],
    );
    await rig.pass(3 * HOUR);
    assert.equal(rig.courier.made.length, 1);
    assert.deepEqual(rig.failures, []);
  });
});

describe('routing', () => {
  test('a recipient without a route waits until a reload brings one', async () => {
    await using rig = await createRig({ script: () => ACCEPTED });
    await rig.submit({ recipients: ['u@none.test'] });
    await rig.settled();
    assert.equal(rig.courier.made.length, 0);
    assert.deepEqual(
      rig.told('recipient.deferred').map(({ status, reply, target }) => [status, reply, target]),
      [['4.4.4', 'no route: nowhere', '']],
    );
    rig.scheduler.reconfigure({ targetOf: () => ({ kind: 'mx', domain: 'new.test' }) });
    await rig.pass(15 * MINUTE);
    assert.equal(rig.courier.made[0]?.destination, 'mx:new.test');
  });

  test('reconfigure() routes anew what waits in memory, and takes over limits at once', async () => {
    await using rig = await createRig({ script: () => 'hang', concurrency: { total: 1, perDestination: 1 } });
    for (let at = 0; at < 4; at += 1) await rig.submit({});
    await rig.settled();
    assert.equal(rig.courier.inFlight, 1);
    rig.scheduler.reconfigure({
      targetOf: () => ({ kind: 'mx', domain: 'new.test' }),
      concurrency: { total: 3, perDestination: 2 },
    });
    await rig.settled();
    assert.deepEqual(
      rig.courier.made.map((made) => made.destination),
      ['mx:a.test', 'mx:new.test', 'mx:new.test'],
    );
    rig.courier.script = () => ACCEPTED;
    rig.courier.letGo();
    await rig.settled();
    assert.deepEqual(rig.courier.most, { total: 3, perDestination: 2 });
    assert.deepEqual(await rig.spool.all(), []);
  });
});

describe('snapshot()', () => {
  test('names the busiest destinations and those out of reach', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.endsWith('@dead.test') ? SILENCE : 'hang'),
      concurrency: { total: 10, perDestination: 1 },
    });
    const now = rig.time.clock.now();
    await rig.submit({ recipients: ['u@dead.test'] });
    await rig.settled();
    for (const name of ['a', 'b', 'b']) await rig.submit({ recipients: [`u@${name}.test`] });
    await rig.settled();
    const snapshot = rig.scheduler.snapshot();
    assert.deepEqual(
      { ...snapshot, bytes: 0 },
      {
        state: 'running',
        messages: 3,
        bytes: 0,
        ready: 1,
        inFlight: 2,
        unreachable: 1,
        destinations: [
          { destination: 'mx:b.test', ready: 1, inFlight: 1, restsUntil: undefined, failures: 0 },
          { destination: 'mx:a.test', ready: 0, inFlight: 1, restsUntil: undefined, failures: 0 },
          { destination: 'mx:dead.test', ready: 0, inFlight: 0, restsUntil: now + MINUTE, failures: 1 },
        ],
      },
    );
    assert.equal(rig.scheduler.snapshot(1).destinations.length, 1);
    assert.equal(rig.scheduler.snapshot(2).destinations.length, 2);
  });
});

test('one message that makes a peer hang up does not stop the others', async () => {
  const lost = answer('deferred', '4.4.2', 'connection lost', 'mail.test [127.0.0.1]:25');
  await using rig = await createRig({
    script: ({ address }) => (address.startsWith('poison') ? 'hang' : ACCEPTED),
    concurrency: { total: 2, perDestination: 2 },
  });
  await rig.submit({ recipients: ['poison@a.test'] });
  await rig.submit({ recipients: ['first@a.test'] });
  await rig.settled();
  rig.courier.script = ({ address }) => (address.startsWith('poison') ? lost : ACCEPTED);
  rig.courier.letGo();
  await rig.settled();
  assert.deepEqual(rig.told('destination.rests'), []);
  await rig.submit({ recipients: ['second@a.test'] });
  await rig.settled();
  assert.equal(rig.told('recipient.delivered').length, 2);
});
