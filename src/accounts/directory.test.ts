import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { createDirectory, ownsAddress } from './directory.ts';
import { openAccountReader } from './reader.ts';
import { openAccountStore } from './store.ts';
import { accountsPath, mailbox, recordEvents, standingClock } from './testing/kit.ts';

test('lookup() and owner() know every address of every account, disabled or not, and no other', async (t) => {
  const path = await accountsPath(t);
  using store = openAccountStore(path, { clock: standingClock() });
  using reader = openAccountReader(path, recordEvents());
  const directory = createDirectory(reader);
  await store.add({
    address: 'alice@contoso.example',
    aliases: ['sales@contoso.example', '"a b"@contoso.example'],
  });
  await store.add({ address: 'bob@contoso.example' });
  store.disable('bob@contoso.example');
  for (const [address, owner] of [
    ['alice@contoso.example', 'alice@contoso.example'],
    ['ALICE@contoso.example', 'alice@contoso.example'],
    ['"alice"@CONTOSO.example', 'alice@contoso.example'],
    ['Sales@contoso.example', 'alice@contoso.example'],
    ['"A B"@contoso.example', 'alice@contoso.example'],
    ['bob@contoso.example', 'bob@contoso.example'],
  ] as const) {
    assert.equal(directory.lookup(mailbox(address)), 'known', address);
    assert.deepEqual(directory.owner(mailbox(address)), { account: owner }, address);
  }
  for (const address of [
    'alice@branch.example',
    'alice@sub.contoso.example',
    'alice+tag@contoso.example',
    'alic@contoso.example',
    'alice.x@contoso.example',
    'alice%x@contoso.example',
    '%@contoso.example',
    '"alice "@contoso.example',
    '__proto__@contoso.example',
  ]) {
    assert.equal(directory.lookup(mailbox(address)), 'unknown', address);
    assert.equal(directory.owner(mailbox(address)), 'unknown', address);
  }
});

test('standing() follows the account', async (t) => {
  const path = await accountsPath(t);
  using store = openAccountStore(path, { clock: standingClock() });
  using reader = openAccountReader(path, recordEvents());
  const directory = createDirectory(reader);
  const alice = 'alice@contoso.example';
  assert.equal(directory.standing(alice), 'unknown');
  await store.add({ address: alice, aliases: ['sales@contoso.example'] });
  assert.equal(directory.standing(alice), 'enabled');
  assert.equal(directory.standing('sales@contoso.example'), 'unknown');
  store.disable(alice);
  assert.equal(directory.standing(alice), 'disabled');
  store.remove(alice);
  assert.equal(directory.standing(alice), 'unknown');
});

test('ownsAddress() is true for the addresses of that account alone', async (t) => {
  const path = await accountsPath(t);
  using store = openAccountStore(path, { clock: standingClock() });
  using reader = openAccountReader(path, recordEvents());
  await store.add({ address: 'alice@contoso.example', aliases: ['sales@contoso.example'] });
  await store.add({ address: 'bob@contoso.example' });
  const owns = (address: string): boolean => ownsAddress(reader, 'alice@contoso.example', address);
  assert.equal(owns('Alice@contoso.example'), true);
  assert.equal(owns('sales@contoso.example'), true);
  for (const address of [
    'bob@contoso.example',
    'nobody@contoso.example',
    'alice',
    '',
    '*',
    'alice@contoso.example\0',
  ]) {
    assert.equal(owns(address), false, JSON.stringify(address));
  }
});

test('lookup() sees at once what another process did', async (t) => {
  const path = await accountsPath(t);
  using reader = openAccountReader(path, recordEvents());
  const directory = createDirectory(reader);
  const url = JSON.stringify(new URL('store.ts', import.meta.url).href);
  const code = `
    const { openAccountStore } = await import(${url});
    const store = openAccountStore(${JSON.stringify(path)}, { clock: { now: () => 1 } });
    const steps = [
      () => store.add({ address: 'carol@contoso.example' }),
      () => store.addAlias('carol@contoso.example', 'sales@contoso.example'),
      () => store.disable('carol@contoso.example'),
      () => store.remove('carol@contoso.example'),
    ];
    process.stdin.on('data', async () => {
      await steps.shift()();
      process.stdout.write('done');
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(async () => {
    child.stdin.end();
    await once(child, 'exit');
  });
  const step = async (): Promise<void> => {
    const done = once(child.stdout, 'data');
    child.stdin.write('next\n');
    await done;
  };
  const carol = mailbox('carol@contoso.example');
  const sales = mailbox('sales@contoso.example');
  assert.equal(directory.lookup(carol), 'unknown');
  await step();
  assert.equal(directory.lookup(carol), 'known');
  assert.equal(directory.lookup(sales), 'unknown');
  await step();
  assert.deepEqual(directory.owner(sales), { account: 'carol@contoso.example' });
  assert.equal(directory.standing('carol@contoso.example'), 'enabled');
  await step();
  assert.equal(directory.standing('carol@contoso.example'), 'disabled');
  await step();
  assert.equal(directory.lookup(carol), 'unknown');
  assert.equal(directory.lookup(sales), 'unknown');
});
