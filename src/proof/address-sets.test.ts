import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { range, ranges } from '../policy/testing/mod.ts';
import { inRange, ipv4, ipv6, isPublic } from '../std/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';
import {
  addressSet,
  commonAddresses,
  countAddresses,
  EVERY_ADDRESS,
  publicAddresses,
  withoutRanges,
} from './address-sets.ts';
import type { AddressSet } from './mod.ts';

/** Ranges and addresses around the first ones of both families. */
const SIZE = 24;
const someRanges = fc.array(
  fc
    .tuple(fc.boolean(), fc.nat(SIZE - 1), fc.nat(6))
    .map(([four, first, more]): IpRange =>
      four
        ? { family: 4, first, last: first + more }
        : { family: 6, first: BigInt(first), last: BigInt(first + more) },
    ),
  { maxLength: 8 },
);
const ADDRESSES: readonly IpAddress[] = Array.from({ length: SIZE + 8 }, (_, i) => [
  ipv4(i),
  ipv6(BigInt(i)),
]).flat();

function isIn(address: IpAddress, set: readonly IpRange[]): boolean {
  return set.some((one) => inRange(address, one));
}

/** Sorted, disjoint and not adjacent. */
function isWellFormed(set: AddressSet): boolean {
  return set.every((one, i) => {
    const before = set[i - 1];
    if (before === undefined || before.family < one.family) return true;
    return before.family === one.family && BigInt(before.last) + 1n < BigInt(one.first);
  });
}

test('addressSet(), withoutRanges() and commonAddresses() are union, difference and intersection', () => {
  fc.assert(
    fc.property(someRanges, someRanges, (left, right) => {
      const a = addressSet(left);
      const b = addressSet(right);
      const without = withoutRanges(a, right);
      const common = commonAddresses(a, b);
      for (const set of [a, without, common]) assert.ok(isWellFormed(set));
      for (const address of ADDRESSES) {
        const [inA, inB] = [isIn(address, left), isIn(address, right)];
        assert.equal(isIn(address, a), inA);
        assert.equal(isIn(address, without), inA && !inB);
        assert.equal(isIn(address, common), inA && inB);
      }
      const { v4, v6 } = countAddresses(a);
      assert.equal(v4 + v6, BigInt(ADDRESSES.filter((address) => isIn(address, left)).length));
    }),
    { numRuns: 300 },
  );
});

test('publicAddresses() leaves what isPublic() calls public', () => {
  const outside = publicAddresses(EVERY_ADDRESS);
  const ends = outside.flatMap((one) =>
    one.family === 4 ? [ipv4(one.first), ipv4(one.last)] : [ipv6(one.first), ipv6(one.last)],
  );
  assert.ok(ends.every(isPublic));
  for (const { family, first, last } of withoutRanges(EVERY_ADDRESS, outside)) {
    for (const value of [first, last]) {
      assert.equal(isPublic(family === 4 ? ipv4(Number(value)) : ipv6(BigInt(value))), false);
    }
  }
});

test('countAddresses() counts public addresses apart', () => {
  assert.deepEqual(
    countAddresses(addressSet(ranges('10.0.9.0/24', '198.41.0.0/30', '2a00::/127', 'fd00::1'))),
    {
      v4: 260n,
      v6: 3n,
      public4: 4n,
      public6: 2n,
    },
  );
  assert.deepEqual(countAddresses([]), { v4: 0n, v6: 0n, public4: 0n, public6: 0n });
  assert.equal(countAddresses([range('9.0.0.0/8')]).public4, 2n ** 24n);
});
