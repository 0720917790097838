/** No room: SQLite's own SQLITE_FULL, by a bound on the file, and free space below the reserve. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpoolError } from './error.ts';
import type { Spool, SpoolId } from './types.ts';
import { append, eventLog, message, open, temporaryFolder, until } from './testing/kit.ts';

const MIB = 1 << 20;

/** Appends until it fails, in batches, and returns what was kept. */
async function fillUp(spool: Spool, size: number): Promise<{ kept: SpoolId[]; error: unknown }> {
  const kept: SpoolId[] = [];
  for (;;) {
    const batch = Array.from({ length: 5 }, () => append(spool, { body: Buffer.alloc(size, 'x') }));
    const outcomes = await Promise.allSettled(batch);
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') kept.push(outcome.value);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) return { kept, error: failed.reason };
  }
}

test('commit() rejects `full` when there is no room, keeps what it took, and recovers by itself', async (t) => {
  const events = eventLog();
  await using spool = await open(await temporaryFolder(t), { maxBytes: 2 * MIB, emit: events.emit });
  const { kept, error } = await fillUp(spool, 30_000);
  assert.ok(error instanceof SpoolError);
  assert.equal(error.code, 'full');
  assert.match(error.message, /database or disk is full/);
  assert.equal(spool.accepts(), false);
  assert.equal(events.named('spool.full').length, 1);
  assert.ok(kept.length > 50, `${kept.length} messages in 2 MiB`);
  assert.equal((await spool.stats()).messages, kept.length);

  const finished = kept.slice(0, 20).map((id) => ({ kind: 'finish', id, index: 0 }) as const);
  await spool.commit(finished);
  await until(() => spool.accepts());
  assert.equal(events.named('spool.recovered').length, 1);
  const late = await append(spool, { body: Buffer.alloc(30_000, 'y') });
  assert.equal((await spool.get(late))?.size, 30_000);
  assert.equal((await spool.stats()).messages, kept.length - 20 + 1);
  assert.equal(events.named('spool.failed').length, 0);
});

test('commit() fails for want of room only for the calls of a batch that need it', async (t) => {
  await using spool = await open(await temporaryFolder(t), { maxBytes: MIB });
  const [first, second] = [await append(spool), await append(spool)];
  const huge = message({ id: spool.newId(), body: Buffer.alloc(3 * MIB) });
  const outcomes = await Promise.allSettled([
    spool.commit([{ kind: 'finish', id: first, index: 0 }]),
    spool.commit([{ kind: 'append', message: huge }]),
    append(spool),
    spool.commit([{ kind: 'finish', id: second, index: 0 }]),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  );
  assert.equal((await spool.stats()).messages, 1);
});

test('commit() of what also takes something away is tried below the reserve', async (t) => {
  const folder = await temporaryFolder(t);
  const before = await open(folder);
  const id = await append(before);
  await before[Symbol.asyncDispose]();

  const events = eventLog();
  await using spool = await open(folder, { reserveBytes: Number.MAX_SAFE_INTEGER, emit: events.emit });
  assert.equal(spool.accepts(), false);
  assert.equal(events.named('spool.full').length, 1);
  await assert.rejects(append(spool), { name: 'SpoolError', code: 'full' });
  await assert.rejects(spool.openBody(spool.newId()), { name: 'SpoolError', code: 'full' });
  const notice = message({ id: spool.newId() });
  await spool.commit([
    { kind: 'finish', id, index: 0 },
    { kind: 'append', message: notice },
  ]);
  assert.deepEqual(
    (await spool.list({ limit: 9 })).map((each) => each.id),
    [notice.id],
  );
});

test('accepts() turns false when the room falls below the reserve, and true again', async (t) => {
  const events = eventLog();
  const options = { maxBytes: 8 * MIB, reserveBytes: 4 * MIB, emit: events.emit };
  await using spool = await open(await temporaryFolder(t), options);
  const kept: SpoolId[] = [];
  while (spool.accepts()) kept.push(await append(spool, { body: Buffer.alloc(100_000) }));
  assert.ok(kept.length >= 39, `${kept.length} messages of 100 kB before 4 MiB were taken`);
  assert.equal(events.named('spool.full').length, 1);
  await spool.commit(kept.map((id) => ({ kind: 'remove', id }) as const));
  await until(() => spool.accepts());
  assert.equal(events.named('spool.recovered').length, 1);
});

test('openSpool() rejects `full` when there is no room even for an empty spool', async (t) => {
  await assert.rejects(open(await temporaryFolder(t), { maxBytes: 4096 }), {
    name: 'SpoolError',
    code: 'full',
  });
});
