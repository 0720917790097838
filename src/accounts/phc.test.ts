import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { PRESENT_COST, formatPhc, isWeak, parsePhc } from './phc.ts';

const SALT = 'c29tZXNhbHQ';
const TAG = 'nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
const withCost = (cost: string): string => `$argon2id$v=19$${cost}$${SALT}$${TAG}`;

test('parsePhc() reads every field', () => {
  assert.deepEqual(parsePhc(withCost('m=19456,t=2,p=1')), {
    memory: 19_456,
    passes: 2,
    parallelism: 1,
    salt: Buffer.from('somesalt'),
    tag: Buffer.from('9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe', 'hex'),
  });
});

test('formatPhc() and parsePhc() are inverse', () => {
  const octets = (minLength: number): fc.Arbitrary<Buffer> =>
    fc.uint8Array({ minLength, maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  const fields = {
    memory: fc.integer({ min: 800, max: 1_048_576 }),
    passes: fc.integer({ min: 1, max: 99 }),
    parallelism: fc.integer({ min: 1, max: 99 }),
    salt: octets(8),
    tag: octets(16),
  };
  const hashes = fc.record(fields, { noNullPrototype: true });
  fc.assert(fc.property(hashes, (hash) => assert.deepEqual(parsePhc(formatPhc(hash)), hash)));
});

test('parsePhc() takes text that it gives back unchanged, or none', () => {
  const pieces = fc.constantFrom(
    '$argon2id',
    '$v=19',
    '$',
    'm=19456',
    ',t=2',
    ',p=1',
    `$${SALT}`,
    `$${TAG}`,
    '=',
    '0',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 9 }), (parts) => {
      const text = parts.join('');
      const hash = parsePhc(text);
      if (hash !== undefined) assert.equal(formatPhc(hash), text);
    }),
  );
});

test('parsePhc() holds memory, lanes, salt and tag to their bounds', () => {
  const ok = (text: string): boolean => parsePhc(text) !== undefined;
  assert.deepEqual([ok(withCost('m=1048576,t=2,p=1')), ok(withCost('m=1048577,t=2,p=1'))], [true, false]);
  assert.deepEqual([ok(withCost('m=32,t=2,p=4')), ok(withCost('m=31,t=2,p=4'))], [true, false]);
  assert.deepEqual([ok(withCost('m=19456,t=99,p=1')), ok(withCost('m=19456,t=100,p=1'))], [true, false]);
  const sized = (salt: number, tag: number): string =>
    formatPhc({ ...PRESENT_COST, salt: Buffer.alloc(salt), tag: Buffer.alloc(tag) });
  assert.deepEqual([ok(sized(8, 32)), ok(sized(7, 32))], [true, false]);
  assert.deepEqual([ok(sized(64, 32)), ok(sized(65, 32))], [true, false]);
  assert.deepEqual([ok(sized(16, 16)), ok(sized(16, 15))], [true, false]);
  assert.deepEqual([ok(sized(16, 64)), ok(sized(16, 65))], [true, false]);
});

test('parsePhc() refuses what is not strictly a hash of this kind', () => {
  const good = withCost('m=19456,t=2,p=1');
  assert.ok(parsePhc(good) !== undefined);
  for (const bad of [
    '',
    good.replace('argon2id', 'argon2i'),
    good.replace('argon2id', 'ARGON2ID'),
    good.replace('v=19', 'v=16'),
    good.replace('$v=19', ''),
    good.replace('m=19456,t=2', 't=2,m=19456'),
    good.replace('m=19456', 'm=019456'),
    good.replace('t=2', 't=0'),
    good.replace('t=2', 't=-2'),
    good.replace('p=1', 'p=1,data=AAAA'),
    `${good}\n`,
    ` ${good}`,
    `${good}=`,
    `${good}$x`,
    good.replace(SALT, `${SALT}=`),
    good.replace(SALT, SALT.replace('c', '-')),
    // The last character holds bits that belong to no octet; another spelling of the same octets.
    good.replace(TAG, TAG.replace(/4$/, '5')),
  ]) {
    assert.equal(parsePhc(bad), undefined, JSON.stringify(bad));
  }
});

test('isWeak() compares memory times passes, and the lengths', () => {
  const hash = { ...PRESENT_COST, salt: Buffer.alloc(16), tag: Buffer.alloc(32) };
  assert.equal(isWeak(hash), false);
  assert.equal(isWeak({ ...hash, memory: PRESENT_COST.memory - 1 }), true);
  assert.equal(isWeak({ ...hash, passes: 1 }), true);
  assert.equal(isWeak({ ...hash, memory: 2 * PRESENT_COST.memory, passes: 1 }), false);
  assert.equal(isWeak({ ...hash, salt: Buffer.alloc(15) }), true);
  assert.equal(isWeak({ ...hash, tag: Buffer.alloc(31) }), true);
});
