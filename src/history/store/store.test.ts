/** The writer's side: when segments begin and go, and what becomes of records when the disk refuses. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { packRecords } from '../batch.ts';
import { openHistory } from '../read/history.ts';
import {
  allDecisions,
  DAY,
  decision,
  decisionsIn,
  eventLog,
  NOW,
  openStore,
  standingClock,
  temporaryFolder,
} from '../testing/kit.ts';
import { segmentFile, surplus, type SizedSegment } from './folder.ts';
import { segmentBytes } from './store.ts';

function databases(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.db'))
    .sort();
}

/** Decisions with texts of their own, so that they take room. */
function bulk(count: number, from = 0): ReturnType<typeof packRecords> {
  return packRecords(
    Array.from({ length: count }, (_, index) =>
      decision({ session: `s-${from + index}`, helo: `${from + index}.`.padEnd(200, 'x') }),
    ),
  );
}

test('HistoryStore begins a segment for each day, and keeps days for as long as it is told', (t) => {
  const folder = temporaryFolder(t);
  const clock = standingClock();
  const events = eventLog();
  using store = openStore(folder, { clock, emit: events.emit, retention: { days: 2, bytes: 1 << 30 } });
  for (let day = 0; day < 5; day += 1) {
    clock.set(NOW + day * DAY);
    store.add(packRecords([decision({ session: `s-${day}`, at: clock.now() })]));
    store.commit();
  }
  store.tidy();
  // Today, yesterday, the day before: each of their records is less than two whole days old, or may be.
  assert.deepEqual(databases(folder), [
    '00000003-2026-11-26.db',
    '00000004-2026-11-27.db',
    '00000005-2026-11-28.db',
  ]);
  assert.deepEqual(
    decisionsIn(folder).map(({ session }) => session),
    ['s-2', 's-3', 's-4'],
  );
  assert.deepEqual(events.names(), ['history.segmentRemoved', 'history.segmentRemoved']);

  clock.set(NOW + 30 * DAY);
  store.tidy();
  assert.deepEqual(databases(folder), []);
});

test('surplus() lets a record go only when it is older than the days', () => {
  const sized = fc
    .record({ age: fc.nat(40), octets: fc.nat(100) })
    .map(({ age, octets }): SizedSegment => ({ ...segmentFile('.', 1, NOW - age * DAY), octets }));
  fc.assert(
    fc.property(fc.array(sized), fc.integer({ min: 1, max: 30 }), (segments, days) => {
      const gone = surplus(segments, { days, bytes: Infinity }, NOW);
      for (const segment of segments) {
        const youngest = segment.day + DAY - 1;
        assert.equal(gone.includes(segment), NOW - youngest > days * DAY);
      }
    }),
  );
});

test('surplus() lets the oldest go until the others fit, and no more', () => {
  const sized = fc.nat(100).map((octets): SizedSegment => ({ ...segmentFile('.', 1, NOW), octets }));
  fc.assert(
    fc.property(fc.array(sized, { maxLength: 20 }), fc.nat(500), (segments, bytes) => {
      const gone = surplus(segments, { days: 30, bytes }, NOW);
      assert.deepEqual(gone, segments.slice(0, gone.length));
      const size = (some: readonly SizedSegment[]): number =>
        some.reduce((sum, { octets }) => sum + octets, 0);
      assert.ok(size(segments.slice(gone.length)) <= bytes);
      if (gone.length > 0) assert.ok(size(segments.slice(gone.length - 1)) > bytes);
    }),
  );
});

test('HistoryStore stays within its size, and drops the oldest', (t) => {
  const folder = temporaryFolder(t);
  const events = eventLog();
  const retention = { days: 30, bytes: 3 << 20 };
  assert.equal(segmentBytes(retention), 512 << 10);
  {
    using store = openStore(folder, { emit: events.emit, retention });
    for (let round = 0; round < 30; round += 1) {
      store.add(bulk(1000, round * 1000));
      store.commit();
      const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
      // The log of the segment that is written may be as large as the segment again.
      assert.ok(sizes.reduce((sum, size) => sum + size, 0) < retention.bytes + (1 << 20), String(sizes));
    }
  }
  assert.ok(events.names().length > 5 && events.names().every((name) => name === 'history.segmentRemoved'));
  const left = decisionsIn(folder);
  assert.equal(left.at(-1)?.session, 's-29999');
  assert.ok(left.length > 2000 && left.length < 30_000, `${left.length} are left`);
});

test('retain() removes at once what is beyond the new retention', (t) => {
  const folder = temporaryFolder(t);
  const clock = standingClock();
  using store = openStore(folder, { clock });
  for (let day = 0; day < 4; day += 1) {
    clock.set(NOW + day * DAY);
    store.add(bulk(2000));
  }
  store.commit();
  assert.equal(databases(folder).length, 4);
  store.retain({ days: 1, bytes: 1 << 30 });
  assert.deepEqual(databases(folder), ['00000003-2026-11-26.db', '00000004-2026-11-27.db']);
  store.retain({ days: 1, bytes: 600 << 10 });
  assert.deepEqual(databases(folder), ['00000004-2026-11-27.db'], 'the one that is written stays');
});

test('HistoryStore goes on with the segment of today after a restart, for its owner alone', (t) => {
  const folder = join(temporaryFolder(t), 'history');
  for (let start = 0; start < 3; start += 1) {
    using store = openStore(folder);
    store.add(packRecords([decision({ session: `s-${start}` }), decision({ session: 's' })]));
  }
  assert.deepEqual(
    decisionsIn(folder).map(({ session }) => session),
    ['s-0', 's', 's-1', 's', 's-2', 's'],
  );
  assert.deepEqual(databases(folder), ['00000001-2026-11-24.db']);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
});

test('HistoryStore can be read while it is written', (t) => {
  const folder = temporaryFolder(t);
  using store = openStore(folder);
  store.add(packRecords([decision({ session: 'one' })]));
  store.commit();
  using reader = openHistory(folder);
  assert.deepEqual(
    allDecisions(reader).map(({ session }) => session),
    ['one'],
  );
  store.add(packRecords([decision({ session: 'two' })]));
  assert.equal(allDecisions(reader).length, 1, 'it was read before it was committed');
  store.commit();
  assert.equal(allDecisions(reader).length, 2);
  assert.deepEqual(reader.problems, []);
});

test('HistoryStore tells once that it cannot write for want of room, counts what is lost, and recovers', (t) => {
  const folder = temporaryFolder(t);
  const clock = standingClock();
  const events = eventLog();
  const options = { clock, emit: events.emit };
  {
    using store = openStore(folder, { ...options, maxBytes: 400 << 10 });
    store.add(bulk(100));
    store.commit();
    // SQLITE_FULL: more than fits. The whole transaction goes, and nothing that was committed.
    store.add(bulk(3000, 100));
    assert.deepEqual(events.names(), ['history.failed']);
    store.add(bulk(10));
    store.commit();
    clock.set(clock.now() + 9_999);
    store.add(bulk(10));
    store.commit();
    assert.deepEqual(events.names(), ['history.failed'], 'it is told once, and nothing is tried at once');
    clock.set(clock.now() + 1);
    store.add(packRecords([decision({ session: 'after' })]));
    store.commit();
    assert.deepEqual(events.seen.at(-1), ['history.recovered', { records: 3020 }]);
  }
  const sessions = decisionsIn(folder).map(({ session }) => session);
  assert.equal(sessions.length, 101);
  assert.equal(sessions.at(-1), 'after');
});

test('HistoryStore leaves the last of the disk to the spool', (t) => {
  const folder = temporaryFolder(t);
  const clock = standingClock();
  const events = eventLog();
  let free = (128 << 20) - 1;
  using store = openStore(folder, { clock, emit: events.emit, freeBytes: () => free });
  store.add(bulk(2));
  store.commit();
  assert.deepEqual(events.names(), ['history.failed']);
  clock.set(clock.now() + 10_000);
  store.add(bulk(3));
  store.commit();
  assert.deepEqual(events.names(), ['history.failed'], 'it is told once, however often it is tried');
  free += 1;
  clock.set(clock.now() + 10_000);
  store.add(bulk(1));
  store.commit();
  assert.deepEqual(events.seen.slice(1), [['history.recovered', { records: 5 }]]);
  assert.equal(decisionsIn(folder).length, 1);
});

test('HistoryStore says when it ends how much it never wrote', (t) => {
  const events = eventLog();
  {
    using store = openStore(temporaryFolder(t), { emit: events.emit, freeBytes: () => 0 });
    store.add(bulk(7));
  }
  assert.deepEqual(events.seen.at(-1), ['history.dropped', { records: 7 }]);
});

test('HistoryStore sets a damaged segment aside, and begins another', (t) => {
  const whole = temporaryFolder(t);
  {
    using store = openStore(whole);
    store.add(bulk(500));
  }
  const [name = ''] = databases(whole);
  const octets = readFileSync(join(whole, name));
  const foreign = temporaryFolder(t);
  {
    using other = new DatabaseSync(join(foreign, 'x.db'));
    other.exec('CREATE TABLE x (y); PRAGMA application_id = 7');
  }
  const damages: Readonly<Record<string, Buffer>> = {
    'torn off': octets.subarray(0, octets.length - 8192),
    'no database': Buffer.from('this is no database, and long enough to be taken for one'.repeat(40)),
    'zeroes in the midst': Buffer.concat([
      octets.subarray(0, 8192),
      Buffer.alloc(octets.length - 12_288),
      octets.subarray(-4096),
    ]),
    'another program’s': readFileSync(join(foreign, 'x.db')),
  };
  for (const [damage, content] of Object.entries(damages)) {
    const folder = temporaryFolder(t);
    const path = join(folder, name);
    writeFileSync(path, content);
    const events = eventLog();
    {
      using store = openStore(folder, { emit: events.emit });
      store.add(packRecords([decision({ session: 'after' })]));
    }
    assert.deepEqual(events.names(), ['history.setAside'], damage);
    assert.deepEqual(readFileSync(`${path}.damaged`), content, damage);
    assert.deepEqual(databases(folder), ['00000002-2026-11-24.db'], damage);
    assert.deepEqual(
      decisionsIn(folder).map(({ session }) => session),
      ['after'],
      damage,
    );
  }
});

test('HistoryStore leaves a segment of another version as it is, and the reader names it', (t) => {
  const folder = temporaryFolder(t);
  {
    using store = openStore(folder);
    store.add(packRecords([decision({ session: 'later version' })]));
  }
  const [name = ''] = databases(folder);
  {
    using segment = new DatabaseSync(join(folder, name));
    segment.exec('PRAGMA user_version = 99');
  }
  const events = eventLog();
  {
    using store = openStore(folder, { emit: events.emit });
    store.add(packRecords([decision({ session: 'ours' })]));
  }
  assert.deepEqual(events.names(), []);
  using reader = openHistory(folder);
  assert.deepEqual(
    allDecisions(reader).map(({ session }) => session),
    ['ours'],
  );
  assert.deepEqual(reader.problems, [
    { path: join(folder, name), error: 'the file has version 99, and this program reads 1' },
  ]);
});

test('openHistory() leaves out what is damaged in the midst of it, and gives the rest', (t) => {
  const folder = temporaryFolder(t);
  const clock = standingClock();
  {
    using store = openStore(folder, { clock });
    for (let day = 0; day < 3; day += 1) {
      clock.set(NOW + day * DAY);
      store.add(packRecords([decision({ session: `s-${day}`, at: clock.now() })]));
    }
  }
  const [, second = ''] = databases(folder);
  const octets = readFileSync(join(folder, second));
  writeFileSync(
    join(folder, second),
    Buffer.concat([octets.subarray(0, 4096), Buffer.alloc(octets.length - 4096, 1)]),
  );
  using reader = openHistory(folder);
  assert.deepEqual(
    allDecisions(reader).map(({ session }) => session),
    ['s-0', 's-2'],
  );
  assert.deepEqual(reader.span(), { first: NOW, last: NOW + 2 * DAY });
  assert.equal(reader.bySession('s-1').length, 0);
  assert.equal(reader.bySession('s-2').length, 1);
  assert.deepEqual(
    reader.problems.map(({ path }) => path),
    [join(folder, second)],
  );
});
