/** What the documents say is there, is there. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');
const documents = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })];

test('documents: every file of the code that they name exists', () => {
  const missing = documents.flatMap((document) =>
    [
      ...readFileSync(resolve(ROOT, document), 'utf8').matchAll(
        /`((?:src|test|bench|scripts|packaging)\/[\w./-]+)`/g,
      ),
    ]
      .map((match) => match[1] ?? '')
      .filter((path) => !existsSync(resolve(ROOT, path)))
      .map((path) => `${document}: ${path}`),
  );
  assert.deepEqual(missing, []);
});

test('documents: every link within the project leads somewhere', () => {
  const broken = documents.flatMap((document) =>
    [...readFileSync(resolve(ROOT, document), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((path) => !existsSync(resolve(ROOT, dirname(document), path)))
      .map((path) => `${document}: ${path}`),
  );
  assert.deepEqual(broken, []);
});

test('documents: flow.md walks through every folder of the spine', () => {
  const flow = readFileSync(resolve(ROOT, 'docs/flow.md'), 'utf8');
  for (const folder of [
    'listener',
    'session',
    'policy',
    'spool',
    'schedule',
    'deliver',
    'bounce',
    'daemon',
  ]) {
    assert.ok(flow.includes(`\`src/${folder}/`), folder);
  }
});
