import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { adoptSpools } from './adopt.ts';
import type { Spool, SpoolId } from './types.ts';
import { append, eventLog, message, open, sha256, temporaryFolder } from './testing/kit.ts';
import { startProgram } from './testing/program.ts';

const INLINE_LIMIT = 1000;

/** Appends a message with a content of its own, in a file when it is over the bound; resolves to its id. */
async function deposit(spool: Spool, bytes: Buffer): Promise<SpoolId> {
  const id = spool.newId();
  const writer = await spool.openBody(id);
  await writer.write(bytes);
  const body = await writer.finish();
  await spool.commit([{ kind: 'append', message: message({ id, body }) }]);
  return id;
}

async function content(spool: Spool, id: SpoolId): Promise<Buffer | undefined> {
  const body = await spool.body(id);
  return body?.kind === 'file' ? readFileSync(body.path) : body?.bytes;
}

async function idsOf(spool: Spool): Promise<SpoolId[]> {
  return (await spool.list({ limit: 1e6 })).map(({ id }) => id);
}

test('adoptSpools() moves messages with their ids, state and contents', async (t) => {
  const folder = await temporaryFolder(t);
  const own = await open(folder, { name: 'w1' });
  const already = await append(own);
  await own[Symbol.asyncDispose]();
  const orphan = await open(folder, { name: 'w2', inlineLimit: INLINE_LIMIT });
  const small = await deposit(orphan, Buffer.alloc(INLINE_LIMIT, 's'));
  const large = await deposit(orphan, Buffer.alloc(INLINE_LIMIT + 1, 'l'));
  const many = await append(orphan, {
    recipients: ['a@x.example', 'b@x.example', 'c@x.example'],
    asked: { notify: ['delay'], originalRecipient: 'rfc822;a@y.example' },
    envelope: { binary: true, ret: 'full', deliverBy: { at: 9, mode: 'notify', trace: true } },
  });
  await orphan.commit([
    { kind: 'finish', id: many, index: 0 },
    { kind: 'reschedule', id: many, nextAttempt: 77, held: true },
    { kind: 'defer', id: small, index: 0, attempts: 4, nextAttempt: 88, lastReply: '451 no', warned: true },
  ]);
  const before = await orphan.list({ limit: 9 });
  await orphan[Symbol.asyncDispose]();

  const events = eventLog();
  assert.deepEqual(await adoptSpools(folder, 'w1', [], events.emit), ['w2']);
  assert.deepEqual(events.seen, [['spool.adopted', { name: 'w1', from: 'w2', messages: 3 }]]);

  await using adopter = await open(folder, { name: 'w1', emit: events.emit });
  assert.deepEqual(events.named('spool.bodyMissing'), []);
  assert.deepEqual(
    (await adopter.list({ limit: 9 })).filter(({ id }) => id !== already),
    before,
  );
  assert.deepEqual(await idsOf(adopter), [already, small, large, many]);
  assert.equal((await content(adopter, small))?.toString(), 's'.repeat(INLINE_LIMIT));
  assert.equal((await content(adopter, large))?.toString(), 'l'.repeat(INLINE_LIMIT + 1));
  assert.deepEqual(readdirSync(join(folder, 'bodies', 'w2')), []);
  assert.deepEqual(readdirSync(join(folder, 'bodies', 'w1')), [large]);
  assert.equal((await adopter.stats()).messages, 4);
  await adopter.commit([{ kind: 'finish', id: large, index: 0 }]);
  await append(adopter);

  // What was emptied can be used again by a worker of that name.
  await using again = await open(folder, { name: 'w2' });
  assert.deepEqual(await idsOf(again), []);
  await append(again);
});

test('adoptSpools() gives the room of what it moved back', async (t) => {
  const folder = await temporaryFolder(t);
  const orphan = await open(folder, { name: 'w2' });
  await append(orphan, { body: Buffer.alloc(3_000_000) });
  await orphan[Symbol.asyncDispose]();
  assert.ok(statSync(join(folder, 'w2.db')).size > 3_000_000);
  await adoptSpools(folder, 'w1', []);
  assert.ok(statSync(join(folder, 'w2.db')).size < 100_000);
});

test('adoptSpools() leaves the spools of live workers and its own alone', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['w1', 'w2', 'w3']) {
    const spool = await open(folder, { name });
    await append(spool);
    await spool[Symbol.asyncDispose]();
  }
  assert.deepEqual(await adoptSpools(folder, 'w1', ['w1', 'w3']), ['w2']);
  await using spool = await open(folder, { name: 'w3' });
  assert.equal((await spool.stats()).messages, 1);
});

test('adoptSpools() with nothing to adopt does nothing, also where there is no folder', async (t) => {
  const folder = await temporaryFolder(t);
  assert.deepEqual(await adoptSpools(join(folder, 'missing'), 'w1', []), []);
  assert.deepEqual(readdirSync(folder), []);
  await (await open(folder, { name: 'w2' }))[Symbol.asyncDispose]();
  const events = eventLog();
  assert.deepEqual(await adoptSpools(folder, 'w1', [], events.emit), []);
  assert.deepEqual(events.seen, []);
});

test('adoptSpools() leaves a spool alone that another process works on', async (t) => {
  const folder = await temporaryFolder(t);
  const owner = startProgram('appender', [folder, 'w2']);
  await owner.wrote(1);
  const events = eventLog();
  assert.deepEqual(await adoptSpools(folder, 'w1', [], events.emit), []);
  owner.kill();
  await owner.ended;
  const cause = 'database is locked';
  assert.deepEqual(events.seen, [['spool.adoptionFailed', { name: 'w1', from: 'w2', messages: 0, cause }]]);
  assert.deepEqual(await adoptSpools(folder, 'w1', []), ['w2']);
});

test('adoptSpools() goes on after a spool that it cannot read, and reports it', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'a.db');
  writeFileSync(path, 'x'.repeat(5000));
  const orphan = await open(folder, { name: 'b' });
  await append(orphan);
  await orphan[Symbol.asyncDispose]();
  const events = eventLog();
  assert.deepEqual(await adoptSpools(folder, 'w1', [], events.emit), ['b']);
  const cause = 'file is not a database';
  assert.deepEqual(events.named('spool.adoptionFailed'), [{ name: 'w1', from: 'a', messages: 0, cause }]);
  assert.equal(readFileSync(path, 'latin1'), 'x'.repeat(5000));
});

test('adoptSpools() moves a message whose body file is gone, and opening reports it', async (t) => {
  const folder = await temporaryFolder(t);
  const orphan = await open(folder, { name: 'w2', inlineLimit: 0 });
  const id = await deposit(orphan, Buffer.from('x'));
  await orphan[Symbol.asyncDispose]();
  rmSync(join(folder, 'bodies', 'w2', id));
  assert.deepEqual(await adoptSpools(folder, 'w1', []), ['w2']);
  const events = eventLog();
  await using spool = await open(folder, { name: 'w1', emit: events.emit });
  assert.deepEqual(await idsOf(spool), [id]);
  assert.deepEqual(events.named('spool.bodyMissing'), [{ name: 'w1', id }]);
});

test('adoptSpools() rejects when its own spool is open, and moves nothing', async (t) => {
  const folder = await temporaryFolder(t);
  await using own = await open(folder, { name: 'w1' });
  const orphan = await open(folder, { name: 'w2' });
  await append(orphan);
  await orphan[Symbol.asyncDispose]();
  const refused = {
    name: 'SpoolError',
    code: 'failed',
    message: /cannot adopt into the spool .*w1: .*locked/,
  };
  await assert.rejects(adoptSpools(folder, 'w1', []), refused);
  assert.equal((await own.stats()).messages, 0);
  await append(own);
});

test('adoptSpools() killed at any moment leaves every message in exactly one spool', async (t) => {
  const folder = await temporaryFolder(t);
  const sums = new Map<SpoolId, string>();
  const orphan = await open(folder, { name: 'w2', inlineLimit: INLINE_LIMIT });
  const deposits = Array.from({ length: 1500 }, async (_, count) => {
    const bytes = randomBytes(count % 10 === 0 ? INLINE_LIMIT + 1 : 300);
    sums.set(await deposit(orphan, bytes), sha256(bytes));
  });
  await Promise.all(deposits);
  await orphan[Symbol.asyncDispose]();

  let kills = 0;
  for (let done = false; !done;) {
    const program = startProgram('adopter', [folder, 'w1']);
    await program.wrote(1);
    // The moment is to be random: this waits for nothing. In the end it is given the time it needs.
    if (kills < 12) {
      await pause(randomInt(250));
      program.kill();
      kills += 1;
    }
    await program.ended;
    done = program.lines.includes('D');
    if (done || kills % 3 === 0) await verifyBoth(folder, sums);
  }
  t.diagnostic(`killed ${kills} times`);
  await using adopter = await open(folder, { name: 'w1' });
  assert.equal((await adopter.stats()).messages, sums.size);
});

async function verifyBoth(folder: string, sums: ReadonlyMap<SpoolId, string>): Promise<void> {
  const events = eventLog();
  await using own = await open(folder, { name: 'w1', emit: events.emit });
  await using other = await open(folder, { name: 'w2', emit: events.emit });
  assert.deepEqual(events.named('spool.bodyMissing'), []);
  const [moved, left] = [await idsOf(own), await idsOf(other)];
  assert.deepEqual([...moved, ...left].sort(), [...sums.keys()].sort());
  for (const [spool, ids] of [
    [own, moved],
    [other, left],
  ] as const) {
    for (const id of ids) {
      const bytes = await content(spool, id);
      assert.equal(bytes && sha256(bytes), sums.get(id), `the content of ${id}`);
    }
  }
}
