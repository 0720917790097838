/** No unit test is left out, and none runs twice. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { SOURCES, unitTests } from '../kit/units.ts';

test('units: every folder of src/ with unit tests is in exactly one group', async () => {
  const expected: string[] = [];
  for await (const entry of glob('*/', { cwd: SOURCES, withFileTypes: true }))
    if (unitTests(entry.name).length > 0) expected.push(entry.name);
  const grouped: string[] = [];
  for await (const group of glob('*.test.ts', { cwd: import.meta.dirname })) {
    const call = /^units\(([^)]*)\)/m.exec(await readFile(resolve(import.meta.dirname, group), 'utf8'));
    for (const [, folder] of (call?.[1] ?? '').matchAll(/'([^']+)'/g)) grouped.push(folder ?? '');
  }
  assert.ok(expected.length > 20);
  assert.deepEqual(grouped.sort(), expected.sort(), 'each folder must be named in one file of test/units/');
});
