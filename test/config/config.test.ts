/**
 * Configurations as an administrator writes them. `bad/X.yaml` has exactly the problems of `bad/X.txt`, `good/X.yaml` is
 * read as `good/X.json`.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compilePolicy } from '../../src/policy/mod.ts';
import { formatProblems, parseConfig, policySource } from '../../src/config/mod.ts';
import { plain } from './plain.ts';

const BAD = join(import.meta.dirname, 'bad');
const GOOD = join(import.meta.dirname, 'good');

function cases(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length));
}

test('bad configurations: there are as many files as there were', () => {
  assert.ok(cases(BAD).length >= 220);
  assert.equal(readdirSync(BAD).length, 2 * cases(BAD).length);
});

for (const name of cases(BAD)) {
  test(`bad configuration ${name} has its problems and no others`, () => {
    const text = readFileSync(join(BAD, `${name}.yaml`), 'utf8');
    const expected = readFileSync(join(BAD, `${name}.txt`), 'utf8');
    const reading = parseConfig(text, 'postern.yaml');
    assert.ok('problems' in reading, 'it was accepted');
    assert.equal(`${formatProblems(reading.problems, { color: false })}\n`, expected);
  });
}

for (const name of cases(GOOD)) {
  test(`good configuration ${name} is read as it is meant`, () => {
    const text = readFileSync(join(GOOD, `${name}.yaml`), 'utf8');
    const expected: unknown = JSON.parse(readFileSync(join(GOOD, `${name}.json`), 'utf8'));
    const reading = parseConfig(text, 'postern.yaml', { folder: '/etc/postern', cores: 4 });
    assert.ok('config' in reading, 'it was refused');
    assert.deepEqual(plain(reading.config), expected);
    assert.deepEqual(structuredClone(reading.config), reading.config);
    compilePolicy(policySource(reading.config));
  });
}
