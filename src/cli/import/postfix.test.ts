import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { EXIT } from '../exit.ts';
import { assertFailed, site } from '../testing/kit.ts';

const MAIN = `compatibility_level = 3.6
myhostname = mail.contoso.example
mydestination = contoso.example
mynetworks = 192.168.10.0/24
`;
const MASTER = 'smtp inet n - y - - smtpd\n';

async function postfix(t: TestContext, main = MAIN) {
  const made = await site(t, null);
  const folder = join(made.cwd, 'postfix');
  await mkdir(folder);
  await writeFile(join(folder, 'main.cf'), main);
  await writeFile(join(folder, 'master.cf'), MASTER);
  return made;
}

test('import postfix writes the configuration to stdout, and ends with the proof', async (t) => {
  const { run } = await postfix(t);
  const ran = await run(['import', 'postfix', 'postfix']);
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.match(ran.stdout, /\n {8}- 192\.168\.10\.0\/24 {3}# main\.cf:4\n/);
  assert.match(ran.stderr, /\nProved\. Not an open relay: no client outside your one grant can relay\./);
});

test('import postfix names what it could not carry over, with its place, and exits 1', async (t) => {
  const { run } = await postfix(t, `${MAIN}content_filter = smtp-amavis:[127.0.0.1]:10024\n`);
  const ran = await run(['import', 'postfix', 'postfix']);
  assert.equal(ran.code, EXIT.no);
  assert.match(
    ran.stderr,
    /main\.cf:5: content_filter = smtp-amavis:\[127\.0\.0\.1\]:10024\. Postern hands mail to no filter\./,
  );
});

test('import postfix -o writes a file that check takes, and never over one that is there', async (t) => {
  const { run, cwd } = await postfix(t);
  const line = ['import', 'postfix', 'postfix', '-o', 'postern.yaml'];
  const ran = await run(line);
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.equal(ran.stdout, '');
  assert.equal((await run(['check'])).code, EXIT.yes);
  const before = await readFile(join(cwd, 'postern.yaml'), 'utf8');
  assertFailed(await run(line), EXIT.usage, /is not overwritten/);
  assert.equal(await readFile(join(cwd, 'postern.yaml'), 'utf8'), before);
});

test('import postfix takes addresses and the name of the server from its options', async (t) => {
  const { run } = await postfix(t, 'compatibility_level = 3.6\nmydestination =\n');
  const options = [
    '--interface',
    '192.0.2.5/24',
    '--interface',
    '2001:db8::5/64',
    '--hostname',
    'old.contoso.example',
  ];
  const ran = await run(['import', 'postfix', 'postfix', ...options]);
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.match(ran.stdout, /hostname: old\.contoso\.example/);
  assert.match(ran.stdout, /- 192\.0\.2\.5 /);
});

test('import postfix says what it cannot read, and exits 2', async (t) => {
  const { run } = await postfix(t, 'mynetworks = $a\na = $mynetworks\n');
  assertFailed(
    await run(['import', 'postfix', 'nowhere']),
    EXIT.usage,
    /nothing was imported/,
    /nowhere\/main\.cf:1:1: there is no file/,
  );
  assertFailed(
    await run(['import', 'postfix', 'postfix']),
    EXIT.usage,
    /main\.cf:1:1: mynetworks cannot be expanded: .*circle/,
  );
  assertFailed(
    await run(['import', 'postfix', 'postfix', '--hostname', 'a_b']),
    EXIT.usage,
    /a_b is not a domain name/,
  );
});
