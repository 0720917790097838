/** What the scheduler does when the disk fails or is full. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SpoolError, type SpoolId } from '../spool/mod.ts';
import { ACCEPTED, answer, LATER, REFUSED } from './testing/courier.ts';
import { createRig, until, type Rig } from './testing/rig.ts';

describe('a spool that fails', () => {
  test('stops everything, aborts what is in flight and asks once for a restart', async () => {
    await using rig = await createRig({
      script: ({ address }) => (address.startsWith('first') ? ACCEPTED : 'hang'),
      concurrency: { total: 3, perDestination: 1 },
    });
    await rig.submit({ recipients: ['hangs@a.test'] });
    await rig.settled();
    await rig.spool[Symbol.asyncDispose]();
    rig.scheduler.offer(...rig.unspooled({ recipients: ['never@a.test'] }));
    rig.scheduler.offer(...rig.unspooled({ recipients: ['first@b.test'] }));
    rig.scheduler.offer(...rig.unspooled({ recipients: ['first@c.test'] }));
    await until(() => rig.failures.length > 0 && rig.courier.inFlight === 0);
    await rig.pass(60_000);
    assert.equal(rig.failures.length, 1);
    assert.ok(rig.failures[0] instanceof SpoolError, String(rig.failures[0]));
    assert.equal(rig.told('schedule.failed').length, 1);
    assert.equal(rig.scheduler.snapshot().state, 'failed');
    assert.ok(rig.courier.made.every(({ addresses }) => addresses[0] !== 'never@a.test'));
    assert.deepEqual(rig.told('recipient.delivered'), []);
    const { messages } = rig.scheduler.snapshot();
    rig.scheduler.offer(...rig.unspooled({}));
    assert.equal(rig.scheduler.snapshot().messages, messages);
  });

  test('is noticed when it cannot be read', async () => {
    await using rig = await createRig({ script: () => ACCEPTED, start: false });
    await rig.spool[Symbol.asyncDispose]();
    rig.scheduler.start();
    await rig.pass(0);
    assert.equal(rig.failures.length, 1);
  });

  test('is noticed when a body cannot be had', async () => {
    await using rig = await createRig({ script: () => ACCEPTED, active: { messages: 10, bytes: 0 } });
    await rig.spool[Symbol.asyncDispose]();
    rig.scheduler.offer(...rig.unspooled({}));
    await until(() => rig.failures.length > 0);
    assert.equal(rig.courier.made.length, 0);
    assert.equal(rig.scheduler.snapshot().inFlight, 0);
  });
});

/**
 * Fills a small database up to its bound, and returns what to remove for making room. The scheduler has looked for due
 * messages before, so that it does not touch these.
 */
async function fill(rig: Rig): Promise<SpoolId[]> {
  await rig.pass(0);
  const fillers: SpoolId[] = [];
  for (let size = 16_384; size > 8; size = Math.floor(size / 2)) {
    for (;;) {
      try {
        fillers.push(await rig.spoolOnly({ recipients: ['filler@none.test'], content: 'x'.repeat(size) }));
      } catch (error) {
        assert.ok(error instanceof SpoolError && error.code === 'full', String(error));
        break;
      }
    }
  }
  return fillers;
}

async function makeRoom(rig: Rig, fillers: readonly SpoolId[]): Promise<void> {
  await rig.spool.commit(fillers.map((id) => ({ kind: 'remove', id })));
}

const SMALL = { maxBytes: 512 << 10, reserveBytes: 0 };

describe('a full disk', () => {
  test('keeps outcomes that cannot be recorded, starts nothing meanwhile, and goes on when there is room', async () => {
    await using rig = await createRig({ script: () => 'hang', spool: SMALL });
    const recipients = Array.from({ length: 100 }, (_, at) => `u${at}@a.test`);
    await rig.submit({ recipients });
    await rig.settled();
    const fillers = await fill(rig);
    rig.courier.script = () => ({ ...LATER, reply: `451 4.3.0 ${'try later '.repeat(50)}` });
    rig.courier.letGo();
    await until(() => rig.told('schedule.stalled').length === 1);
    rig.scheduler.offer(...rig.unspooled({ recipients: ['u@b.test'] }));
    await rig.pass(5_000);
    assert.equal(rig.courier.made.length, 1);
    assert.deepEqual(rig.told('recipient.deferred'), []);
    await makeRoom(rig, fillers);
    rig.courier.script = () => ACCEPTED;
    await rig.pass(1_000);
    assert.equal(rig.told('recipient.deferred').length, 100);
    assert.deepEqual(rig.told('schedule.resumed'), [{ outcomes: 1 }]);
    assert.equal(rig.courier.made.length, 2);
    assert.deepEqual(rig.failures, []);
  });

  test('keeps a notification waiting without stopping deliveries', async () => {
    const content = 'x'.repeat(100_000);
    await using rig = await createRig({ script: () => 'hang', spool: SMALL, notify: { compose: bigNotice } });
    function bigNotice() {
      return { ...rig.message({ sender: '', recipients: ['alice@home.test'], content }) };
    }
    await rig.submit({ recipients: ['bad@a.test', 'late@b.test'] });
    await rig.submit({ recipients: ['good@a.test'] });
    await rig.settled();
    const fillers = await fill(rig);
    rig.courier.script = ({ address }) =>
      address.startsWith('bad')
        ? REFUSED
        : address.startsWith('late')
          ? answer('deferred', '4.3.0', '', 'x')
          : ACCEPTED;
    rig.courier.letGo();
    await until(() => rig.told('recipient.delivered').length === 1);
    await rig.pass(3_000);
    assert.deepEqual(rig.told('schedule.stalled'), []);
    assert.deepEqual(rig.told('recipient.failed'), []);
    await makeRoom(rig, fillers);
    await rig.pass(1_000);
    assert.equal(rig.told('recipient.failed').length, 1);
    assert.equal(rig.told('bounce.queued').length, 1);
    assert.deepEqual(rig.failures, []);
  });

  test('does not keep a drain from ending: what could not be recorded is tried again after the restart', async () => {
    await using rig = await createRig({ script: () => 'hang', spool: SMALL });
    await rig.submit({ recipients: Array.from({ length: 100 }, (_, at) => `u${at}@a.test`) });
    await rig.settled();
    await fill(rig);
    rig.courier.script = () => ({ ...LATER, reply: `451 4.3.0 ${'try later '.repeat(50)}` });
    rig.courier.letGo();
    await until(() => rig.told('schedule.stalled').length === 1);
    const abort = new AbortController();
    const drain = rig.scheduler.drain(abort.signal);
    abort.abort();
    await drain;
    assert.deepEqual(rig.told('recipient.deferred'), []);
    assert.deepEqual(rig.failures, []);
  });
});
