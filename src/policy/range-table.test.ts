import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inRange, ipv4, ipv6 } from '../std/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';
import { buildRangeTable, findBlock, firstRule, isCovered, representatives } from './range-table.ts';
import type { Block } from './segments.ts';
import { ip, range, ranges } from './testing/mod.ts';

/** Ranges that often nest, touch, repeat and reach the ends of the address space. */
const V4 = fc.record({ corner: fc.constantFrom(0, 2 ** 31, 2 ** 32 - 64), a: fc.nat(63), b: fc.nat(63) });
const RANGE4 = V4.map(({ corner, a, b }): IpRange => {
  return { family: 4, first: corner + Math.min(a, b), last: corner + Math.max(a, b) };
});
const RANGE6 = V4.map(({ corner, a, b }): IpRange => {
  const base = corner === 0 ? 0n : 2n ** 128n - 64n;
  return { family: 6, first: base + BigInt(Math.min(a, b)), last: base + BigInt(Math.max(a, b)) };
});
const RULES = fc.array(fc.array(fc.oneof(RANGE4, RANGE6), { maxLength: 3 }), { maxLength: 12 });
const ADDRESS = fc.oneof(
  V4.map(({ corner, a }) => ipv4(corner + a)),
  V4.map(({ corner, a }) => ipv6(corner === 0 ? BigInt(a) : 2n ** 128n - 1n - BigInt(a))),
);

function covering(rules: readonly (readonly IpRange[])[], address: IpAddress): readonly number[] {
  return [...rules.keys()].filter((rule) => rules[rule]?.some((range) => inRange(address, range)));
}

test('findBlock(), isCovered() and firstRule() agree with a linear scan', () => {
  fc.assert(
    fc.property(RULES, fc.array(ADDRESS, { minLength: 1, maxLength: 20 }), (rules, addresses) => {
      const table = buildRangeTable(rules);
      for (const address of addresses) {
        const expected = covering(rules, address);
        const block = findBlock(table, address);
        assert.deepEqual(
          [...rules.keys()].filter((rule) => isCovered(block, rule)),
          expected,
        );
        assert.equal(firstRule(block), expected[0]);
      }
    }),
  );
});

test('representatives() stand for every address of a range', () => {
  fc.assert(
    fc.property(RULES, RULES, RANGE4, (one, other, tested) => {
      if (tested.family !== 4) return;
      const tables = [buildRangeTable(one), buildRangeTable(other)];
      const answers = (address: IpAddress): string =>
        JSON.stringify([covering(one, address), covering(other, address)]);
      const found = new Set(representatives(tested, tables).map(answers));
      for (let value = tested.first; value <= tested.last; value += 1) {
        assert.ok(found.has(answers(ipv4(value))), ipv4(value).text);
      }
      for (const address of representatives(tested, tables)) assert.ok(inRange(address, tested));
    }),
  );
});

test('findBlock() holds the first and last address of a range and not their neighbours', () => {
  const table = buildRangeTable([ranges('127.0.1.0/24', '2001:db8::/64')]);
  for (const inside of ['127.0.1.0', '127.0.1.255', '2001:db8::', '2001:db8::ffff:ffff:ffff:ffff']) {
    assert.ok(isCovered(findBlock(table, ip(inside)), 0), inside);
  }
  for (const outside of ['127.0.0.255', '127.0.2.0', '127.0.11.5', '2001:db7:ffff::', '2001:db8:0:1::']) {
    assert.equal(isCovered(findBlock(table, ip(outside)), 0), false, outside);
  }
});

test('findBlock() works at both ends of the address space', () => {
  const table = buildRangeTable([
    ranges('0.0.0.0/32', '255.255.255.255/32', '::/128'),
    ranges('0.0.0.0/0', '::/0'),
  ]);
  assert.equal(firstRule(findBlock(table, ip('0.0.0.0'))), 0);
  assert.equal(firstRule(findBlock(table, ip('0.0.0.1'))), 1);
  assert.equal(firstRule(findBlock(table, ip('255.255.255.254'))), 1);
  assert.equal(firstRule(findBlock(table, ip('255.255.255.255'))), 0);
  assert.equal(firstRule(findBlock(table, ip('::'))), 0);
  assert.equal(firstRule(findBlock(table, ip('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'))), 1);
});

test('an IPv4-mapped address is found by the IPv4 rule', () => {
  const table = buildRangeTable([ranges('1.1.1.1/32')]);
  assert.equal(firstRule(findBlock(table, ip('::ffff:1.1.1.1'))), 0);
  assert.equal(firstRule(findBlock(table, ip('::101:101'))), undefined);
});

test('buildRangeTable() stays linear when many rules name a wide range and many a narrow one inside', () => {
  const many = 2_000;
  const wide = Array.from({ length: many }, () => ranges('10.0.0.0/8'));
  const narrow = Array.from({ length: many }, (_, i): IpRange[] => [
    { family: 4, first: 0x0a000000 + i * 256, last: 0x0a000000 + i * 256 + 7 },
  ]);
  const table = buildRangeTable([...wide, ...narrow]);
  const blocks = new Set<Block>();
  for (const block of table.v4.blocks) if (block !== undefined) blocks.add(block);
  const stored = [...blocks].reduce((sum, block) => sum + block.rules.length, 0);
  assert.equal(stored, 2 * many);
  assert.ok(table.v4.starts.length <= 2 * (many + 1) + 1);
});

test('buildRangeTable() makes tables that cannot be changed', () => {
  const table = buildRangeTable([ranges('10.0.0.0/8', '10.0.0.0/9', '10.128.0.0/9', '::1')]);
  const [block] = table.v4.blocks;
  for (const part of [
    table,
    table.v4,
    table.v6,
    table.v4.blocks,
    table.v6.starts,
    block,
    block?.rules,
    block?.around,
  ]) {
    assert.ok(part !== undefined && Object.isFrozen(part));
  }
});

test('representatives() of a range that no rule touches is its first address', () => {
  const table = buildRangeTable([ranges('10.0.0.0/8')]);
  assert.deepEqual(representatives(range('203.0.113.0/24'), [table]), [ip('203.0.113.0')]);
  assert.deepEqual(representatives(range('2001:db8::/32'), [table]), [ip('2001:db8::')]);
});
