/** The worker's end: when batches go, and that memory is bounded when nobody takes them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoryBatch } from './batch.ts';
import { HistorySink } from './sink.ts';
import { decision, eventLog, standingClock } from './testing/kit.ts';

/** A sink whose timers and channel are at the test's hand. */
function bench(): {
  readonly sink: HistorySink;
  readonly sent: HistoryBatch[];
  /** The channel has taken the batch that is under way. */
  readonly taken: () => void;
  /** The moment that records wait for others is over. */
  readonly tick: () => void;
  readonly waiting: () => boolean;
  readonly events: ReturnType<typeof eventLog>;
  readonly clock: ReturnType<typeof standingClock>;
} {
  const events = eventLog();
  const clock = standingClock();
  const sent: HistoryBatch[] = [];
  let done: () => void = () => assert.fail('nothing is under way');
  let timer: (() => void) | undefined;
  const sink = new HistorySink({
    send: (batch, whenSent) => {
      sent.push(batch);
      done = whenSent;
    },
    clock,
    emit: events.emit,
    after: (_milliseconds, work) => {
      timer = work;
      return () => (timer = undefined);
    },
  });
  return {
    sink,
    sent,
    taken: () => done(),
    tick: () => {
      const work = timer ?? assert.fail('nothing waits');
      timer = undefined;
      work();
    },
    waiting: () => timer !== undefined,
    events,
    clock,
  };
}

const sizes = (sent: readonly HistoryBatch[]): readonly number[] => sent.map(({ records }) => records);

test('add() collects for a moment, and sends 500 at once', () => {
  const { sink, sent, tick, taken, waiting } = bench();
  sink.add(decision());
  sink.add(decision());
  assert.deepEqual(sizes(sent), []);
  tick();
  assert.deepEqual(sizes(sent), [2]);
  for (let count = 0; count < 1200; count += 1) sink.add(decision());
  assert.deepEqual(sizes(sent), [2], 'one batch is under way');
  taken();
  assert.deepEqual(sizes(sent), [2, 1200]);
  taken();
  assert.ok(!waiting());
  for (let count = 0; count < 499; count += 1) sink.add(decision());
  assert.equal(sent.length, 2);
  sink.add(decision());
  assert.deepEqual(sizes(sent), [2, 1200, 500]);
  assert.ok(!waiting(), 'the timer of what was sent is off');
});

test('add() lets go of what is beyond 20,000 records or 8 MiB, counts it, and tells now and then', () => {
  const { sink, sent, tick, taken, events, clock } = bench();
  sink.add(decision());
  tick();
  for (let count = 0; count < 20_000 + 5; count += 1) sink.add(decision());
  assert.deepEqual(events.seen, [['history.dropped', { records: 1 }]], 'the first is told at once');
  clock.set(clock.now() + 10_000);
  sink.add(decision());
  assert.deepEqual(events.seen.slice(1), [['history.dropped', { records: 5 }]]);
  taken();
  assert.deepEqual(sizes(sent), [1, 20_000]);
  taken();

  const long = 'x'.repeat(1 << 20);
  sink.add(decision());
  tick();
  for (let count = 0; count < 10; count += 1) sink.add(decision({ helo: `${count}${long}` }));
  taken();
  tick();
  assert.deepEqual(sizes(sent), [1, 20_000, 1, 4], '2 MiB each in memory: the fourth reaches the bound');
});

test('flush() resolves when everything was sent, and tells what was let go', async () => {
  const { sink, sent, tick, taken, events } = bench();
  sink.add(decision());
  tick();
  for (let count = 0; count < 20_003; count += 1) sink.add(decision());
  let flushed = false;
  const flushing = sink.flush().then(() => (flushed = true));
  assert.deepEqual(sizes(sent), [1]);
  taken();
  await Promise.resolve();
  assert.ok(!flushed, 'the rest is under way');
  taken();
  await flushing;
  assert.deepEqual(sizes(sent), [1, 20_000]);
  assert.deepEqual(
    events.seen.map(([, fields]) => fields),
    [{ records: 1 }, { records: 2 }],
  );
});

test('flush() of nothing resolves at once', async () => {
  const { sink, sent } = bench();
  await sink.flush();
  assert.deepEqual(sent, []);
});
