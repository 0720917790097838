/** A disk that fails, files that are damaged or in use, a thread that dies: by real errors, not by stand-ins. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startThread } from './start.ts';
import type { Reply } from './store/wire.ts';
import { append, open, temporaryFolder, until } from './testing/kit.ts';
import { startLimited, startProgram } from './testing/program.ts';

const MIB = 1 << 20;

/** What `testing/limited.ts` reports. */
interface Report {
  readonly large: string;
  readonly durable: readonly string[];
  readonly firstError: string;
  readonly later: object;
  readonly events: readonly (readonly [string, object])[];
}

test('commit() fails for good after an error of the disk, and what was committed is there', async (t) => {
  const folder = await temporaryFolder(t);
  const limited = startLimited('limited', [folder], 2 * MIB);
  await limited.ended;
  const report: Report = JSON.parse(limited.lines[0] ?? assert.fail('no report'));
  assert.equal(report.large, 'full');
  assert.equal(report.firstError, 'failed');
  const failed = { commit: 'failed', empty: 'failed', get: 'failed', body: 'failed', accepts: false };
  assert.deepEqual(report.later, failed);
  assert.deepEqual(
    report.events.filter(([name]) => name === 'spool.failed'),
    [['spool.failed', { name: 'w1', cause: 'disk I/O error' }]],
  );
  assert.ok(report.durable.length > 0);
  await using spool = await open(folder);
  const found = new Set((await spool.list({ limit: 1e6 })).map(({ id }) => String(id)));
  for (const id of report.durable) assert.ok(found.has(id), `${id} was committed`);
});

test('openSpool() refuses a spool that another process works on', async (t) => {
  const folder = await temporaryFolder(t);
  const owner = startProgram('appender', [folder, 'w1']);
  await owner.wrote(1);
  const locked = { name: 'SpoolError', code: 'failed', message: /cannot open the spool.*w1.*locked/ };
  await assert.rejects(open(folder), locked);
  owner.kill();
  await owner.ended;
  await using spool = await open(folder);
  assert.equal(spool.accepts(), true);
});

test('openSpool() refuses a spool that this process has open', async (t) => {
  const folder = await temporaryFolder(t);
  await using first = await open(folder);
  await assert.rejects(open(folder), { name: 'SpoolError', code: 'failed' });
  await append(first);
});

test('openSpool() refuses what is no spool, or of a later version, and leaves it as it is', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'w1.db');
  writeFileSync(path, 'x'.repeat(10_000));
  await assert.rejects(open(folder), { code: 'failed', message: /not a database/ });
  assert.equal(readFileSync(path, 'latin1'), 'x'.repeat(10_000));

  const other = new DatabaseSync(join(folder, 'w2.db'));
  other.exec('CREATE TABLE other (x)');
  other.close();
  await assert.rejects(open(folder, { name: 'w2' }), { code: 'failed', message: /not a spool/ });

  const later = await open(folder, { name: 'w3' });
  await later[Symbol.asyncDispose]();
  const database = new DatabaseSync(join(folder, 'w3.db'));
  database.exec('PRAGMA user_version = 1000');
  database.close();
  await assert.rejects(open(folder, { name: 'w3' }), { code: 'failed', message: /version 1000/ });
});

test('openSpool() refuses a damaged file', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'w1.db');
  const before = await open(folder);
  await Promise.all(Array.from({ length: 200 }, () => append(before)));
  await before[Symbol.asyncDispose]();
  truncateSync(path, statSync(path).size / 2);
  await assert.rejects(open(folder), { name: 'SpoolError', code: 'failed', message: /malformed|corrupt/ });
});

test('openSpool() refuses a folder that it cannot make', async (t) => {
  const folder = join(await temporaryFolder(t), 'file');
  writeFileSync(folder, '');
  await assert.rejects(open(folder), { name: 'SpoolError', code: 'failed', message: /ENOTDIR|EEXIST/ });
});

test('openSpool() refuses a spool file that is a folder', async (t) => {
  const folder = await temporaryFolder(t);
  mkdirSync(join(folder, 'w1.db'));
  await assert.rejects(open(folder), { name: 'SpoolError', code: 'failed', message: /unable to open/ });
});

test('startThread() takes the death of the thread for a failure, and says it once', async (t) => {
  const replies: Reply[] = [];
  const task = { task: 'serve', folder: await temporaryFolder(t), name: 'w1', maxBytes: undefined } as const;
  const program = new URL('./testing/dying.ts', import.meta.url);
  const thread = startThread(task, (reply) => replies.push(reply), program);
  thread.post({ kind: 'close' }, []);
  await until(() => replies.length > 0);
  await thread.terminate();
  assert.deepEqual(replies, [{ kind: 'failed', full: false, cause: 'the spool thread ended with code 7' }]);
});

test('startThread() takes an error at its start for a failure', async (t) => {
  const replies: Reply[] = [];
  const task = { task: 'serve', folder: await temporaryFolder(t), name: 'w1', maxBytes: undefined } as const;
  const missing = new URL('./testing/missing.ts', import.meta.url);
  const thread = startThread(task, (reply) => replies.push(reply), missing);
  await until(() => replies.length > 0);
  await thread.terminate();
  assert.equal(replies.length, 1);
  assert.equal(replies[0]?.kind, 'failed');
});
