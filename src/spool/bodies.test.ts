import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Body, Spool, SpoolId } from './types.ts';
import { append, eventLog, message, open, temporaryFolder, until } from './testing/kit.ts';

const LIMIT = 1000;

async function written(spool: Spool, id: SpoolId, ...chunks: readonly Buffer[]): Promise<Body> {
  const writer = await spool.openBody(id);
  for (const chunk of chunks) await writer.write(chunk);
  return writer.finish();
}

function bodyFiles(folder: string): readonly string[] {
  return readdirSync(join(folder, 'bodies', 'w1'));
}

test('openBody() keeps a content up to the bound in memory, and a larger one in a file', async (t) => {
  const folder = await temporaryFolder(t);
  await using spool = await open(folder, { inlineLimit: LIMIT });
  const atLimit = await written(spool, spool.newId(), Buffer.alloc(LIMIT - 1, 'a'), Buffer.from('b'));
  assert.equal(atLimit.kind, 'memory');
  assert.deepEqual(bodyFiles(folder), []);
  const id = spool.newId();
  const over = await written(spool, id, Buffer.alloc(LIMIT, 'a'), Buffer.from('b'));
  assert.deepEqual(over, { kind: 'file', path: join(folder, 'bodies', 'w1', id), size: LIMIT + 1 });
  assert.deepEqual(bodyFiles(folder), [id]);
});

test('openBody() writes every octet, in chunks of any size, and keeps none of the chunks', async (t) => {
  await using spool = await open(await temporaryFolder(t), { inlineLimit: LIMIT });
  const id = spool.newId();
  const writer = await spool.openBody(id);
  const expected: Buffer[] = [];
  const chunk = Buffer.alloc(200_000);
  for (const [round, size] of [1, 999, 0, 1, 64 << 10, 200_000, 3, 65_537, 10].entries()) {
    chunk.fill(round + 1);
    expected.push(Buffer.alloc(size, round + 1));
    await writer.write(chunk.subarray(0, size));
  }
  const body = await writer.finish();
  assert.equal(body.kind, 'file');
  await spool.commit([{ kind: 'append', message: message({ id, body }) }]);
  assert.deepEqual(await spool.body(id), body);
  assert.ok(readFileSync(body.path).equals(Buffer.concat(expected)));
  assert.equal((await spool.get(id))?.size, Buffer.concat(expected).length);
});

test('openBody() files are for the owner alone, like the folder', async (t) => {
  const folder = join(await temporaryFolder(t), 'new', 'spool');
  await using spool = await open(folder, { inlineLimit: 0 });
  const body = await written(spool, spool.newId(), Buffer.from('secret'));
  assert.equal(body.kind, 'file');
  for (const path of [body.path, folder]) assert.equal(statSync(path).mode & 0o077, 0, path);
});

test('discard() removes an unfinished and a finished file, but none that a commit named', async (t) => {
  const folder = await temporaryFolder(t);
  await using spool = await open(folder, { inlineLimit: 0 });
  const unfinished = await spool.openBody(spool.newId());
  await unfinished.write(Buffer.from('x'));
  assert.equal(bodyFiles(folder).length, 1);
  await unfinished.discard();
  await unfinished.discard();
  assert.deepEqual(bodyFiles(folder), []);

  const finished = await spool.openBody(spool.newId());
  await finished.write(Buffer.from('x'));
  await finished.finish();
  await finished.discard();
  assert.deepEqual(bodyFiles(folder), []);

  const id = spool.newId();
  const named = await spool.openBody(id);
  await named.write(Buffer.from('x'));
  const body = await named.finish();
  await spool.commit([{ kind: 'append', message: message({ id, body }) }]);
  await named.discard();
  assert.deepEqual(bodyFiles(folder), [id]);
});

test('discard() removes the file of a commit that was rejected', async (t) => {
  const folder = await temporaryFolder(t);
  await using spool = await open(folder, { inlineLimit: 0 });
  const known = await append(spool);
  const id = spool.newId();
  const writer = await spool.openBody(id);
  await writer.write(Buffer.from('x'));
  const body = await writer.finish();
  const clash = { kind: 'append', message: message({ id: known }) } as const;
  await assert.rejects(spool.commit([{ kind: 'append', message: message({ id, body }) }, clash]));
  await writer.discard();
  assert.deepEqual(bodyFiles(folder), []);
});

test('a body writer takes nothing more once it is finished or discarded', async (t) => {
  await using spool = await open(await temporaryFolder(t), { inlineLimit: 0 });
  const finished = await spool.openBody(spool.newId());
  await finished.write(Buffer.from('x'));
  await finished.finish();
  await assert.rejects(finished.write(Buffer.from('y')), /is finished already/);
  await assert.rejects(finished.finish(), /is finished already/);
  const discarded = await spool.openBody(spool.newId());
  await discarded.discard();
  await assert.rejects(discarded.write(Buffer.from('y')), /is discarded already/);
});

test('commit() names no file that was not finished here, and none twice', async (t) => {
  const folder = await temporaryFolder(t);
  await using spool = await open(folder, { inlineLimit: 0 });
  const id = spool.newId();
  const path = join(folder, 'bodies', 'w1', id);
  writeFileSync(path, 'foreign');
  const foreign = message({ id, body: { kind: 'file', path, size: 7 } });
  await assert.rejects(spool.commit([{ kind: 'append', message: foreign }]), /has not finished/);
  const other = spool.newId();
  const body = await written(spool, other, Buffer.from('x'));
  const elsewhere = message({ id: spool.newId(), body });
  await assert.rejects(spool.commit([{ kind: 'append', message: elsewhere }]), /has not finished/);
  await spool.commit([{ kind: 'append', message: message({ id: other, body }) }]);
  const again = spool.commit([{ kind: 'append', message: message({ id: other, body }) }]);
  await assert.rejects(again, /has not finished/);
});

test('commit() removes the file with the last recipient or the message', async (t) => {
  const folder = await temporaryFolder(t);
  await using spool = await open(folder, { inlineLimit: 0 });
  const recipients = ['a@x.example', 'b@x.example'];
  const ids = [spool.newId(), spool.newId()];
  for (const id of ids) {
    const body = await written(spool, id, Buffer.from('x'));
    await spool.commit([{ kind: 'append', message: message({ id, body, recipients }) }]);
  }
  const [finished, removed] = ids;
  assert.ok(finished !== undefined && removed !== undefined);
  await spool.commit([{ kind: 'finish', id: finished, index: 0 }]);
  await spool.stats();
  assert.deepEqual(bodyFiles(folder), ids);
  await spool.commit([{ kind: 'finish', id: finished, index: 1 }]);
  // The file goes after the commit; the next answer comes after that.
  await spool.stats();
  assert.deepEqual(bodyFiles(folder), [removed]);
  await spool.commit([{ kind: 'remove', id: removed }]);
  await spool.stats();
  assert.deepEqual(bodyFiles(folder), []);
});

test('openSpool() removes files that no message names, and reports messages whose file is gone', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await open(folder, { inlineLimit: 0 });
  const [kept, lost] = [first.newId(), first.newId()];
  for (const id of [kept, lost]) {
    const body = await written(first, id, Buffer.from('x'));
    await first.commit([{ kind: 'append', message: message({ id, body }) }]);
  }
  const uncommitted = first.newId();
  await written(first, uncommitted, Buffer.from('x'));
  const unfinished = await first.openBody(first.newId());
  await unfinished.write(Buffer.from('x'));
  assert.equal(bodyFiles(folder).length, 4);
  await first[Symbol.asyncDispose]();
  rmSync(join(folder, 'bodies', 'w1', lost));
  const events = eventLog();
  await using second = await open(folder, { emit: events.emit });
  assert.deepEqual(bodyFiles(folder), [kept]);
  assert.deepEqual(events.seen, [
    ['spool.opened', { name: 'w1', messages: 2, recipients: 2, bytes: 2, strayFiles: 2 }],
    ['spool.bodyMissing', { name: 'w1', id: lost }],
  ]);
  await unfinished.discard();
  assert.equal((await second.body(kept))?.kind, 'file');
});

test('commit() reports a file that cannot be removed, and is done all the same', async (t) => {
  const folder = await temporaryFolder(t);
  const events = eventLog();
  await using spool = await open(folder, { inlineLimit: 0, emit: events.emit });
  const id = spool.newId();
  const body = await written(spool, id, Buffer.from('x'));
  await spool.commit([{ kind: 'append', message: message({ id, body }) }]);
  // A folder in place of the file: a plain removal does not take it, whoever we are.
  const path = join(folder, 'bodies', 'w1', id);
  rmSync(path);
  mkdirSync(join(path, 'inside'), { recursive: true });
  await spool.commit([{ kind: 'finish', id, index: 0 }]);
  await until(() => events.named('spool.bodyLeft').length > 0);
  assert.equal(await spool.get(id), undefined);
  assert.ok(existsSync(path));
});

test('finish() that cannot put the file in its place is a failure of the spool', async (t) => {
  const folder = await temporaryFolder(t);
  const events = eventLog();
  const failures: unknown[] = [];
  const onFailed = (error: unknown): void => void failures.push(error);
  await using spool = await open(folder, { inlineLimit: 0, emit: events.emit, onFailed });
  const writer = await spool.openBody(spool.newId());
  await writer.write(Buffer.from('x'));
  rmSync(join(folder, 'bodies', 'w1'), { recursive: true });
  const asked = spool.stats();
  const failed = { name: 'SpoolError', code: 'failed' };
  await assert.rejects(writer.finish(), failed);
  assert.equal(failures.length, 1);
  await Promise.allSettled([asked]);
  await assert.rejects(append(spool), failed);
  await assert.rejects(spool.openBody(spool.newId()), failed);
  assert.equal(spool.accepts(), false);
  assert.equal(events.named('spool.failed').length, 1);
  assert.equal(failures.length, 1);
  await writer.discard();
});

test('write() that cannot make the file fails for this content alone', async (t) => {
  const folder = await temporaryFolder(t);
  const events = eventLog();
  await using spool = await open(folder, { inlineLimit: 0, emit: events.emit });
  const id = spool.newId();
  writeFileSync(join(folder, 'bodies', 'w1', `tmp-${id}`), 'in the way');
  const writer = await spool.openBody(id);
  await assert.rejects(writer.write(Buffer.from('x')), { name: 'SpoolError', code: 'failed' });
  await assert.rejects(writer.write(Buffer.from('y')), /is broken already/);
  await assert.rejects(writer.finish(), /is broken already/);
  await writer.discard();
  await append(spool);
  assert.equal(events.named('spool.failed').length, 0);
});
