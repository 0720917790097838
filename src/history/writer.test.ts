/** The supervisor's end: everything that was taken is on the disk when it ends, and what cannot be taken is counted. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packRecords } from './batch.ts';
import {
  decision,
  decisionsIn,
  eventLog,
  RETENTION,
  standingClock,
  temporaryFolder,
  until,
} from './testing/kit.ts';
import { startWriter } from './writer.ts';

function batch(session: string, records = 1): ReturnType<typeof packRecords> {
  return packRecords(Array.from({ length: records }, () => decision({ session, at: Date.now() })));
}

test('startWriter() writes what it was given before it ends', async (t) => {
  const folder = temporaryFolder(t);
  const events = eventLog();
  {
    await using writer = startWriter({ folder, retention: RETENTION, emit: events.emit });
    for (let count = 0; count < 300; count += 1) writer.write(batch(String(count), 10));
  }
  assert.equal(decisionsIn(folder).length, 3000);
  assert.deepEqual(events.seen, []);
});

test('startWriter() commits by itself, a moment later', async (t) => {
  const folder = temporaryFolder(t);
  await using writer = startWriter({ folder, retention: RETENTION, emit: () => undefined });
  writer.write(batch('one'));
  await until(() => decisionsIn(folder).length === 1);
  writer.write(batch('two'));
  await until(() => decisionsIn(folder).length === 2);
});

test('write() lets go of what the thread cannot take in time, and says so', async (t) => {
  const folder = temporaryFolder(t);
  const events = eventLog();
  const large = batch('s', 20_000);
  {
    await using writer = startWriter({ folder, retention: RETENTION, emit: events.emit });
    // Nothing is heard from the thread before this turn ends: two are within 50,000, the third is not, one of 10,000 is again.
    for (let count = 0; count < 3; count += 1) writer.write(large);
    writer.write(batch('s', 10_000));
    writer.write(batch('s', 1));
    await until(() => decisionsIn(folder).length === 50_000);
    writer.write(batch('s', 2));
  }
  assert.equal(decisionsIn(folder).length, 50_002);
  assert.deepEqual(
    events.seen.map(([name, fields]) => [name, fields]),
    [
      ['history.dropped', { records: 20_000 }],
      ['history.dropped', { records: 1 }],
    ],
  );
});

test('retain() ends the record with `off`, and begins it again', async (t) => {
  const folder = join(temporaryFolder(t), 'history');
  const events = eventLog();
  {
    await using writer = startWriter({ folder, retention: 'off', emit: events.emit });
    writer.write(batch('off'));
    writer.retain(RETENTION);
    writer.write(batch('on'));
    writer.retain('off');
    writer.write(batch('off again'));
    writer.retain(RETENTION);
    writer.retain({ ...RETENTION, days: 7 });
    await until(() => {
      writer.write(batch('last'));
      return decisionsIn(folder).some(({ session }) => session === 'last');
    });
  }
  const sessions = new Set(decisionsIn(folder).map(({ session }) => session));
  assert.deepEqual([...sessions], ['on', 'last']);
  assert.ok(events.names().every((name) => name === 'history.dropped'));
});

test('startWriter() with `off` makes no folder', async (t) => {
  const folder = join(temporaryFolder(t), 'history');
  const events = eventLog();
  {
    await using writer = startWriter({ folder, retention: 'off', emit: events.emit });
    writer.write(batch('off'));
  }
  assert.ok(!existsSync(folder));
  assert.deepEqual(events.seen, [], 'nobody misses it');
});

test('write() outlives a thread that dies: what it had is counted, and the next is started ten seconds later', async (t) => {
  const folder = temporaryFolder(t);
  const events = eventLog();
  const clock = standingClock();
  const program = new URL('./testing/dying.ts', import.meta.url);
  await using writer = startWriter({ folder, retention: RETENTION, emit: events.emit, clock, program });
  writer.write(batch('one', 3));
  await until(() => events.seen.length === 2);
  assert.deepEqual(events.seen, [
    ['history.failed', { error: 'a bug' }],
    ['history.dropped', { records: 3 }],
  ]);
  clock.set(clock.now() + 9_999);
  writer.write(batch('two'));
  assert.equal(events.seen.length, 2, 'no thread, and no second event so soon');
  clock.set(clock.now() + 1);
  writer.write(batch('three', 4));
  await until(() => events.names().filter((name) => name === 'history.failed').length === 2);
});

test('startWriter() tells that nothing can be written where no folder can be, and ends all the same', async (t) => {
  const folder = join(temporaryFolder(t), 'history');
  writeFileSync(folder, 'a file where the folder should be');
  const events = eventLog();
  {
    await using writer = startWriter({ folder, retention: RETENTION, emit: events.emit });
    writer.write(batch('one'));
  }
  assert.deepEqual(events.names(), ['history.failed', 'history.dropped']);
});
