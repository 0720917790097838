/** From what sessions and the schedule tell to records. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HistoryStore, openHistory, type HistoryBatch } from '../history/mod.ts';
import { temporaryFolder } from '../history/testing/kit.ts';
import type { RecipientTried, ScheduleEvents } from '../schedule/mod.ts';
import type { EventOf } from '../std/mod.ts';
import { historySink, type WorkerHistory } from './historySink.ts';
import { SupervisorChannel } from './upward.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

interface Told {
  readonly history: WorkerHistory;
  readonly batches: HistoryBatch[];
}

function tell(recorded: () => boolean): Told {
  const batches: HistoryBatch[] = [];
  const supervisor = new SupervisorChannel((sent, whenSent) => {
    if (sent.kind === 'note' && sent.name === 'history' && 'cells' in sent.note) batches.push(sent.note);
    whenSent?.();
  });
  const clock = { now: () => NOW };
  return { history: historySink({ supervisor, recorded, clock, emit: () => undefined }), batches };
}

const TRIED: RecipientTried = {
  id: 'ID1',
  recipient: 'bob@inbound.test',
  sender: 'alice@client.test',
  target: 'inbound.test',
  remote: 'mail.test [192.0.2.1]:25',
  tls: null,
  status: '2.0.0',
  reply: '250 2.0.0 OK',
  attempts: 1,
  queuedMs: 5,
};

const EVENTS: readonly EventOf<ScheduleEvents>[] = [
  ['recipient.deferred', { ...TRIED, nextAttempt: '2026-11-24T13:00:00Z', remote: null }],
  ['recipient.delivered', TRIED],
  ['recipient.failed', { ...TRIED, expired: false }],
  ['recipient.failed', { ...TRIED, expired: true }],
  ['recipient.deleted', { id: 'ID1', recipient: 'bob@inbound.test', sender: 'alice@client.test' }],
  [
    'bounce.queued',
    { id: 'ID1', notification: 'ID2', kind: 'failure', recipient: 'alice@client.test', recipients: 1 },
  ],
  ['queue.held', { id: 'ID1' }],
  ['destination.recovered', { target: 'inbound.test', failures: 3 }],
];

test('tap() passes every event on, and records what becomes of recipients', async (t) => {
  const { history, batches } = tell(() => true);
  const passed: EventOf<ScheduleEvents>[] = [];
  const emit = history.tap((...event) => void passed.push(event));
  for (const event of EVENTS) emit(...event);
  await history.flush();
  assert.deepEqual(passed, EVENTS);

  const folder = temporaryFolder(t);
  {
    const options = { retention: { days: 30, bytes: 1 << 30 }, freeBytes: () => Infinity };
    using store = new HistoryStore({ folder, ...options, clock: { now: () => NOW }, emit: () => undefined });
    for (const batch of batches) store.add(batch);
  }
  using reader = openHistory(folder);
  const [passage, ...others] = reader.byMessage('ID1');
  assert.equal(others.length, 0);
  const tried = { kind: 'attempt', at: NOW, id: 'ID1', recipient: 'bob@inbound.test' } as const;
  const { remote, reply } = TRIED;
  assert.deepEqual(passage?.attempts, [
    { ...tried, outcome: 'deferred', remote: null, reply },
    { ...tried, outcome: 'delivered', remote, reply },
    { ...tried, outcome: 'failed', remote, reply },
    { ...tried, outcome: 'expired', remote, reply },
    { ...tried, outcome: 'deleted', remote: null, reply: '' },
  ]);
  assert.deepEqual(passage.notices, [
    { kind: 'notice', at: NOW, id: 'ID2', about: 'ID1', notice: 'failure', recipient: 'alice@client.test' },
  ]);
});

test('historySink() records nothing while nothing is to be recorded', async () => {
  let recorded = false;
  const { history, batches } = tell(() => recorded);
  const emit = history.tap(() => undefined);
  for (const event of EVENTS) emit(...event);
  await history.flush();
  assert.equal(batches.length, 0);
  recorded = true;
  emit('recipient.delivered', TRIED);
  await history.flush();
  assert.equal(batches[0]?.records, 1);
});
