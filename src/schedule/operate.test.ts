import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ACCEPTED, LATER, SILENCE } from './testing/courier.ts';
import { createRig, until } from './testing/rig.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('retry()', () => {
  test('makes the messages named due now', async () => {
    await using rig = await createRig({ script: () => LATER });
    const first = await rig.submit({ recipients: ['1@a.test'] });
    const second = await rig.submit({ recipients: ['2@a.test'] });
    await rig.settled();
    rig.courier.script = () => ACCEPTED;
    assert.equal(await rig.scheduler.retry([second, rig.spool.newId()]), 1);
    await rig.pass(0);
    assert.deepEqual(
      (await rig.spool.all()).map(({ id }) => id),
      [first],
    );
    assert.deepEqual(rig.told('queue.rescheduled'), [{ messages: 1 }]);
    assert.equal(await rig.scheduler.retry([]), 0);
  });

  test("'all' is every message but those on hold, and ends the rest of unreachable destinations", async () => {
    await using rig = await createRig({
      script: () => SILENCE,
      concurrency: { total: 9, perDestination: 1 },
    });
    for (let at = 0; at < 3; at += 1) await rig.submit({ recipients: [`u@d${at}.test`] });
    const held = await rig.submit({ recipients: ['u@held.test'] });
    await rig.settled();
    await rig.scheduler.hold(held);
    rig.courier.script = () => ACCEPTED;
    assert.equal(await rig.scheduler.retry('all'), 3);
    await rig.pass(0);
    assert.deepEqual(
      (await rig.spool.all()).map(({ id }) => id),
      [held],
    );
    assert.equal(rig.scheduler.snapshot().unreachable, 1);
    assert.equal(await rig.scheduler.retry([held]), 0);
  });

  test('concerns recipients of a message in flight when it has landed', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.startsWith('slow') ? 'hang' : LATER),
    });
    const id = await rig.submit({ recipients: ['slow@a.test', 'u@b.test'] });
    await rig.settled();
    assert.equal(await rig.scheduler.retry([id]), 1);
    await rig.pass(MINUTE);
    assert.equal(rig.courier.made.length, 2);
    rig.courier.script = () => ACCEPTED;
    rig.courier.letGo();
    await rig.pass(0);
    assert.deepEqual(await rig.spool.all(), []);
  });
});

describe('hold() and release()', () => {
  test('keep a message from being tried until it is released', async () => {
    await using rig = await createRig({ script: () => LATER });
    const id = await rig.submit({});
    await rig.settled();
    assert.equal(await rig.scheduler.hold(id), true);
    await rig.pass(HOUR);
    assert.equal(rig.courier.made.length, 1);
    rig.courier.script = () => ACCEPTED;
    assert.equal(await rig.scheduler.release(id), true);
    await rig.pass(0);
    assert.deepEqual(await rig.spool.all(), []);
    assert.deepEqual([rig.told('queue.held'), rig.told('queue.released')], [[{ id }], [{ id }]]);
  });

  test('concern what waits in memory, and an attempt in flight ends as it does', async () => {
    await using rig = await createRig({ script: () => 'hang', concurrency: { total: 1, perDestination: 1 } });
    const flying = await rig.submit({ recipients: ['1@a.test'] });
    const waiting = await rig.submit({ recipients: ['2@a.test'] });
    await rig.settled();
    await rig.scheduler.hold(flying);
    await rig.scheduler.hold(waiting);
    rig.courier.script = () => LATER;
    rig.courier.letGo();
    await rig.pass(HOUR);
    assert.equal(rig.courier.made.length, 1);
    assert.equal(rig.scheduler.snapshot().messages, 0);
    rig.courier.script = () => ACCEPTED;
    await rig.scheduler.release(waiting);
    await rig.scheduler.release(flying);
    await rig.pass(0);
    assert.equal(rig.courier.made.length, 3);
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('change nothing when released before its turn has come', async () => {
    await using rig = await createRig({ script: () => 'hang', concurrency: { total: 1, perDestination: 1 } });
    await rig.submit({ recipients: ['1@a.test'] });
    const waiting = await rig.submit({ recipients: ['2@a.test'] });
    await rig.settled();
    await rig.scheduler.hold(waiting);
    await rig.scheduler.release(waiting);
    rig.courier.script = () => ACCEPTED;
    rig.courier.letGo();
    await rig.pass(0);
    assert.equal(rig.courier.made.length, 2);
    assert.deepEqual(await rig.spool.all(), []);
  });

  test('say so when there is no such message', async () => {
    await using rig = await createRig({ script: () => ACCEPTED });
    const id = rig.spool.newId();
    assert.equal(await rig.scheduler.hold(id), false);
    assert.equal(await rig.scheduler.release(id), false);
    assert.equal(await rig.scheduler.remove(id), false);
    assert.deepEqual(rig.events, []);
  });
});

describe('remove()', () => {
  test('deletes a message without a word to its sender', async () => {
    await using rig = await createRig({ script: () => LATER });
    const id = await rig.submit({ recipients: ['1@a.test', '2@b.test'] });
    await rig.settled();
    const { sender = '' } = (await rig.spool.get(id))?.envelope ?? {};
    assert.equal(await rig.scheduler.remove(id), true);
    assert.deepEqual(await rig.spool.all(), []);
    assert.deepEqual(rig.told('queue.removed'), [{ id }]);
    assert.deepEqual(rig.told('recipient.deleted'), [
      { id, recipient: '1@a.test', sender },
      { id, recipient: '2@b.test', sender },
    ]);
    await rig.pass(HOUR);
    assert.equal(rig.courier.made.length, 2);
    assert.equal(rig.notices.length, 0);
  });

  test('waits for the attempt in flight, and nothing else of the message is started', async () => {
    await using rig = await createRig({ script: () => 'hang', concurrency: { total: 1, perDestination: 1 } });
    const id = await rig.submit({ recipients: ['1@a.test', '2@b.test'] });
    await rig.settled();
    let removed: readonly boolean[] | undefined;
    const removal = (async () => {
      removed = await Promise.all([rig.scheduler.remove(id), rig.scheduler.remove(id)]);
    })();
    // Others go on meanwhile.
    await rig.scheduler.retry('all');
    await rig.settled();
    assert.equal(removed, undefined);
    assert.equal((await rig.spool.all()).length, 1);
    rig.courier.script = () => LATER;
    rig.courier.letGo();
    await removal;
    assert.deepEqual(removed, [true, true]);
    await rig.pass(HOUR);
    assert.deepEqual(await rig.spool.all(), []);
    assert.equal(rig.courier.made.length, 1);
    assert.equal(rig.scheduler.snapshot().messages, 0);
  });

  test('has nothing to delete when the attempt in flight delivered it', async () => {
    await using rig = await createRig({ script: () => 'hang' });
    const id = await rig.submit({});
    await rig.settled();
    const removal = rig.scheduler.remove(id);
    await rig.settled();
    rig.courier.script = () => ACCEPTED;
    rig.courier.letGo();
    assert.equal(await removal, false);
    assert.deepEqual(rig.told('queue.removed'), []);
  });
});

describe('drain()', () => {
  test('lets what is in flight finish and starts nothing more', async () => {
    await using rig = await createRig({ script: () => 'hang', concurrency: { total: 1, perDestination: 1 } });
    await rig.submit({ recipients: ['1@a.test'] });
    await rig.submit({ recipients: ['2@a.test'] });
    await rig.settled();
    let drained = false;
    const drain = rig.scheduler.drain(new AbortController().signal).then(() => (drained = true));
    await rig.submit({ recipients: ['3@a.test'] });
    await rig.settled();
    assert.equal(drained, false);
    rig.courier.script = () => ACCEPTED;
    rig.courier.letGo();
    await drain;
    await rig.pass(HOUR);
    assert.equal(rig.courier.made.length, 1);
    assert.deepEqual(
      (await rig.spool.all()).flatMap(({ recipients }) =>
        recipients.map((each) => [each.address, each.attempts]),
      ),
      [
        ['2@a.test', 0],
        ['3@a.test', 0],
      ],
    );
    assert.equal(rig.scheduler.snapshot().state, 'draining');
  });

  test('aborts at the signal; what was not settled counts as no attempt, what was is recorded', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.startsWith('done') ? ACCEPTED : 'hang'),
    });
    await rig.submit({ recipients: ['done@a.test', 'not@a.test'] });
    await rig.settled();
    const before = await rig.spool.all();
    const abort = new AbortController();
    const drain = rig.scheduler.drain(abort.signal);
    await rig.settled();
    abort.abort();
    await drain;
    const [message] = await rig.spool.all();
    assert.deepEqual(
      message?.recipients,
      before[0]?.recipients.filter(({ address }) => address === 'not@a.test'),
    );
    assert.deepEqual(
      rig.told('recipient.delivered').map(({ recipient }) => recipient),
      ['done@a.test'],
    );
    assert.deepEqual(rig.told('recipient.deferred'), []);
    assert.deepEqual(rig.told('destination.rests'), []);
    assert.deepEqual(rig.failures, []);
  });

  test('waits for messages that are being put off', async () => {
    await using rig = await createRig({ script: () => 'hang', concurrency: { total: 1, perDestination: 1 } });
    for (let at = 0; at < 450; at += 1) await rig.submit({ recipients: [`${at}@a.test`] });
    await rig.settled();
    rig.courier.script = () => SILENCE;
    rig.courier.letGo();
    await until(() => rig.told('destination.rests').length === 1);
    await rig.scheduler.drain(new AbortController().signal);
    assert.equal(rig.spool.pending, 0);
    const due = rig.time.clock.now() + MINUTE;
    const recipients = (await rig.spool.all()).flatMap((message) => message.recipients);
    assert.equal(recipients.filter(({ nextAttempt }) => nextAttempt === due).length, 449);
  });
});
