import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { commandLine } from './shell.ts';

test('commandLine() leaves plain words alone and quotes the others', () => {
  assert.equal(
    commandLine(['postern', 'explain', '--session', 'w1-1', 'b@other.example']),
    'postern explain --session w1-1 b@other.example',
  );
  assert.equal(commandLine(['a b', '', "it's", '$(id)']), `'a b' '' 'it'\\''s' '$(id)'`);
});

test('commandLine() is split by a shell into the same words', () => {
  const words = fc.array(fc.string({ unit: 'grapheme-ascii' }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(words, (all) => {
      const out = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${commandLine(all)}`], { encoding: 'utf8' });
      assert.deepEqual(out.split('\0').slice(0, -1), all);
    }),
    { numRuns: 20 },
  );
});
