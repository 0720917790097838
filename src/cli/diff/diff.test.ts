import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { EXIT } from '../exit.ts';
import { assertFailed, site } from '../testing/kit.ts';

const configuration = (grants: string, more = ''): string => `hostname: mail.contoso.example
routing: { domains: [{ domain: contoso.example, inbound: true }] }
relay:
  allow:
    - { name: staff, authenticated: true }
${grants}
${more}`;
const OFFICE = configuration('    - { name: office, from: [10.0.8.0/24] }');

/** A folder with OFFICE as postern.yaml, and `edited` as new.yaml. */
async function edited(t: TestContext, text: string) {
  const made = await site(t, OFFICE);
  await writeFile(join(made.cwd, 'new.yaml'), text);
  return made;
}

test('diff says what an edit opens, by which rule, with a command that shows it, and that nothing else changes', async (t) => {
  const { run } = await edited(t, configuration('    - { name: office, from: [10.0.8.0/23] }'));
  const ran = await run(['diff', 'new.yaml']);
  assert.equal(ran.code, EXIT.no);
  const [opens = '', example = '', rest] = ran.stdout.split('\n');
  assert.match(
    opens,
    /^\+ Opens relaying for 10\.0\.9\.0\/24 \(256 addresses, none public\), without signing in, to any recipient, by office \(.*new\.yaml:6\)\.$/,
  );
  assert.equal(rest, 'Nothing else changes.');
  const words = example.trim().split(' ').slice(1);
  const [at] = [words.indexOf('-c')];
  const shown = await run(words.toSpliced(at, 2).concat('-c', 'new.yaml'));
  assert.equal(shown.code, EXIT.yes, shown.stderr);
  assert.match(shown.stdout, /^Accepted for relay by grant office/);
});

test('diff says what an edit closes, and what clients get then', async (t) => {
  const { run } = await edited(t, configuration('    - { name: office, from: [10.0.8.0/25] }'));
  const ran = await run(['diff', 'new.yaml']);
  assert.equal(ran.code, EXIT.no);
  assert.match(
    ran.stdout,
    /^- Closes relaying for 10\.0\.8\.128\/25 \(128 addresses, none public\), .*, before by office \(.*postern\.yaml:6\)\. It is now refused 550 5\.7\.1\.\n/,
  );
});

test('diff finds no difference where nothing is decided otherwise, and exits 0', async (t) => {
  const { run, cwd } = await edited(t, `# A comment\n${OFFICE}`);
  const ran = await run(['diff', 'new.yaml']);
  assert.equal(ran.code, EXIT.yes);
  assert.equal(ran.stdout, 'No difference.\nEvery client gets the same verdict, and no setting differs.\n');
  await writeFile(
    join(cwd, 'new.yaml'),
    configuration('    - { name: hq, from: [10.0.8.0/25, 10.0.8.128/25] }'),
  );
  const renamed = await run(['diff', 'new.yaml']);
  assert.equal(renamed.code, EXIT.yes);
  assert.match(
    renamed.stdout,
    /^No difference\.\n~ Renames office \(.*:6\) to hq \(.*:6\)\.\nEvery client gets the same/,
  );
});

test('diff tells limits and every other setting that differs, and exits 1', async (t) => {
  const { run } = await edited(
    t,
    configuration(
      '    - { name: office, from: [10.0.8.0/24], limit: 200/hour }',
      'limits: { recipients: 50 }',
    ),
  );
  const ran = await run(['diff', 'new.yaml']);
  assert.equal(ran.code, EXIT.no);
  assert.equal(
    ran.stdout.replaceAll(/\([^()]*yaml:(\d+)\)/g, '($1)'),
    'No difference in any decision.\n~ Changes the limit of office: 200/hour (6), was none (6).\nAlso changes: limits.recipients is 50 (was 1000).\n',
  );
});

test('diff takes two files, as if both lay where the new one does', async (t) => {
  const { run, cwd } = await edited(t, OFFICE);
  await mkdir(join(cwd, 'old'));
  await writeFile(join(cwd, 'old', 'postern.yaml'), OFFICE);
  assert.equal((await run(['diff', 'old/postern.yaml', 'new.yaml'])).code, EXIT.yes);
});

test('diff --json and --plain say the same', async (t) => {
  const { run } = await edited(t, configuration('    - { name: office, from: [10.0.8.0/23] }', 'workers: 3'));
  const json: {
    schema: string;
    same: boolean;
    changes: { kind: string; region: { clients: string[] }; example: { from: string } }[];
    settings: { setting: string; after: string }[];
  } = JSON.parse((await run(['diff', 'new.yaml', '--json'])).stdout);
  assert.equal(json.schema, 'postern.diff/1');
  assert.equal(json.same, false);
  assert.deepEqual(
    json.changes.map(({ kind, region }) => [kind, ...region.clients]),
    [['opens', '10.0.9.0/24']],
  );
  assert.deepEqual(
    json.settings.map(({ setting, after }) => [setting, after]),
    [['workers', '3']],
  );
  const plain = await run(['diff', 'new.yaml', '--plain']);
  const rows = plain.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  assert.deepEqual(
    rows.map(([kind]) => kind),
    ['opens', 'setting'],
  );
  assert.match(rows[0]?.[2] ?? '', /^postern explain -c .*new\.yaml --from 10\.0\.9\.\d+ b@other\.example$/);
});

test('diff exits 2 for a file that is wrong or not there, and for -c beside two files', async (t) => {
  const { run } = await edited(t, 'hostname: mail.contoso.example\nrelays: {}\n');
  assertFailed(
    await run(['diff', 'new.yaml']),
    EXIT.usage,
    /1 problem in .*new\.yaml/,
    /new\.yaml:2:1: unknown key/,
  );
  assertFailed(
    await run(['diff', 'none.yaml']),
    EXIT.usage,
    /none\.yaml cannot be read: there is no such file\n/,
  );
  assertFailed(await run(['diff', '.']), EXIT.usage, /cannot be read: it is a folder\n/);
  assertFailed(
    await run(['diff', 'postern.yaml', 'postern.yaml', '-c', 'postern.yaml']),
    EXIT.usage,
    /-c has no meaning beside two files/,
  );
});
