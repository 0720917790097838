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

test('docs/running.md explains every restriction that a reply names', () => {
  const running = readFileSync(resolve(ROOT, 'docs/running.md'), 'utf8');
  const source = readFileSync(resolve(ROOT, 'src/policy/reply.ts'), 'utf8');
  const named = [...source.matchAll(/(\w+): prohibited\('([^']+)'\)/g)];
  assert.ok(named.length >= 4);
  for (const [, reason = '', restriction = ''] of named) {
    assert.ok(running.includes(`(restriction: ${restriction})\` | \`${reason}\` |`), reason);
  }
});

test('packaging/postern.service permits the families of addresses that are used', () => {
  const unit = readFileSync(resolve(ROOT, 'packaging/postern.service'), 'utf8');
  const families = /^RestrictAddressFamilies=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? [];
  // os.networkInterfaces() throws without netlink, and so would every delivery by MX.
  assert.deepEqual(families.toSorted(), ['AF_INET', 'AF_INET6', 'AF_NETLINK', 'AF_UNIX']);
});
