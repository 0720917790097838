import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LogError, createLogger } from './mod.ts';

async function tempFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-observe-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function readLines(file: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

test('createLogger() writes one JSON object a line with time, level, process and fields', async (t) => {
  const file = join(await tempFolder(t), 'log');
  const before = Date.now();
  await using log = createLogger({ level: 'info', file, process: 'worker-1' });
  log.emit('control.changed', { action: 'POST /v1/reload', answer: 'line\r\nbreak "quoted"' });
  await log.flush();
  const [opened, changed] = await readLines(file);
  assert.equal(opened?.['event'], 'log.opened');
  const { time, ...others } = changed ?? {};
  assert.deepEqual(others, {
    level: 'info',
    pid: process.pid,
    process: 'worker-1',
    event: 'control.changed',
    action: 'POST /v1/reload',
    answer: 'line\r\nbreak "quoted"',
  });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(Date.parse(String(time)) >= before);
});

test('createLogger() leaves out what is below the level, and setLevel() changes that', async (t) => {
  const file = join(await tempFolder(t), 'log');
  await using log = createLogger({ level: 'error', file, process: 'supervisor' });
  log.emit('control.listening', { path: 'unseen' });
  log.emit('control.failed', { action: 'GET /v1/status', error: 'seen' });
  log.setLevel('info');
  log.emit('control.listening', { path: 'seen' });
  await log.flush();
  const events = (await readLines(file)).map((line) => line['event']);
  assert.deepEqual(events, ['control.failed', 'control.listening']);
});

test('createLogger() appends to a file that exists and makes it readable for the group only', async (t) => {
  const file = join(await tempFolder(t), 'log');
  for (const process of ['a', 'b']) {
    await using log = createLogger({ level: 'info', file, process });
    log.emit('control.listening', { path: '' });
  }
  const lines = await readLines(file);
  assert.deepEqual(
    lines.map((line) => line['process']),
    ['a', 'a', 'b', 'b'],
  );
  assert.equal((await stat(file)).mode & 0o137, 0);
});

test('createLogger() throws LogError when the file cannot be opened', async (t) => {
  const file = join(await tempFolder(t), 'missing', 'log');
  assert.throws(
    () => createLogger({ level: 'info', file, process: 'a' }),
    (error) => error instanceof LogError && error.message.includes(file) && error.code === 'notWritable',
  );
});

test('reopen() goes on in a new file after a rotation, with no line lost', async (t) => {
  const folder = await tempFolder(t);
  const file = join(folder, 'log');
  await using log = createLogger({ level: 'info', file, process: 'a' });
  log.emit('control.listening', { path: 'before' });
  await rename(file, join(folder, 'log.1'));
  await log.reopen();
  log.emit('control.listening', { path: 'after' });
  await log.flush();
  const old = await readLines(join(folder, 'log.1'));
  assert.deepEqual(
    old.map((line) => line['path']),
    [undefined, 'before'],
  );
  const fresh = await readLines(file);
  assert.deepEqual(
    fresh.map((line) => [line['event'], line['path']]),
    [
      ['log.reopened', undefined],
      ['control.listening', 'after'],
    ],
  );
});

test('reopen() stays with the old file and says so when the new one cannot be opened', async (t) => {
  const folder = await tempFolder(t);
  const moved = `${folder}-moved`;
  const file = join(folder, 'log');
  await using log = createLogger({ level: 'info', file, process: 'a' });
  await rename(folder, moved);
  try {
    await log.reopen();
    log.emit('control.listening', { path: 'after' });
    await log.flush();
    const events = (await readLines(join(moved, 'log'))).map((line) => line['event']);
    assert.deepEqual(events, ['log.opened', 'log.reopenFailed', 'control.listening']);
  } finally {
    await rename(moved, folder);
  }
});

test('createLogger() has written every line when the process exits', async (t) => {
  const file = join(await tempFolder(t), 'log');
  const script = `
    import { createLogger } from ${JSON.stringify(new URL('./mod.ts', import.meta.url).href)};
    const log = createLogger({ level: 'info', file: process.argv[1], process: 'a' });
    for (let n = 0; n < 2000; n += 1) log.emit('control.listening', { path: String(n) });
    process.exit(0);`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, file], {
    encoding: 'utf8',
  });
  assert.equal(child.stderr, '');
  const lines = await readLines(file);
  assert.deepEqual(new Set(lines.slice(1).map((line) => line['path'])).size, 2000);
});

test('createLogger() writes to standard output when no file is named', () => {
  const script = `
    import { createLogger } from ${JSON.stringify(new URL('./mod.ts', import.meta.url).href)};
    const log = createLogger({ level: 'info', file: undefined, process: 'a' });
    log.emit('control.listening', { path: 'x' });`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  assert.equal(child.stderr, '');
  const events = child.stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line)['event']);
  assert.deepEqual(events, ['log.opened', 'control.listening']);
});
