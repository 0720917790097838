import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { deriveArgon2id, hashPassword } from './argon2.ts';
import type { Derive } from './argon2.ts';
import { createAuthenticator } from './authenticator.ts';
import type { Authenticator, AuthenticatorOptions } from './authenticator.ts';
import type { LoginRules } from './login.ts';
import { formatPhc, PRESENT_COST, parsePhc } from './phc.ts';
import { openAccountReader } from './reader.ts';
import { openAccountStore } from './store.ts';
import type { AccountStore } from './store.ts';
import { accountsPath, countedDerive, mailbox, recordEvents, standingClock } from './testing/kit.ts';
import type { CountedDerive, Events, StandingClock } from './testing/kit.ts';

const ALICE = 'alice@contoso.example';
const RULES: LoginRules = {
  defaultDomain: 'contoso.example',
  ntDomains: new Map([['CONTOSO', 'contoso.example']]),
};
const WELCOME = { account: ALICE };

interface World {
  readonly path: string;
  readonly store: AccountStore;
  readonly authenticator: Authenticator;
  readonly counted: CountedDerive;
  readonly clock: StandingClock;
  readonly events: Events;
  /** The stored hash of Alice. */
  readonly hash: () => string;
}

/** Alice (password "secret", alias sales), Bob (disabled, password "secret"), Carol (no password). */
async function world(t: TestContext, options: Partial<AuthenticatorOptions> = {}): Promise<World> {
  const path = await accountsPath(t);
  const clock = standingClock();
  const store = openAccountStore(path, { clock });
  await store.add({ address: ALICE, aliases: ['sales@contoso.example'], password: 'secret' });
  await store.add({ address: 'bob@contoso.example', password: 'secret' });
  store.disable('bob@contoso.example');
  await store.add({ address: 'carol@contoso.example' });
  const events = recordEvents();
  const accounts = openAccountReader(path, events);
  t.after(() => {
    store[Symbol.dispose]();
    accounts[Symbol.dispose]();
  });
  const counted = countedDerive();
  const { derive } = counted;
  const { emit } = events;
  const authenticator = createAuthenticator({
    accounts,
    rules: () => RULES,
    clock,
    emit,
    derive,
    ...options,
  });
  const hash = (): string => {
    const found = accounts.find(mailbox(ALICE));
    assert.ok(typeof found === 'object' && found.hash !== null);
    return found.hash;
  };
  return { path, store, authenticator, counted, clock, events, hash };
}

test('verify() takes each form of login, and returns the account', async (t) => {
  const { authenticator } = await world(t);
  for (const login of [
    ALICE,
    'Alice@CONTOSO.example',
    'sales@contoso.example',
    'CONTOSO\\alice',
    'contoso/Alice',
    'CONTOSO/alice/sales',
    'CONTOSO\\sales',
    'alice',
  ]) {
    assert.deepEqual(await authenticator.verify(login, 'secret'), WELCOME, login);
  }
});

test('verify() does one derivation of one cost for every kind of attempt that is rejected', async (t) => {
  const costs: string[] = [];
  const { authenticator } = await world(t, {
    derive: (password, hash) => {
      costs.push(
        `m=${hash.memory},t=${hash.passes},p=${hash.parallelism},${hash.salt.length},${hash.tag.length}`,
      );
      return deriveArgon2id(password, hash);
    },
  });
  const attempts: [string, string, string][] = [
    ['wrong password', ALICE, 'Secret'],
    ['trailing space', ALICE, 'secret '],
    ['part of the password', ALICE, 'secre'],
    ['unknown user', 'nobody@contoso.example', 'secret'],
    ['no login at all', '', 'secret'],
    ['unmapped domain', 'OTHER\\alice', 'secret'],
    ['an alias of nobody', 'CONTOSO/alice/nobody', 'secret'],
    ["another account's address for an alias", 'CONTOSO/alice/carol', 'secret'],
    ['disabled', 'bob@contoso.example', 'secret'],
    ['disabled, wrong password', 'bob@contoso.example', 'x'],
    ['no password', 'carol@contoso.example', 'secret'],
    ['empty password', ALICE, ''],
    ['empty password of an account without one', 'carol@contoso.example', ''],
    ['prohibited characters', ALICE, 'sec\0ret'],
    ['too long', ALICE, 'x'.repeat(1025)],
  ];
  for (const [what, login, password] of attempts) {
    assert.equal(await authenticator.verify(login, password), 'rejected', what);
    assert.deepEqual(costs.splice(0), ['m=19456,t=2,p=1,16,32'], what);
  }
  assert.deepEqual(await authenticator.verify(ALICE, 'secret'), WELCOME);
  assert.deepEqual(costs, ['m=19456,t=2,p=1,16,32']);
});

test('verify() compares passwords as SASLprep makes them', async (t) => {
  const { store, authenticator } = await world(t);
  await store.setPassword(ALICE, 'Mu\u0308ller\u2168');
  assert.deepEqual(await authenticator.verify(ALICE, 'M\u00FCllerIX'), WELCOME);
  assert.equal(await authenticator.verify(ALICE, 'MullerIX'), 'rejected');
});

test('verify() remembers a right password for a minute, and a wrong one not at all', async (t) => {
  const { authenticator, counted, clock } = await world(t);
  const attempt = async (login: string, password: string): Promise<number> => {
    const before = counted.begun();
    await authenticator.verify(login, password);
    return counted.begun() - before;
  };
  assert.equal(await attempt(ALICE, 'secret'), 1);
  assert.equal(await attempt(ALICE, 'secret'), 0);
  assert.deepEqual(await authenticator.verify(ALICE, 'secret'), WELCOME);
  assert.equal(await attempt('alice', 'secret'), 1);
  assert.equal(await attempt(ALICE, 'wrong'), 1);
  assert.equal(await attempt(ALICE, 'wrong'), 1);
  clock.at += 59_999;
  assert.equal(await attempt(ALICE, 'secret'), 0);
  clock.at += 1;
  assert.equal(await attempt(ALICE, 'secret'), 1);
});

test('verify() of a remembered password heeds every change at once', async (t) => {
  const { store, authenticator } = await world(t);
  const login = 'CONTOSO/alice/sales';
  const remembered = async (): Promise<void> => {
    assert.deepEqual(await authenticator.verify(login, 'secret'), WELCOME);
    assert.deepEqual(await authenticator.verify(login, 'secret'), WELCOME);
  };
  await remembered();
  store.disable(ALICE);
  assert.equal(await authenticator.verify(login, 'secret'), 'rejected');
  store.enable(ALICE);
  await remembered();
  store.removeAlias(ALICE, 'sales@contoso.example');
  assert.equal(await authenticator.verify(login, 'secret'), 'rejected');
  store.addAlias(ALICE, 'sales@contoso.example');
  await remembered();
  await store.setPassword(ALICE, 'other');
  assert.equal(await authenticator.verify(login, 'secret'), 'rejected');
  await store.setPassword(ALICE, 'secret');
  await remembered();
  store.clearPassword(ALICE);
  assert.equal(await authenticator.verify(login, 'secret'), 'rejected');
  await store.setPassword(ALICE, 'secret');
  await remembered();
  store.remove(ALICE);
  assert.equal(await authenticator.verify(login, 'secret'), 'rejected');
  await store.add({ address: ALICE, aliases: ['sales@contoso.example'], password: 'other' });
  assert.equal(await authenticator.verify(login, 'secret'), 'rejected');
});

test('verify() asks for the rules at every attempt', async (t) => {
  let rules = RULES;
  const { authenticator } = await world(t, { rules: () => rules });
  assert.deepEqual(await authenticator.verify('alice', 'secret'), WELCOME);
  rules = { ntDomains: new Map() };
  assert.equal(await authenticator.verify('alice', 'secret'), 'rejected');
});

/** Derivations that begin to derive when they are let go, all of them; `most` is how many were in the air at once. */
function heldDerive(): {
  readonly derive: Derive;
  readonly most: () => number;
  readonly release: () => void;
} {
  const gate = Promise.withResolvers<void>();
  let inside = 0;
  let most = 0;
  return {
    most: () => most,
    release: gate.resolve,
    derive: async (password, hash) => {
      inside += 1;
      most = Math.max(most, inside);
      await gate.promise;
      const tag = await deriveArgon2id(password, hash);
      inside -= 1;
      return tag;
    },
  };
}

test('verify() is busy beyond as many as run and wait, and takes more when they are done', async (t) => {
  const held = heldDerive();
  const { authenticator } = await world(t, { derive: held.derive, gate: { running: 2, waiting: 3 } });
  const attempts = Array.from({ length: 5 }, () => authenticator.verify(ALICE, 'secret'));
  assert.equal(await authenticator.verify(ALICE, 'secret'), 'busy');
  assert.equal(await authenticator.verify('nobody', 'x'), 'busy');
  held.release();
  assert.deepEqual(
    await Promise.all(attempts),
    attempts.map(() => WELCOME),
  );
  assert.equal(held.most(), 2);
  assert.deepEqual(await authenticator.verify(ALICE, 'secret'), WELCOME);
});

test('verify() gives up waiting when the client is gone', async (t) => {
  const held = heldDerive();
  const { authenticator } = await world(t, { derive: held.derive, gate: { running: 1, waiting: 1 } });
  const first = authenticator.verify(ALICE, 'secret');
  const client = new AbortController();
  const second = authenticator.verify(ALICE, 'secret', client.signal);
  assert.equal(await authenticator.verify(ALICE, 'secret'), 'busy');
  client.abort();
  assert.equal(await second, 'busy');
  held.release();
  assert.deepEqual(await first, WELCOME);
});

/** Changes something when a derivation is done and its result is not yet used; `attempt` counts from 1. */
function deriveAnd(change: (attempt: number) => void): Derive {
  let attempt = 0;
  return async (password, hash) => {
    const tag = await deriveArgon2id(password, hash);
    change((attempt += 1));
    return tag;
  };
}

test('verify() heeds a change that is made while it derives', async (t) => {
  const changes: ((store: AccountStore) => void)[] = [
    (store) => void store.disable(ALICE),
    (store) => void store.clearPassword(ALICE),
    (store) => void store.remove(ALICE),
    (store) => void store.removeAlias(ALICE, 'sales@contoso.example'),
  ];
  for (const change of changes) {
    const made: World = await world(t, { derive: deriveAnd(() => change(made.store)) });
    assert.equal(await made.authenticator.verify('sales@contoso.example', 'secret'), 'rejected');
  }
});

test('verify() checks again against a hash that another process put in meanwhile', async (t) => {
  const other = await hashPassword(Buffer.from('secret'), deriveArgon2id);
  let derivations = 0;
  const made: World = await world(t, {
    derive: deriveAnd((attempt) => {
      derivations = attempt;
      if (attempt === 1) setHash(made.path, other);
    }),
  });
  assert.deepEqual(await made.authenticator.verify(ALICE, 'secret'), WELCOME);
  assert.equal(derivations, 2);
  assert.equal(made.hash(), other);
});

test('verify() replaces a weak hash once, and only with the right password', async (t) => {
  const { path, authenticator, counted, events, hash } = await world(t);
  const weak = await weakHash('secret');
  setHash(path, weak);
  assert.equal(await authenticator.verify(ALICE, 'wrong'), 'rejected');
  assert.equal(hash(), weak);
  assert.deepEqual(await authenticator.verify(ALICE, 'secret'), WELCOME);
  const strong = parsePhc(hash());
  assert.deepEqual([strong?.memory, strong?.passes], [PRESENT_COST.memory, PRESENT_COST.passes]);
  assert.deepEqual(events.told, [{ name: 'accounts.rehashed', fields: { account: ALICE, saved: true } }]);
  const before = counted.begun();
  assert.deepEqual(await authenticator.verify(ALICE, 'secret'), WELCOME);
  assert.equal(counted.begun(), before, 'remembered under the new hash');
  assert.deepEqual(await authenticator.verify('alice', 'secret'), WELCOME);
  assert.equal(counted.begun(), before + 1);
});

test('verify() welcomes with a weak hash that cannot be replaced now', async (t) => {
  const { path, authenticator, events, hash } = await world(t);
  const weak = await weakHash('secret');
  setHash(path, weak);
  using writer = new DatabaseSync(path);
  writer.exec('BEGIN IMMEDIATE');
  assert.deepEqual(await authenticator.verify(ALICE, 'secret'), WELCOME);
  writer.exec('COMMIT');
  assert.equal(hash(), weak);
  assert.deepEqual(events.told, [{ name: 'accounts.rehashed', fields: { account: ALICE, saved: false } }]);
});

test('verify() is unavailable while the accounts cannot be read', async (t) => {
  const { path, authenticator } = await world(t);
  using saboteur = new DatabaseSync(path);
  saboteur.exec('ALTER TABLE account RENAME TO gone');
  assert.equal(await authenticator.verify(ALICE, 'secret'), 'unavailable');
  assert.equal(await authenticator.verify('nobody@contoso.example', 'secret'), 'unavailable');
  saboteur.exec('ALTER TABLE gone RENAME TO account');
  assert.deepEqual(await authenticator.verify(ALICE, 'secret'), WELCOME);
});

test('verify() is unavailable with a damaged hash, and says whose', async (t) => {
  const { path, authenticator, events } = await world(t);
  setHash(path, '$argon2id$damaged');
  assert.equal(await authenticator.verify(ALICE, 'secret'), 'unavailable');
  assert.deepEqual(events.told, [{ name: 'accounts.badHash', fields: { account: ALICE } }]);
});

test('verify() is unavailable when a hash cannot be derived, and works again afterwards', async (t) => {
  let short = true;
  const { authenticator, events } = await world(t, {
    gate: { running: 1, waiting: 0 },
    derive: (password, hash) =>
      short ? Promise.reject(new Error('no memory')) : deriveArgon2id(password, hash),
  });
  assert.equal(await authenticator.verify(ALICE, 'secret'), 'unavailable');
  assert.deepEqual(events.told, [{ name: 'accounts.hashingFailed', fields: { error: 'Error: no memory' } }]);
  short = false;
  assert.deepEqual(await authenticator.verify(ALICE, 'secret'), WELCOME);
});

test('owns() is true for the addresses of the account alone', async (t) => {
  const { authenticator } = await world(t);
  assert.equal(authenticator.owns(ALICE, 'Sales@contoso.example'), true);
  assert.equal(authenticator.owns(ALICE, 'bob@contoso.example'), false);
  assert.equal(authenticator.owns(ALICE, ''), false);
});

async function weakHash(password: string): Promise<string> {
  const hash = { memory: 4_096, passes: 1, parallelism: 1, salt: Buffer.alloc(16, 7), tag: Buffer.alloc(32) };
  return formatPhc({ ...hash, tag: await deriveArgon2id(Buffer.from(password), hash) });
}

/** As another process would. */
function setHash(path: string, hash: string): void {
  using database = new DatabaseSync(path);
  database.prepare('UPDATE account SET hash = ? WHERE name = ?').run(hash, ALICE);
}
