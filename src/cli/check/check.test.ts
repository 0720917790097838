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

test('check proves the example and says what was looked at', async (t) => {
  const { run } = await site(t);
  const ran = await run(['check']);
  assert.equal(ran.code, EXIT.yes);
  assert.equal(ran.stderr, '');
  assert.match(
    ran.stdout,
    /^Proved\. Not an open relay: no client outside your one grant can relay\. Anyone can send to the domain you route\.\n/,
  );
  assert.match(ran.stdout, /\nChecked: every value, 1 policy test, \d+ classes\. Not checked: /);
  assert.match(ran.stdout, /\nValid: .*postern\.yaml, its policy test passed\. Put it in force with: /);
});

test('check shows who can relay, and leaves out columns that say nothing', async (t) => {
  const { run } = await site(t, BASE);
  const { stdout } = await run(['check']);
  assert.match(stdout, /This holds for the client address Postern sees, not through a NAT/);
  assert.match(stdout, /\nGRANT +CLIENTS +ADDRESSES +PUBLIC +SIGNED IN +PLACE\n/);
  assert.match(stdout, /\noffice +192\.168\.10\.0\/24 +256 +0 +no +.*postern\.yaml:9\n/);
  const plain = await run(['check', '--plain']);
  assert.equal(
    plain.stdout.split('\n')[1]?.split('\t').slice(0, 9).join('|'),
    'partners|203.0.113.0/24|256|0|no|any|any||',
  );
});

test('check gives a counterexample with its trace and exits 1 when the policy is open', async (t) => {
  const halves = BASE.replace(
    '203.0.113.0/24] }',
    '0.0.0.0/1], iUnderstand: "0.0.0.0/1 is wider than /24 and not private" }\n    - { name: rest, from: [128.0.0.0/1], iUnderstand: "128.0.0.0/1 is wider than /24 and not private" }',
  );
  const { run } = await site(t, halves);
  const ran = await run(['check']);
  assert.equal(ran.code, EXIT.no);
  assert.match(
    ran.stdout,
    /^Not proved: anyone on IPv4 can relay\. Example: 203\.0\.113\.9, not signed in, .*to b@other\.example, by rest \(.*postern\.yaml:11\)\. 0\.0\.0\.0\/1 \(partners, line 10\) and 128\.0\.0\.0\/1 \(rest, line 11\) together hold every public address\.\n/,
  );
  assert.match(ran.stdout, /\n5 ✓ Grant rest fits: 203\.0\.113\.9 is in 128\.0\.0\.0\/1\./);
  assert.match(
    ran.stdout,
    /acknowledged: 0\.0\.0\.0\/1 is wider than \/24 and not private\. \[public-range-wide\]/,
  );
  assert.match(ran.stdout, /Postern does not start with it, and a reload changes nothing\.\n$/);
  const json: {
    verdict: string;
    proof: { openings: { kind: string; example: { facts: { from: string } } }[] };
  } = JSON.parse((await run(['check', '--json'])).stdout);
  assert.equal(json.verdict, 'notProved');
  assert.deepEqual(
    json.proof.openings.map(({ kind, example }) => `${kind} ${example.facts.from}`),
    ['everybody 203.0.113.9'],
  );
});

test('check names an error among the findings and exits 1, unless the configuration is for another host', async (t) => {
  const { run } = await site(
    t,
    BASE.replace('inbound: true }', 'inbound: true }\n    - { domain: "*.co.uk", alwaysRelay: true }'),
  );
  const ran = await run(['check']);
  assert.equal(ran.code, EXIT.no);
  assert.match(ran.stdout, /^Proved, but not fit for use: 1 error, see below\. Not an open relay: /);
  assert.match(
    ran.stdout,
    /postern\.yaml:7:7: error: \*\.co\.uk lets everybody relay .* \[wildcard-relays-outsiders\]/,
  );
  const elsewhere = await run(['check', '--elsewhere']);
  assert.match(elsewhere.stdout, /\nNothing of this host was looked at/);
  assert.doesNotMatch(ran.stdout, /Nothing of this host/);
});

test('check tells which rules are without effect', async (t) => {
  const ended = BASE.replace('203.0.113.0/24]', '203.0.113.0/24], until: 2026-11-23');
  const { run, cwd } = await site(t, ended);
  const ran = await run(['check']);
  assert.equal(ran.code, EXIT.yes);
  assert.match(
    ran.stdout,
    /postern\.yaml:10:7: warning: grant partners is without effect: it ended 2026-11-24 00:00:00 UTC\. .* \[grant-expired\]\n/,
  );
  assert.match(ran.stdout, /\nValid: .*postern\.yaml, 1 warning\. /);
  assert.match(ran.stdout, /\npartners \(never\) /);
  await writeFile(join(cwd, 'postern.yaml'), ended.replace('2026-11-23', '2027-11-24'));
  assert.doesNotMatch((await run(['check'])).stdout, /without effect/);
  const off = BASE.replace('routing:', 'routing:\n  reroute: false').replace(
    '  domains:',
    '  domains:\n    - { domain: partner.example, alwaysRelay: true }',
  );
  await writeFile(join(cwd, 'postern.yaml'), off);
  const inert = await run(['check']);
  assert.match(
    inert.stdout,
    /^Proved\. Not an open relay: nobody can relay, since routing\.reroute is false\./,
  );
  assert.match(
    inert.stdout,
    /note: without effect, since routing\.reroute is false: 2 grants and 1 alwaysRelay route\./,
  );
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
  assert.equal(json.schema, 'postern.check/2');
  assert.equal(json.verdict, 'testsFailed');
  assert.deepEqual(
    json.tests.map(({ name, result }) => `${name} ${result}`),
    ['one failed', 'two cannotTell', 'three passed'],
  );
});
