/**
 * Which rules name a range that holds an address, in time that hardly grows with the number of rules.
 *
 * All ranges are cut into aligned blocks, which nest or are apart. Each distinct block keeps the rules that name it and
 * the next wider block around it. A lookup is one binary search for the innermost block; the rules that cover the
 * address are those of that block and of the blocks around it (at most 33 in IPv4, 129 in IPv6). Building takes
 * O(n log n) time and O(n) memory for n blocks, however they nest.
 */
import { ipv4, ipv6 } from '../std/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';
import { alignedBlocks } from './blocks.ts';
import { buildSegments, compareBigInts, segmentOf4, segmentOf6 } from './segments.ts';
import type { Block, Entry, Segments } from './segments.ts';

export interface RangeTable {
  readonly v4: Segments<Uint32Array>;
  readonly v6: Segments<readonly bigint[]>;
}

/** Builds the table; rule number i names the ranges `rules[i]` (none: the rule is not in the table). */
export function buildRangeTable(rules: readonly (readonly IpRange[])[]): RangeTable {
  const entries = { 4: new Array<Entry>(), 6: new Array<Entry>() };
  for (const [rule, ranges] of rules.entries()) {
    for (const range of ranges) {
      for (const { first, last } of alignedBlocks(range)) entries[range.family].push({ first, last, rule });
    }
  }
  const v4 = buildSegments(entries[4], 2n ** 32n - 1n);
  const v6 = buildSegments(entries[6], 2n ** 128n - 1n);
  return Object.freeze({
    v4: Object.freeze({ starts: Uint32Array.from(v4.starts, Number), blocks: v4.blocks }),
    v6: Object.freeze(v6),
  });
}

/** The innermost block that holds `address`; undefined when no rule names a range that does. */
export function findBlock(table: RangeTable, address: IpAddress): Block | undefined {
  return address.family === 4
    ? table.v4.blocks[segmentOf4(table.v4.starts, address.value)]
    : table.v6.blocks[segmentOf6(table.v6.starts, address.value)];
}

/** Whether `rule` names `block` or a block around it. */
export function isCovered(block: Block | undefined, rule: number): boolean {
  for (let at = block; at !== undefined; at = at.around) {
    if (includesSorted(at.rules, rule)) return true;
  }
  return false;
}

/** The lowest number of a rule that names `block` or a block around it. */
export function firstRule(block: Block | undefined): number | undefined {
  let first: number | undefined;
  for (let at = block; at !== undefined; at = at.around) {
    const lowest = at.rules[0];
    if (lowest !== undefined && (first === undefined || lowest < first)) first = lowest;
  }
  return first;
}

/**
 * One address of every part of `range` in which all `tables` answer alike, ascending: the first of each part. Whatever
 * depends on an address only through these tables is decided for the whole range by these addresses.
 */
export function representatives(range: IpRange, tables: readonly RangeTable[]): readonly IpAddress[] {
  if (range.family === 4) {
    const firsts = new Set([range.first]);
    for (const { v4 } of tables) addStarts(firsts, v4.starts, segmentOf4(v4.starts, range.first), range.last);
    return [...firsts].sort((a, b) => a - b).map(ipv4);
  }
  const firsts = new Set([range.first]);
  for (const { v6 } of tables) addStarts(firsts, v6.starts, segmentOf6(v6.starts, range.first), range.last);
  return [...firsts].sort(compareBigInts).map(ipv6);
}

/** Adds the starts after segment `segment` up to and including `last`. */
function addStarts<T extends number | bigint>(
  firsts: Set<T>,
  starts: { readonly [index: number]: T | undefined },
  segment: number,
  last: T,
): void {
  for (let i = segment + 1; ; i += 1) {
    const start = starts[i];
    if (start === undefined || start > last) return;
    firsts.add(start);
  }
}

function includesSorted(rules: readonly number[], rule: number): boolean {
  let low = 0;
  let high = rules.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = rules[middle];
    if (at === rule) return true;
    if (at !== undefined && at < rule) low = middle + 1;
    else high = middle;
  }
  return false;
}
