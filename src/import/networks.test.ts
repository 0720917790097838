import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isTextProblem, parseRange } from '../config/mod.ts';
import { inRange, ipv4, ipv6 } from '../std/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';
import {
  complement,
  difference,
  EVERYBODY,
  intersection,
  isEmpty,
  isSame,
  networksOf,
  NOBODY,
  setOf,
  union,
} from './networks.ts';
import type { AddressSet } from './networks.ts';

const BASE6 = 0x2001n << 112n;
const addresses = fc
  .tuple(fc.boolean(), fc.nat(40))
  .map(([four, at]): IpAddress => (four ? ipv4(at) : ipv6(BASE6 + BigInt(at))));
const ranges = fc.array(
  fc.tuple(fc.boolean(), fc.nat(40), fc.nat(40)).map(([four, a, b]): IpRange => {
    const [first, last] = a < b ? [a, b] : [b, a];
    return four
      ? { family: 4, first, last }
      : { family: 6, first: BASE6 + BigInt(first), last: BASE6 + BigInt(last) };
  }),
  { maxLength: 6 },
);

function has(set: AddressSet, { family, value }: IpAddress): boolean {
  return set[family === 4 ? 'v4' : 'v6'].some(({ first, last }) => first <= value && BigInt(value) <= last);
}

test('sets of addresses hold what their definition says', () => {
  fc.assert(
    fc.property(ranges, ranges, addresses, (one, other, address) => {
      const [a, b] = [setOf(one), setOf(other)];
      const [inA, inB] = [one, other].map((list) => list.some((range) => inRange(address, range)));
      assert.equal(has(a, address), inA);
      assert.equal(has(union(a, b), address), inA || inB);
      assert.equal(has(intersection(a, b), address), inA && inB);
      assert.equal(has(difference(a, b), address), inA && !inB);
      assert.equal(has(complement(a), address), !inA);
      assert.ok(isSame(complement(complement(a)), a));
      assert.ok(isEmpty(difference(a, a)));
    }),
    { numRuns: 1000 },
  );
  assert.ok(isSame(complement(NOBODY), EVERYBODY));
});

test('networksOf() holds exactly the addresses of the set', () => {
  fc.assert(
    fc.property(ranges, (list) => {
      const networks = networksOf(setOf(list)).map((text) => parseRange(text));
      const read = networks.filter((range): range is IpRange => !isTextProblem(range));
      assert.equal(read.length, networks.length);
      assert.ok(isSame(setOf(read), setOf(list)));
    }),
    { numRuns: 500 },
  );
  assert.deepEqual(networksOf(EVERYBODY), ['0.0.0.0/0', '::/0']);
});
