/**
 * Tests the property tests of the policy and of its proof: with a defect seeded into the policy code, one of them fails.
 *
 * Each defect is one textual change in a copy of the sources, so nothing here can touch the sources themselves. A copy
 * without a defect passes the same tests, so it is the defect that makes them fail.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { MUTATIONS } from './mutations.ts';
import type { Mutation } from './mutations.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** All that the policy and the proof are made of. */
const FOLDERS = ['std', 'mail', 'smtp', 'policy', 'proof'];

const copies: string[] = [];
after(() => {
  for (const copy of copies) rmSync(copy, { recursive: true });
});

/** A folder with a copy of the sources, in which tests can be run. */
function copySources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'postern-mutation-'));
  copies.push(copy);
  for (const folder of FOLDERS)
    cpSync(join(ROOT, 'src', folder), join(copy, 'src', folder), { recursive: true });
  cpSync(join(import.meta.dirname, 'fail-fast.ts'), join(copy, 'fail-fast.ts'));
  cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Runs a test file of the copy up to the first test that fails: its name; undefined when all pass. */
async function firstFailure(copy: string, file: string): Promise<string | undefined> {
  const args = ['--import', './fail-fast.ts', '--test-reporter', 'tap', join('src', file)];
  const env = { ...process.env };
  delete env['NODE_TEST_CONTEXT']; // or it would report to us and not in TAP
  const child = spawn(process.execPath, args, { cwd: copy, env });
  let failed: string | undefined;
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    failed ??= /^not ok \d+ - (.*)$/m.exec(output)?.[1];
    if (failed !== undefined) child.kill();
  });
  await once(child, 'close');
  // A mutant that does not even load would prove nothing.
  assert.match(output, /^(?:not )?ok 1 /m, output);
  return failed;
}

async function applied(
  { file, find, replace, test: tested }: Mutation,
  copy: string,
): Promise<string | undefined> {
  const path = join(copy, 'src', file);
  const source = readFileSync(path, 'utf8');
  assert.equal(source.split(find).length, 2, `${file} has the text exactly once: ${find}`);
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  try {
    return await firstFailure(copy, tested);
  } finally {
    writeFileSync(path, source);
  }
}

test('the property tests notice every seeded defect, and nothing without one', async (t) => {
  assert.ok(MUTATIONS.length >= 14);
  const left = [...MUTATIONS];
  const unaltered = [...new Set(MUTATIONS.map((mutation) => mutation.test))];
  const wrong: string[] = [];
  const work = async (): Promise<void> => {
    const copy = copySources();
    for (let file = unaltered.pop(); file !== undefined; file = unaltered.pop()) {
      const failed = await firstFailure(copy, file);
      if (failed !== undefined) wrong.push(`${file} fails without a defect: ${failed}`);
    }
    for (let mutation = left.pop(); mutation !== undefined; mutation = left.pop()) {
      const failed = await applied(mutation, copy);
      if (failed === undefined) wrong.push(`nothing in ${mutation.test} notices: ${mutation.defect}`);
      else t.diagnostic(`${mutation.defect}: ${failed}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
  assert.deepEqual(wrong, []);
});
