import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { EXIT } from '../exit.ts';
import { site } from '../testing/kit.ts';

const BASE = `hostname: mail.contoso.example
listeners:
  internet: { bind: ["127.0.0.1:2525"] }
routing:
  domains:
    - { domain: contoso.example, inbound: true }
relay:
  allow:
    - { name: office, from: [192.168.10.0/24] }
    - { name: partners, from: [203.0.113.0/24] }
`;

test('check says what was looked at, and does not claim more', async (t) => {
  const { run } = await site(t);
  const ran = await run(['check']);
  assert.equal(ran.code, EXIT.yes);
  assert.equal(ran.stderr, '');
  assert.match(ran.stdout, /^Valid: .*postern\.yaml, and its policy test passed\.\n/);
  assert.match(ran.stdout, /Checked: every value, 1 policy test\. Not checked: /);
  assert.doesNotMatch(ran.stdout, /prove/i);
});

test('check tells which rules are without effect', async (t) => {
  const ended = BASE.replace('203.0.113.0/24]', '203.0.113.0/24], until: 2026-11-23');
  const { run, cwd } = await site(t, ended);
  const ran = await run(['check']);
  assert.equal(ran.code, EXIT.yes);
  assert.match(
    ran.stdout,
    /\nWithout effect: grant partners ended 2026-11-24 00:00:00 UTC \(.*postern\.yaml:10\)\.\n/,
  );
  await writeFile(join(cwd, 'postern.yaml'), ended.replace('2026-11-23', '2026-11-24'));
  assert.doesNotMatch((await run(['check'])).stdout, /Without effect/);
  const off = BASE.replace('routing:', 'routing:\n  reroute: false').replace(
    '  domains:',
    '  domains:\n    - { domain: partner.example, alwaysRelay: true }',
  );
  await writeFile(join(cwd, 'postern.yaml'), off);
  const { idle }: { readonly idle: unknown } = JSON.parse((await run(['check', '--json'])).stdout);
  assert.deepEqual(idle, [
    'Without effect, since routing.reroute is false: 2 grants and 1 alwaysRelay route.',
  ]);
});

test('check shows every problem with its place and exits 2', async (t) => {
  const { run } = await site(t, 'hostname: mail.contoso.example\nreroutes: true\nworkers: -1\n');
  const ran = await run(['check']);
  assert.equal(ran.code, EXIT.usage);
  assert.match(ran.stdout, /^Not valid: \d+ problems in /);
  assert.match(ran.stdout, /postern\.yaml:2:1: unknown key/);
  assert.match(ran.stdout, /postern\.yaml:3:10: /);
});

test('check exits 2 when a file that is named cannot be read', async (t) => {
  const { run } = await site(t, `${BASE}tls: { certificate: ./cert.pem, key: ./key.pem }\n`);
  const ran = await run(['check']);
  assert.equal(ran.code, EXIT.usage);
  assert.match(ran.stdout, /certificate file .*cert\.pem cannot be read: there is no such file/);
  assert.match(ran.stdout, /key file .*key\.pem cannot be read/);
});

test('check shows a failed policy test with a concrete example and exits 1', async (t) => {
  const { run } = await site(
    t,
    `${BASE}tests:
  - { name: strangers stay out, from: [203.0.113.0/24], recipient: b@other.example, expect: refused }
  - { from: [192.168.10.7], recipient: b@other.example, expect: relayed, by: office }
`,
  );
  const ran = await run(['check']);
  assert.equal(ran.code, EXIT.no);
  assert.match(ran.stdout, /^Not as the tests say: 1 of 2 policy tests failed\.\n/);
  assert.match(
    ran.stdout,
    /Test "strangers stay out" failed \(line 12\): 203\.0\.113\.0 to b@other\.example must be refused, but is relayed by partners \(line 10\)\./,
  );
});

test('check cannot tell about mailboxes while there are no accounts, and can afterwards', async (t) => {
  const { run } = await site(
    t,
    `${BASE}tests:
  - { name: alice gets mail, from: [198.51.100.7], recipient: alice@contoso.example, expect: inbound }
`,
  );
  const before = await run(['check']);
  assert.equal(before.code, EXIT.cannotTell);
  assert.match(before.stdout, /^Cannot tell for 1 of 1 policy test\. There are no accounts: .*accounts\.db/);
  assert.match(before.stdout, /alice gets mail \(line 12\) needs the accounts/);
  await run(['account', 'add', 'alice@contoso.example']);
  assert.equal((await run(['check'])).code, EXIT.yes);
  await run(['account', 'remove', 'alice@contoso.example', '--confirm', 'alice@contoso.example']);
  const gone = await run(['check']);
  assert.equal(gone.code, EXIT.no);
  assert.match(gone.stdout, /there is no such mailbox/);
});

test('check counts postmaster as a mailbox that always is', async (t) => {
  const { run } = await site(
    t,
    `${BASE}tests:
  - { from: [198.51.100.7], recipient: postmaster@contoso.example, expect: inbound }
`,
  );
  await run(['account', 'add', 'alice@contoso.example']);
  assert.equal((await run(['check'])).code, EXIT.yes);
});

test('check judges at the moment a test names, or now', async (t) => {
  const { run, cwd } = await site(t, null);
  const rule = (until: string): string =>
    BASE.replace('from: [203.0.113.0/24] }', `from: [203.0.113.0/24], until: ${until} }`);
  const check = 'tests:\n  - { from: [203.0.113.9], recipient: b@other.example, expect: refused';
  await writeFile(join(cwd, 'postern.yaml'), `${rule('2026-11-23')}${check} }\n`);
  assert.equal((await run(['check'])).code, EXIT.yes);
  await writeFile(join(cwd, 'postern.yaml'), `${rule('2026-12-31')}${check} }\n`);
  assert.equal((await run(['check'])).code, EXIT.no);
  await writeFile(join(cwd, 'postern.yaml'), `${rule('2026-12-31')}${check}, at: 2027-01-02 }\n`);
  assert.equal((await run(['check'])).code, EXIT.yes);
});

test('check --json has a verdict, the problems and a result for each test', async (t) => {
  const { run } = await site(
    t,
    `${BASE}tests:
  - { name: one, from: [203.0.113.9], recipient: b@other.example, expect: refused }
  - { name: two, from: [198.51.100.7], recipient: alice@contoso.example, expect: inbound }
  - { name: three, from: [192.168.10.7], recipient: b@other.example, expect: relayed }
`,
  );
  const ran = await run(['check', '--json']);
  assert.equal(ran.code, EXIT.no);
  const json: { schema: string; verdict: string; tests: { name: string; result: string }[] } = JSON.parse(
    ran.stdout,
  );
  assert.equal(json.schema, 'postern.check/1');
  assert.equal(json.verdict, 'testsFailed');
  assert.deepEqual(
    json.tests.map(({ name, result }) => `${name} ${result}`),
    ['one failed', 'two cannotTell', 'three passed'],
  );
});
