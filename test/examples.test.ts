/** Every configuration in examples/ is valid, does what its own tests say, and is proved not to be an open relay. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { runCli } from '../src/cli/mod.ts';
import { loadConfig } from '../src/config/mod.ts';
import { systemClock } from '../src/std/mod.ts';

const FOLDER = resolve(import.meta.dirname, '../examples');
const examples = globSync('*.yaml', { cwd: FOLDER }).sort();

async function check(file: string): Promise<{ readonly code: number; readonly said: string }> {
  const stdin = new PassThrough();
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let said = '';
  for (const stream of [stdout, stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  stdin.end();
  const io = { stdin, stdout, stderr, env: {}, cwd: FOLDER, clock: systemClock };
  return { code: await runCli(['check', '-c', file], io), said };
}

test('examples: there are six, and examples/README.md lists each', () => {
  assert.equal(examples.length, 6);
  const readme = readFileSync(resolve(FOLDER, 'README.md'), 'utf8');
  for (const file of examples) assert.ok(readme.includes(`[${file}](${file})`), file);
});

for (const file of examples) {
  test(`examples/${file}: check proves it`, async () => {
    const { code, said } = await check(file);
    assert.equal(code, 0, said);
    assert.match(said, /^Proved\. Not an open relay/);
  });

  test(`examples/${file}: its tests say that strangers stay out`, async () => {
    const loaded = await loadConfig(resolve(FOLDER, file));
    assert.ok('config' in loaded);
    const { tests } = loaded.config;
    assert.ok(tests.some(({ name, expect }) => name === 'strangers stay out' && expect === 'refused'));
    assert.ok(tests.some(({ expect }) => expect !== 'refused'));
  });
}
