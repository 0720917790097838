/** Holds the lines of docs/ARCHITECTURE.md: who may import whom, one door a folder, what is pure, how long a file gets. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../src');

const LEAVES = ['std', 'mail', 'smtp', 'dns'];
const SPINE = ['listener', 'session', 'facts', 'policy', 'screen', 'spool', 'schedule', 'deliver', 'bounce'];
const SIDES = [
  'accounts',
  'config',
  'observe',
  'api',
  'proof',
  'check',
  'history',
  'ledger',
  'audit',
  'import',
];

/** Folder -> the folders whose door it may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  std: [],
  mail: ['std'],
  smtp: ['std', 'mail'],
  dns: ['std'],
  listener: [...LEAVES, 'session'],
  session: [...LEAVES, 'facts', 'policy', 'screen'],
  facts: [...LEAVES],
  policy: [...LEAVES],
  screen: [...LEAVES, 'facts', 'policy'],
  spool: [...LEAVES],
  schedule: [...LEAVES, 'spool', 'deliver'],
  deliver: [...LEAVES],
  bounce: [...LEAVES, 'spool'],
  accounts: [...LEAVES, ...SPINE],
  config: [...LEAVES, ...SPINE],
  proof: [...LEAVES, 'policy'],
  check: [...LEAVES, ...SPINE, 'accounts', 'config', 'proof'],
  history: [...LEAVES, ...SPINE],
  ledger: [...LEAVES, 'policy'],
  audit: [...LEAVES],
  import: [...LEAVES, 'policy', 'config'],
  observe: [...LEAVES, ...SPINE, ...SIDES],
  api: [...LEAVES, ...SPINE, ...SIDES],
  cli: [...LEAVES, ...SPINE, ...SIDES],
  daemon: [...LEAVES, ...SPINE, ...SIDES],
};

/** Files (by the beginning of their path) that know no clock, no randomness and no system. */
const PURE = [
  'mail/',
  'smtp/',
  'policy/',
  'screen/',
  'proof/',
  'facts/helo.ts',
  'check/examine.ts',
  'check/findings/',
  'check/changes.ts',
  'check/statements.ts',
  'check/settings.ts',
  'session/transition.ts',
  'session/verbs/',
  'session/login.ts',
  'schedule/plan.ts',
  'schedule/retry.ts',
  'ledger/bucket.ts',
  'ledger/counting.ts',
  'ledger/counters.ts',
  'ledger/names.ts',
  'ledger/gateways.ts',
  'ledger/guard.ts',
  'ledger/places.ts',
  'ledger/tally.ts',
  'listener/proxyHeader.ts',
  'listener/proxyTriples.ts',
  'listener/rate.ts',
  'listener/stress.ts',
];
const IMPURE =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bprocess\.|\bsetTimeout\(/;

/** Imports that break a rule for a reason: file -> what it imports. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  // The one command that becomes the daemon; loaded only then.
  'cli/serve.ts': ['daemon'],
  // The log's map of events is composed of every part's, as types only.
  'observe/events.ts': ['daemon'],
};

const files = globSync('**/*.ts', { cwd: ROOT }).sort();
const sources = files.filter((file) => !file.endsWith('.test.ts') && !file.includes('/testing/'));

function imports(file: string): string[] {
  const text = readFileSync(resolve(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '.';
}

test('architecture: there are files to look at, and every folder has its rule', () => {
  assert.ok(sources.length > 100);
  const folders = new Set(sources.map(folderOf));
  folders.delete('.');
  assert.deepEqual([...folders].sort(), Object.keys(MAY_IMPORT).sort());
});

test('architecture: folders import only those they may, and only by the door', () => {
  const broken: string[] = [];
  for (const file of sources) {
    const folder = folderOf(file);
    for (const specifier of imports(file).filter((name) => name.startsWith('.'))) {
      const target = relative(ROOT, resolve(ROOT, dirname(file), specifier));
      const targetFolder = folderOf(target);
      if (targetFolder === folder || folder === '.') continue;
      const allowed = [...(MAY_IMPORT[folder] ?? []), ...(EXCEPTIONS[file] ?? [])];
      if (!allowed.includes(targetFolder)) broken.push(`${file} imports ${targetFolder}/`);
      const door = targetFolder === '.' || target === `${targetFolder}/mod.ts`;
      const eventsOnly = file === 'observe/events.ts' && target === `${targetFolder}/events.ts`;
      if (!door && !eventsOnly) broken.push(`${file} imports ${target}, past the door`);
    }
  }
  assert.deepEqual(broken, []);
});

test('architecture: what is pure imports no system, and asks for neither time nor chance', () => {
  const broken: string[] = [];
  for (const file of sources.filter((name) => PURE.some((prefix) => name.startsWith(prefix)))) {
    const system = imports(file).filter((name) => name.startsWith('node:') && name !== 'node:buffer');
    if (system.length > 0) broken.push(`${file} imports ${system.join(', ')}`);
    const code = readFileSync(resolve(ROOT, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    if (IMPURE.test(code)) broken.push(`${file} is not pure`);
  }
  assert.deepEqual(broken, []);
});

test('architecture: no file is over 400 lines', () => {
  const long = sources.filter((file) => readFileSync(resolve(ROOT, file), 'utf8').split('\n').length > 400);
  assert.deepEqual(long, []);
});

test('architecture: no default exports, no enums', () => {
  const broken = sources.filter((file) =>
    /^export default|^\s*(?:export )?(?:const )?enum /m.test(readFileSync(resolve(ROOT, file), 'utf8')),
  );
  assert.deepEqual(broken, []);
});
