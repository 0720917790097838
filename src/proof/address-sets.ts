/** Sets of addresses as sorted, disjoint ranges: put together, taken apart, counted. */
import { SPECIAL_RANGES } from '../std/mod.ts';
import type { IpRange } from '../std/mod.ts';
import type { AddressCount, AddressSet } from './types.ts';

/** An interval of the addresses of one family. */
interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}
type Intervals = readonly Interval[];

const FAMILIES = [4, 6] as const;

/** The addresses in any of the ranges, which may overlap and stand in any order. */
export function addressSet(ranges: readonly IpRange[]): AddressSet {
  return FAMILIES.flatMap((family) => rangesOf(family, united(intervalsOf(ranges, family))));
}

/** What is in `set` and in none of `ranges`. */
export function withoutRanges(set: AddressSet, ranges: readonly IpRange[]): AddressSet {
  return FAMILIES.flatMap((family) => {
    const away = united(intervalsOf(ranges, family));
    return rangesOf(family, subtracted(united(intervalsOf(set, family)), away));
  });
}

/** What is in both. */
export function commonAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return withoutRanges(a, withoutRanges(EVERY_ADDRESS, b));
}

export const EVERY_ADDRESS: AddressSet = Object.freeze([
  { family: 4, first: 0, last: 2 ** 32 - 1 } as const,
  { family: 6, first: 0n, last: 2n ** 128n - 1n } as const,
]);

/** The public addresses of the set: what a stranger can come from. */
export function publicAddresses(set: AddressSet): AddressSet {
  return withoutRanges(set, SPECIAL_RANGES);
}

export function countAddresses(set: AddressSet): AddressCount {
  const outside = publicAddresses(set);
  return {
    v4: sizeOf(set, 4),
    v6: sizeOf(set, 6),
    public4: sizeOf(outside, 4),
    public6: sizeOf(outside, 6),
  };
}

function sizeOf(set: AddressSet, family: 4 | 6): bigint {
  let size = 0n;
  for (const { first, last } of intervalsOf(set, family)) size += last - first + 1n;
  return size;
}

function intervalsOf(ranges: readonly IpRange[], family: 4 | 6): Intervals {
  return ranges
    .filter((range) => range.family === family)
    .map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) }));
}

function rangesOf(family: 4 | 6, intervals: Intervals): readonly IpRange[] {
  return intervals.map(({ first, last }): IpRange =>
    family === 4 ? { family, first: Number(first), last: Number(last) } : { family, first, last },
  );
}

function united(intervals: Intervals): Intervals {
  const result: { first: bigint; last: bigint }[] = [];
  const ascending = [...intervals].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  for (const { first, last } of ascending) {
    const top = result.at(-1);
    if (top === undefined || first > top.last + 1n) result.push({ first, last });
    else if (last > top.last) top.last = last;
  }
  return result;
}

/** Both sorted and disjoint. */
function subtracted(intervals: Intervals, away: Intervals): Intervals {
  const left: Interval[] = [];
  let next = 0;
  for (const { first, last } of intervals) {
    let from = first;
    while (next > 0 && (away[next - 1]?.last ?? -1n) >= first) next -= 1;
    for (; from <= last; next += 1) {
      const gap = away[next];
      if (gap === undefined || gap.first > last) break;
      if (gap.last < from) continue;
      if (gap.first > from) left.push({ first: from, last: gap.first - 1n });
      from = gap.last + 1n;
    }
    if (from <= last) left.push({ first: from, last });
  }
  return left;
}
