import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { deriveArgon2id, hashPassword, matches, unmatchedHash } from './argon2.ts';
import { PRESENT_COST, parsePhc } from './phc.ts';

test('matches() agrees with the reference implementation', async () => {
  // From the tests of phc-winner-argon2, password "password".
  for (const text of [
    '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc',
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ]) {
    const hash = parsePhc(text);
    assert.ok(hash !== undefined);
    assert.equal(await matches(Buffer.from('password'), hash, deriveArgon2id), true, text);
    assert.equal(await matches(Buffer.from('Password'), hash, deriveArgon2id), false, text);
  }
});

test('hashPassword() hashes with the present cost and a salt of its own', async () => {
  const [one, two] = await Promise.all([
    hashPassword(Buffer.from('secret'), deriveArgon2id),
    hashPassword(Buffer.from('secret'), deriveArgon2id),
  ]);
  assert.notEqual(one, two);
  const hash = parsePhc(one);
  assert.ok(hash !== undefined);
  const { memory, passes, parallelism, salt, tag } = hash;
  assert.deepEqual({ memory, passes, parallelism }, PRESENT_COST);
  assert.deepEqual([salt.length, tag.length], [16, 32]);
  assert.equal(await matches(Buffer.from('secret'), hash, deriveArgon2id), true);
  assert.equal(await matches(Buffer.from('secret '), hash, deriveArgon2id), false);
  assert.equal(await matches(Buffer.alloc(0), hash, deriveArgon2id), false);
});

test('unmatchedHash() costs what a hash made now costs', () => {
  const { memory, passes, parallelism, salt, tag } = unmatchedHash();
  assert.deepEqual({ memory, passes, parallelism }, PRESENT_COST);
  assert.deepEqual([salt.length, tag.length], [16, 32]);
  assert.notDeepEqual(salt, unmatchedHash().salt);
});
