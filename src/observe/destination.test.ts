import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDestination } from './destination.ts';

test('openDestination() drops what does not fit and reports how many lines', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-observe-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'log');
  const reports: number[] = [];
  const destination = openDestination({
    file,
    mostWaiting: 5000,
    onDropped: (lines) => reports.push(lines),
  });
  // Nothing can be written before this function returns to the event loop, so all lines have to wait.
  for (let line = 0; line < 200; line += 1) destination.write(`${String(line).padStart(99, ' ')}\n`);
  await destination.close();
  const kept = (await readFile(file, 'utf8')).split('\n').length - 1;
  assert.ok(kept >= 50 && kept < 200, `${kept} lines were kept`);
  assert.deepEqual(reports, [200 - kept]);
});

test('flush() resolves when the disk refuses, and the lines are not forgotten', async () => {
  const destination = openDestination({ file: '/dev/full', onDropped: () => {} });
  destination.write('line\n');
  await destination.flush();
  await destination.flush();
  await destination.close();
});

test('close() closes the file once, however often it is called', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-observe-'));
  t.after(() => rm(folder, { recursive: true }));
  const destination = openDestination({ file: join(folder, 'log'), onDropped: () => {} });
  destination.write('line\n');
  await Promise.all([destination.close(), destination.close()]);
  await destination.close();
  assert.equal(await readFile(join(folder, 'log'), 'utf8'), 'line\n');
});
