import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const MAIN = new URL('./main.ts', import.meta.url).pathname;

test('main gives its arguments to the command line and ends with its exit code', () => {
  const version = spawnSync(process.execPath, [MAIN, 'version'], { encoding: 'utf8' });
  assert.equal(version.status, 0);
  assert.match(version.stdout, /^postern \d/);
  const wrong = spawnSync(process.execPath, [MAIN, 'versoin'], { encoding: 'utf8' });
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /Did you mean version\?/);
});

test('main ends quietly when nobody reads its answer', async () => {
  const child = spawn(process.execPath, [MAIN, '--help']);
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = await once(child, 'close');
  assert.equal(stderr, '');
  assert.equal(code, 0);
});
