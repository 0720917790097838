import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { WorkerChannel } from './ipc.ts';

/** Closes its end of the channel (descriptor 3, the first after the standard ones) without saying so, as a kill does. */
const DYING = `
  import { closeSync, writeFileSync } from 'node:fs';
  process.once('message', (mark) => {
    closeSync(3);
    writeFileSync(mark, '');
    process.exit();
  });
  process.send('ready');`;

test('request() rejects when the worker is gone and nobody has heard of it yet', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-daemon-'));
  t.after(() => rm(folder, { recursive: true }));
  const program = join(folder, 'dying.mjs');
  const mark = join(folder, 'gone');
  await writeFile(program, DYING);
  const child = fork(program, { execArgv: [] });
  await once(child, 'message');
  const channel = new WorkerChannel(child);
  child.send(mark);
  // The event loop stands still meanwhile, so that it cannot have heard.
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(mark)) Atomics.wait(nothing, 0, 0, 5);
  assert.equal(child.connected, true);
  await assert.rejects(channel.request('status', null), /ended before it answered/);
});
