import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { deriveArgon2id, matches } from './argon2.ts';
import { parsePhc } from './phc.ts';
import type { Account } from './rows.ts';
import { openAccountStore } from './store.ts';
import type { AccountStore } from './store.ts';
import { account, accountsPath, standingClock } from './testing/kit.ts';
import { preparePassword } from './password.ts';

/** The hash as it is stored. */
function storedHash(path: string, name: string): unknown {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare('SELECT hash FROM account WHERE name = ?').get(name)?.['hash'];
}

async function isPassword(path: string, name: string, password: string): Promise<boolean> {
  const hash = parsePhc(String(storedHash(path, name)));
  const prepared = preparePassword(password);
  assert.ok(hash !== undefined && typeof prepared !== 'string');
  return matches(prepared, hash, deriveArgon2id);
}

const names = (accounts: readonly Account[]): string[] => accounts.map(({ address }) => address);

test('add() makes an account with its addresses in one spelling', async (t) => {
  const path = await accountsPath(t);
  const clock = standingClock(5_000);
  using store = openAccountStore(path, { clock });
  const added = await store.add({
    address: 'Alice@Contoso.EXAMPLE',
    aliases: [
      'Sales@contoso.example',
      '"info"@contoso.example',
      '"a b"@contoso.example',
      'alice@branch.example',
    ],
    password: 'secret',
  });
  assert.deepEqual(added, {
    address: 'alice@contoso.example',
    aliases: [
      '"a b"@contoso.example',
      'alice@branch.example',
      'info@contoso.example',
      'sales@contoso.example',
    ],
    hasPassword: true,
    disabled: false,
    created: 5_000,
    changed: 5_000,
  });
  assert.deepEqual(store.show('alice@contoso.example'), added);
  assert.deepEqual(store.show('SALES@contoso.example'), added);
  assert.equal(await isPassword(path, 'alice@contoso.example', 'secret'), true);
});

test('add() without a password makes a mailbox that only receives', async (t) => {
  const path = await accountsPath(t);
  using store = openAccountStore(path, { clock: standingClock() });
  assert.equal(account(await store.add({ address: 'bob@contoso.example' })).hasPassword, false);
  assert.equal(storedHash(path, 'bob@contoso.example'), null);
});

test('add() takes an address named twice once', async (t) => {
  using store = openAccountStore(await accountsPath(t), { clock: standingClock() });
  const added = await store.add({
    address: 'alice@contoso.example',
    aliases: ['sales@contoso.example', 'SALES@contoso.example', 'alice@contoso.example'],
  });
  assert.deepEqual(account(added).aliases, ['sales@contoso.example']);
});

test('add() says what is in the way, and changes nothing', async (t) => {
  using store = openAccountStore(await accountsPath(t), { clock: standingClock() });
  const alice = account(
    await store.add({ address: 'alice@contoso.example', aliases: ['sales@contoso.example'] }),
  );
  assert.deepEqual(await store.add({ address: 'ALICE@contoso.example' }), {
    problem: 'exists',
    address: 'alice@contoso.example',
  });
  assert.deepEqual(await store.add({ address: 'sales@contoso.example' }), {
    problem: 'addressTaken',
    address: 'sales@contoso.example',
    account: 'alice@contoso.example',
  });
  assert.deepEqual(
    await store.add({ address: 'bob@contoso.example', aliases: ['bo@x.example', 'Sales@contoso.example'] }),
    {
      problem: 'addressTaken',
      address: 'sales@contoso.example',
      account: 'alice@contoso.example',
    },
  );
  assert.deepEqual(await store.add({ address: 'bob@contoso.example', aliases: ['alice@contoso.example'] }), {
    problem: 'addressTaken',
    address: 'alice@contoso.example',
    account: 'alice@contoso.example',
  });
  for (const address of ['', 'bob', 'bob@', 'bob@-x-', 'b ob@contoso.example', 'bob@contoso.example\0']) {
    const problem = await store.add({ address });
    assert.ok('problem' in problem && problem.problem === 'badAddress', address);
    assert.equal(problem.text, address);
    const asAlias = await store.add({ address: 'bob@contoso.example', aliases: [address] });
    assert.ok('problem' in asAlias && asAlias.problem === 'badAddress', address);
  }
  assert.deepEqual(await store.add({ address: 'bob@contoso.example', password: '' }), {
    problem: 'badPassword',
    error: 'empty',
  });
  assert.deepEqual(store.list(), [alice]);
});

test('add() keeps names of object properties as any other', async (t) => {
  using store = openAccountStore(await accountsPath(t), { clock: standingClock() });
  for (const address of ['__proto__@contoso.example', 'constructor@contoso.example']) {
    assert.equal(account(await store.add({ address })).address, address);
    assert.equal(account(store.show(address)).address, address);
  }
});

test('setPassword() replaces the password, clearPassword() takes it away', async (t) => {
  const path = await accountsPath(t);
  const clock = standingClock(1);
  using store = openAccountStore(path, { clock });
  await store.add({ address: 'alice@contoso.example', password: 'old' });
  clock.at = 2;
  const changed = account(await store.setPassword('Alice@contoso.example', 'ne\u0308w'));
  assert.deepEqual([changed.created, changed.changed], [1, 2]);
  assert.equal(await isPassword(path, 'alice@contoso.example', 'n\u00EBw'), true);
  assert.equal(await isPassword(path, 'alice@contoso.example', 'old'), false);
  for (const [password, error] of [
    ['', 'empty'],
    ['x'.repeat(1025), 'tooLong'],
    ['a\0b', 'characters'],
  ] as const) {
    assert.deepEqual(await store.setPassword('alice@contoso.example', password), {
      problem: 'badPassword',
      error,
    });
  }
  assert.equal(await isPassword(path, 'alice@contoso.example', 'n\u00EBw'), true);
  assert.equal(account(store.clearPassword('alice@contoso.example')).hasPassword, false);
  assert.equal(storedHash(path, 'alice@contoso.example'), null);
});

test('disable() and enable() turn one flag', async (t) => {
  using store = openAccountStore(await accountsPath(t), { clock: standingClock() });
  await store.add({ address: 'alice@contoso.example' });
  await store.add({ address: 'bob@contoso.example' });
  assert.equal(account(store.disable('alice@contoso.example')).disabled, true);
  assert.equal(account(store.disable('alice@contoso.example')).disabled, true);
  assert.equal(account(store.show('bob@contoso.example')).disabled, false);
  assert.equal(account(store.enable('alice@contoso.example')).disabled, false);
});

test('remove() frees all addresses of the account', async (t) => {
  using store = openAccountStore(await accountsPath(t), { clock: standingClock() });
  const alice = account(
    await store.add({ address: 'alice@contoso.example', aliases: ['sales@contoso.example'] }),
  );
  assert.deepEqual(store.remove('alice@contoso.example'), alice);
  assert.deepEqual(store.show('sales@contoso.example'), {
    problem: 'notFound',
    address: 'sales@contoso.example',
    aliasOf: undefined,
  });
  assert.equal(
    account(await store.add({ address: 'sales@contoso.example' })).address,
    'sales@contoso.example',
  );
});

test('every change asks for the primary address, and names it', async (t) => {
  using store = openAccountStore(await accountsPath(t), { clock: standingClock() });
  const alice = account(
    await store.add({ address: 'alice@contoso.example', aliases: ['sales@contoso.example'] }),
  );
  const changes: ((store: AccountStore, address: string) => unknown)[] = [
    (store, address) => store.setPassword(address, 'x'),
    (store, address) => store.clearPassword(address),
    (store, address) => store.disable(address),
    (store, address) => store.enable(address),
    (store, address) => store.remove(address),
    (store, address) => store.addAlias(address, 'more@contoso.example'),
    (store, address) => store.removeAlias(address, 'sales@contoso.example'),
  ];
  for (const change of changes) {
    assert.deepEqual(await change(store, 'Sales@contoso.example'), {
      problem: 'notFound',
      address: 'sales@contoso.example',
      aliasOf: 'alice@contoso.example',
    });
    assert.deepEqual(await change(store, 'nobody@contoso.example'), {
      problem: 'notFound',
      address: 'nobody@contoso.example',
      aliasOf: undefined,
    });
    assert.deepEqual(await change(store, 'nobody'), {
      problem: 'badAddress',
      text: 'nobody',
      error: { error: 'noDomain', position: 6 },
    });
  }
  assert.deepEqual(store.list(), [alice]);
});

test('addAlias() and removeAlias() change the other addresses', async (t) => {
  using store = openAccountStore(await accountsPath(t), { clock: standingClock() });
  await store.add({ address: 'alice@contoso.example' });
  await store.add({ address: 'bob@contoso.example', aliases: ['info@contoso.example'] });
  const alias = 'sales@contoso.example';
  assert.deepEqual(account(store.addAlias('alice@contoso.example', 'Sales@contoso.example')).aliases, [
    alias,
  ]);
  assert.deepEqual(account(store.addAlias('alice@contoso.example', alias)).aliases, [alias]);
  assert.deepEqual(account(store.addAlias('alice@contoso.example', 'alice@contoso.example')).aliases, [
    alias,
  ]);
  for (const taken of ['info@contoso.example', 'bob@contoso.example']) {
    assert.deepEqual(store.addAlias('alice@contoso.example', taken), {
      problem: 'addressTaken',
      address: taken,
      account: 'bob@contoso.example',
    });
  }
  for (const other of ['info@contoso.example', 'none@contoso.example']) {
    assert.deepEqual(store.removeAlias('alice@contoso.example', other), {
      problem: 'notAlias',
      address: other,
      account: 'alice@contoso.example',
    });
  }
  assert.deepEqual(store.removeAlias('alice@contoso.example', 'alice@contoso.example'), {
    problem: 'primaryAddress',
    address: 'alice@contoso.example',
  });
  assert.deepEqual(account(store.removeAlias('alice@contoso.example', 'SALES@contoso.example')).aliases, []);
  assert.deepEqual(account(store.show('info@contoso.example')).address, 'bob@contoso.example');
});

test('list() is sorted, filtered and paged', async (t) => {
  using store = openAccountStore(await accountsPath(t), { clock: standingClock() });
  await store.add({ address: 'carol@contoso.example', aliases: ['under_score@contoso.example'] });
  await store.add({ address: 'alice@contoso.example', aliases: ['sales@branch.example'] });
  await store.add({ address: 'bob@contoso.example', aliases: ['sales@contoso.example'] });
  store.disable('bob@contoso.example');
  const [a, b, c] = ['alice@contoso.example', 'bob@contoso.example', 'carol@contoso.example'];
  assert.deepEqual(names(store.list()), [a, b, c]);
  assert.deepEqual(names(store.list({ address: 'SALES' })), [a, b]);
  assert.deepEqual(names(store.list({ address: 'branch' })), [a]);
  assert.deepEqual(names(store.list({ address: '_' })), [c]);
  assert.deepEqual(names(store.list({ address: '%' })), []);
  assert.deepEqual(names(store.list({ disabled: true })), [b]);
  assert.deepEqual(names(store.list({ disabled: false, address: 'sales' })), [a]);
  assert.deepEqual(names(store.list({ limit: 2 })), [a, b]);
  assert.deepEqual(names(store.list({ limit: 2, after: b })), [c]);
});
