import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alignedBlocks } from './blocks.ts';
import { range } from './testing/mod.ts';

test('alignedBlocks() leaves a CIDR range whole', () => {
  for (const cidr of [
    '0.0.0.0/0',
    '10.0.0.0/8',
    '10.0.0.7/32',
    '255.255.255.255/32',
    '::/0',
    '2001:db8::/33',
  ]) {
    assert.equal(alignedBlocks(range(cidr)).length, 1, cidr);
  }
});

test('alignedBlocks() cuts any other range into blocks that join without gap', () => {
  const bound = fc.oneof(
    fc.nat(300),
    fc.integer({ min: 2 ** 32 - 300, max: 2 ** 32 - 1 }),
    fc.nat(2 ** 32 - 1),
  );
  fc.assert(
    fc.property(bound, bound, (a, b) => {
      const [first, last] = a < b ? [a, b] : [b, a];
      const blocks = alignedBlocks({ family: 4, first, last });
      assert.ok(blocks.length <= 62);
      let next = BigInt(first);
      for (const block of blocks) {
        const size = block.last - block.first + 1n;
        assert.equal(block.first, next);
        assert.equal(size & (size - 1n), 0n);
        assert.equal(block.first % size, 0n);
        next = block.last + 1n;
      }
      assert.equal(next, BigInt(last) + 1n);
    }),
  );
});

test('alignedBlocks() takes the fewest blocks', () => {
  const blocks = alignedBlocks({ family: 4, first: 1, last: 15 });
  assert.deepEqual(
    blocks.map(({ first, last }) => `${first}-${last}`),
    ['1-1', '2-3', '4-7', '8-15'],
  );
});

test('alignedBlocks() takes at most 254 blocks for the worst IPv6 range', () => {
  assert.equal(alignedBlocks({ family: 6, first: 1n, last: 2n ** 128n - 2n }).length, 254);
});
