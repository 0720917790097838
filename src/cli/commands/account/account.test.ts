import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createAuthenticator, openAccountReader } from '../../../accounts/mod.ts';
import { systemClock } from '../../../std/mod.ts';
import { EXIT } from '../../exit.ts';
import { assertFailed, example, site } from '../../testing/kit.ts';

/** Whether somebody can sign in: asked of the accounts as the server does. */
async function canSignIn(cwd: string, login: string, password: string): Promise<boolean> {
  using accounts = openAccountReader(join(cwd, 'data', 'accounts.db'), { emit: () => {} });
  const authenticator = createAuthenticator({
    accounts,
    rules: () => ({ ntDomains: new Map() }),
    clock: systemClock,
    emit: () => {},
  });
  return typeof (await authenticator.verify(login, password)) === 'object';
}

function passwordIn(stdout: string): string {
  return /^Password: (\S+)$/m.exec(stdout)?.[1] ?? '';
}

test('account add makes a password, prints it once, and one can sign in with it', async (t) => {
  const { run, cwd } = await site(t);
  const ran = await run(['account', 'add', 'Alice@Contoso.example', '--alias', 'a.smith@contoso.example']);
  assert.equal(ran.code, EXIT.yes);
  assert.equal(ran.stderr, '');
  assert.match(ran.stdout, /^Added alice@contoso\.example with a\.smith@contoso\.example\.\n/);
  const password = passwordIn(ran.stdout);
  assert.ok(password.length >= 20);
  assert.equal(await canSignIn(cwd, 'alice@contoso.example', password), true);
  assert.equal(await canSignIn(cwd, 'alice@contoso.example', `${password}x`), false);
});

test('account add reads the password from stdin, without its line end and nothing else', async (t) => {
  const { run, cwd } = await site(t);
  for (const [address, stdin, password] of [
    ['a@contoso.example', 'correct horse\n', 'correct horse'],
    ['b@contoso.example', ' spaces \r\n', ' spaces '],
    ['c@contoso.example', 'none', 'none'],
  ] as const) {
    const ran = await run(['account', 'add', address, '--password-stdin'], { stdin });
    assert.equal(ran.code, EXIT.yes, ran.stderr);
    assert.ok(!ran.stdout.includes(password));
    assert.equal(await canSignIn(cwd, address, password), true);
  }
});

test('account add takes a password of 1,024 octets from stdin and refuses one more', async (t) => {
  const { run, cwd } = await site(t);
  const longest = 'x'.repeat(1024);
  const ran = await run(['account', 'add', 'a@contoso.example', '--password-stdin'], {
    stdin: `${longest}\r\n`,
  });
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.equal(await canSignIn(cwd, 'a@contoso.example', longest), true);
  const argv = ['account', 'add', 'b@contoso.example', '--password-stdin'];
  assertFailed(await run(argv, { stdin: `${longest}x\n` }), EXIT.usage, /longer than 1024 octets/);
  assertFailed(await run(argv, { stdin: `${longest}xyz\n` }), EXIT.usage, /more than one password/);
});

test('account add refuses an empty password, two passwords, and contradictions', async (t) => {
  const { run } = await site(t);
  const argv = ['account', 'add', 'a@contoso.example', '--password-stdin'];
  assertFailed(await run(argv, { stdin: '' }), EXIT.usage, /holds no password/);
  assertFailed(await run(argv, { stdin: '\n' }), EXIT.usage, /holds no password/);
  assertFailed(await run(argv, { stdin: 'one\ntwo\n' }), EXIT.usage, /more than one password/);
  assertFailed(await run([...argv, '--no-password'], { stdin: 'x' }), EXIT.usage, /cannot be used with/);
  assertFailed(await run([...argv, 'secret']), EXIT.usage, /too many arguments/);
  assert.match((await run(['account', 'list'])).stdout, /no account/);
});

test('account add asks twice on a terminal and does not show what is typed', async (t) => {
  const { run, cwd } = await site(t);
  const ran = await run(['account', 'add', 'a@contoso.example'], {
    typed: [
      ['Password', 'correct horse\r'],
      ['again', 'correct horse\r'],
    ],
  });
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.ok(!`${ran.stdout}${ran.stderr}`.includes('correct'));
  assert.equal(await canSignIn(cwd, 'a@contoso.example', 'correct horse'), true);
});

test('account add changes nothing when the two passwords differ or somebody presses Ctrl-C', async (t) => {
  const { run } = await site(t);
  const different = await run(['account', 'add', 'a@contoso.example'], {
    typed: [
      ['Password', 'one\r'],
      ['again', 'two\r'],
    ],
  });
  assertFailed(different, EXIT.usage, /not the same/);
  const cancelled = await run(['account', 'add', 'a@contoso.example'], { typed: [['Password', '\u0003']] });
  assertFailed(cancelled, EXIT.interrupted);
  assert.match((await run(['account', 'list'])).stdout, /There is no account/);
});

test('account add makes a password when the prompt is left empty', async (t) => {
  const { run, cwd } = await site(t);
  const ran = await run(['account', 'add', 'a@contoso.example'], { typed: [['Password', '\r']] });
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.equal(await canSignIn(cwd, 'a@contoso.example', passwordIn(ran.stdout)), true);
});

test('account add says which addresses get no mail', async (t) => {
  const { run } = await site(t);
  const ran = await run(['account', 'add', 'a@elsewhere.test', '--alias', 'a@contoso.example']);
  assert.equal(ran.code, EXIT.yes);
  assert.match(
    ran.stderr,
    /^Note: elsewhere\.test is not an inbound domain, so no mail is received for a@elsewhere\.test\.\n$/,
  );
});

test('account add and show tell an address whose domain is rewritten', async (t) => {
  const routes =
    '[{ domain: contoso.example, inbound: true }, { domain: old.example, rewrite: contoso.example }]';
  const { run } = await site(t, `hostname: mail.contoso.example\nrouting: { domains: ${routes} }\n`);
  const note =
    /^Note: old\.example is rewritten: mail for a@old\.example is mail for a@contoso\.example, so a@contoso\.example is the address to add\.\n$/;
  assert.match((await run(['account', 'add', 'a@old.example'])).stderr, note);
  const shown = await run(['account', 'show', 'a@old.example']);
  assert.match(shown.stderr, note);
  assert.equal(shown.code, EXIT.yes);
  await run(['account', 'add', 'a@contoso.example']);
  assert.equal((await run(['account', 'show', 'a@contoso.example'])).stderr, '');
});

test('account commands name the address in the command that helps, not a placeholder', async (t) => {
  const { run } = await site(t);
  await run(['account', 'add', 'a@contoso.example', '--alias', 'sales@contoso.example']);
  assertFailed(
    await run(['account', 'add', 'A@Contoso.example']),
    EXIT.no,
    /postern account passwd a@contoso\.example\n$/i,
  );
  const taken = await run(['account', 'add', 'sales@contoso.example']);
  assertFailed(taken, EXIT.no, /postern account show sales@contoso\.example\n$/);
  const alias = ['account', 'alias', 'remove', 'a@contoso.example', 'b@contoso.example'];
  assertFailed(await run(alias), EXIT.no, /postern account show a@contoso\.example\n$/);
});

test('account add works while the configuration is broken, and says what it cannot tell', async (t) => {
  const { run, cwd } = await site(t);
  await writeFile(join(cwd, 'postern.yaml'), `${example()}\nnonsense: true\n`);
  const ran = await run(['account', 'add', 'a@contoso.example']);
  assert.equal(ran.code, EXIT.yes);
  assert.match(ran.stderr, /cannot tell which domains are inbound/);
});

test('account add --json has the account and the password that was made', async (t) => {
  const { run, cwd } = await site(t);
  const ran = await run(['account', 'add', 'a@contoso.example', '--json']);
  const json: { schema: string; password: string; account: unknown } = JSON.parse(ran.stdout);
  assert.equal(json.schema, 'postern.account/1');
  assert.deepEqual(json.account, {
    address: 'a@contoso.example',
    aliases: [],
    hasPassword: true,
    disabled: false,
    created: '2026-11-24T12:30:00.000Z',
    changed: '2026-11-24T12:30:00.000Z',
  });
  assert.equal(await canSignIn(cwd, 'a@contoso.example', json.password), true);
});

test('account add exits 1 for what is there already and 2 for what can never be', async (t) => {
  const { run } = await site(t);
  await run(['account', 'add', 'a@contoso.example', '--alias', 'b@contoso.example']);
  assertFailed(await run(['account', 'add', 'a@contoso.example']), EXIT.no, /already/, /passwd/);
  assertFailed(await run(['account', 'add', 'b@contoso.example']), EXIT.no, /belongs to the account a@/);
  assertFailed(await run(['account', 'add', 'a@@contoso.example']), EXIT.usage, /is not an address/);
});

test('account commands say so while there are no accounts, and make no file', async (t) => {
  const { run, cwd } = await site(t);
  for (const argv of [
    ['list'],
    ['show', 'a@contoso.example'],
    ['passwd', 'a@contoso.example'],
    ['disable', 'a@contoso.example'],
    ['enable', 'a@contoso.example'],
    ['alias', 'add', 'a@contoso.example', 'b@contoso.example'],
    ['remove', 'a@contoso.example', '--confirm', 'a@contoso.example'],
  ]) {
    assertFailed(
      await run(['account', ...argv]),
      EXIT.cannotTell,
      /accounts\.db does not exist/,
      /account add/,
    );
  }
  assert.equal(existsSync(join(cwd, 'data')), false);
});

test('account list shows accounts for people and for scripts', async (t) => {
  const { run } = await site(t);
  await run(['account', 'add', 'b@contoso.example', '--no-password']);
  await run([
    'account',
    'add',
    'a@contoso.example',
    '--alias',
    'x@contoso.example',
    '--alias',
    'y@contoso.example',
  ]);
  await run(['account', 'add', 'c@contoso.example']);
  await run(['account', 'disable', 'c@contoso.example']);
  const plain = await run(['account', 'list', '--plain']);
  assert.equal(
    plain.stdout,
    'a@contoso.example\tenabled\tx@contoso.example y@contoso.example\n' +
      'b@contoso.example\tno password\t\n' +
      'c@contoso.example\tdisabled\t\n',
  );
  assert.match(
    (await run(['account', 'list'])).stdout,
    /^ACCOUNT {12}SIGNING IN {3}ALIASES\n[\s\S]*\n3 accounts\.\n$/,
  );
  assert.match((await run(['account', 'list', '--address', 'Y@'])).stdout, /\n1 account\.\n$/);
  assert.match((await run(['account', 'list', '--address', 'z@'])).stdout, /^No account has z@/);
  const json: { accounts: { address: string }[] } = JSON.parse(
    (await run(['account', 'list', '--json'])).stdout,
  );
  assert.equal(json.accounts.length, 3);
});

test('account show finds an account by any address, and exits 1 when nobody has it', async (t) => {
  const { run } = await site(t);
  await run(['account', 'add', 'a@contoso.example', '--alias', 'x@contoso.example']);
  const ran = await run(['account', 'show', 'x@contoso.example']);
  assert.match(
    ran.stdout,
    /^a@contoso\.example: It can sign in and receives mail\.\nAliases: x@contoso\.example\n/,
  );
  assertFailed(await run(['account', 'show', 'z@contoso.example']), EXIT.no, /no account z@contoso\.example/);
});

test('account passwd replaces the password at once, and takes it away', async (t) => {
  const { run, cwd } = await site(t);
  await run(['account', 'add', 'a@contoso.example', '--password-stdin'], { stdin: 'old' });
  const ran = await run(['account', 'passwd', 'a@contoso.example', '--password-stdin'], { stdin: 'new' });
  assert.match(ran.stdout, /^Changed the password of a@contoso\.example\.\n$/);
  assert.equal(await canSignIn(cwd, 'a@contoso.example', 'old'), false);
  assert.equal(await canSignIn(cwd, 'a@contoso.example', 'new'), true);
  const made = await run(['account', 'passwd', 'a@contoso.example']);
  assert.equal(await canSignIn(cwd, 'a@contoso.example', passwordIn(made.stdout)), true);
  assert.match(
    (await run(['account', 'passwd', 'a@contoso.example', '--no-password'])).stdout,
    /Nobody can sign in/,
  );
  assert.equal(await canSignIn(cwd, 'a@contoso.example', passwordIn(made.stdout)), false);
});

test('account passwd asks for no password of an account that is not there', async (t) => {
  const { run } = await site(t);
  await run(['account', 'add', 'a@contoso.example']);
  const ran = await run(['account', 'passwd', 'b@contoso.example'], { typed: [] });
  assertFailed(ran, EXIT.no, /no account b@contoso\.example/);
});

test('account disable and enable change whether somebody can sign in', async (t) => {
  const { run, cwd } = await site(t);
  await run(['account', 'add', 'a@contoso.example', '--password-stdin'], { stdin: 'secret' });
  assert.equal((await run(['account', 'disable', 'a@contoso.example'])).code, EXIT.yes);
  assert.equal(await canSignIn(cwd, 'a@contoso.example', 'secret'), false);
  assert.match((await run(['account', 'show', 'a@contoso.example'])).stdout, /is disabled/);
  assert.equal((await run(['account', 'enable', 'a@contoso.example'])).code, EXIT.yes);
  assert.equal(await canSignIn(cwd, 'a@contoso.example', 'secret'), true);
});

test('account alias add and remove change the addresses', async (t) => {
  const { run } = await site(t);
  await run(['account', 'add', 'a@contoso.example']);
  await run(['account', 'add', 'b@contoso.example']);
  const added = await run(['account', 'alias', 'add', 'a@contoso.example', 'sales@elsewhere.test']);
  assert.match(added.stdout, /^sales@elsewhere\.test is an address of a@contoso\.example now\.\n$/);
  assert.match(added.stderr, /not an inbound domain/);
  const taken = await run(['account', 'alias', 'add', 'b@contoso.example', 'sales@elsewhere.test']);
  assertFailed(taken, EXIT.no, /belongs to the account a@/);
  const removed = await run(['account', 'alias', 'remove', 'a@contoso.example', 'sales@elsewhere.test']);
  assert.match(removed.stdout, /no longer an address of a@contoso\.example/);
  assertFailed(
    await run(['account', 'alias', 'remove', 'a@contoso.example', 'a@contoso.example']),
    EXIT.no,
    /primary/,
  );
});

test('account remove wants the address twice', async (t) => {
  const { run } = await site(t);
  await run(['account', 'add', 'a@contoso.example', '--alias', 'x@contoso.example']);
  for (const confirm of [[], ['--confirm', 'b@contoso.example'], ['--confirm', 'x@contoso.example']]) {
    const ran = await run(['account', 'remove', 'a@contoso.example', ...confirm]);
    assertFailed(ran, EXIT.usage, /its 2 addresses/, /--confirm=a@contoso\.example/);
  }
  assert.equal((await run(['account', 'show', 'x@contoso.example'])).code, EXIT.yes);
  const ran = await run(['account', 'remove', 'a@contoso.example', '--confirm=a@contoso.example']);
  assert.match(ran.stdout, /^Removed a@contoso\.example\./);
  assert.equal((await run(['account', 'show', 'x@contoso.example'])).code, EXIT.no);
});

test('account commands tell a file that is not theirs', async (t) => {
  const { run, cwd } = await site(t);
  await run(['account', 'add', 'a@contoso.example']);
  await writeFile(join(cwd, 'data', 'accounts.db'), 'this is no database, but it is long enough to be read');
  assertFailed(await run(['account', 'list']), EXIT.cannotTell, /accounts/);
});
