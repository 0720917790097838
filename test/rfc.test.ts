/** Holds docs/rfc.tsv against the code: every RFC the code obeys is listed, and what is listed as obeyed is named where it is obeyed. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');

const rows = readFileSync(resolve(ROOT, 'docs/rfc.tsv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .slice(1)
  .map((line) => line.split('\t'));

const listed = new Map(rows.map(([rfc, status]) => [rfc ?? '', status ?? '']));

const named = new Set(
  globSync('src/**/*.ts', { cwd: ROOT }).flatMap((file) =>
    [...readFileSync(resolve(ROOT, file), 'utf8').matchAll(/RFC (\d{3,5})/g)].map((match) => match[1] ?? ''),
  ),
);

test('rfc.tsv: each row has a number, a status, a title and a note', () => {
  for (const row of rows) {
    assert.equal(row.length, 4, row.join('|'));
    assert.match(row[0] ?? '', /^\d+$/);
    assert.match(row[1] ?? '', /^(?:yes|partial|no)$/);
  }
  assert.deepEqual(
    rows.map(([rfc]) => Number(rfc)),
    rows.map(([rfc]) => Number(rfc)).sort((a, b) => a - b),
  );
  assert.equal(listed.size, rows.length, 'each RFC stands once');
});

test('rfc.tsv: lists every RFC that the code names', () => {
  assert.deepEqual([...named].filter((rfc) => !listed.has(rfc)).sort(), []);
});

test('rfc.tsv: what is listed as obeyed is named in the code', () => {
  const unnamed = [...listed]
    .filter(([rfc, status]) => status !== 'no' && !named.has(rfc))
    .map(([rfc]) => rfc);
  assert.deepEqual(unnamed, []);
});
