/** What the findings ask of ranges of addresses. */
import { ipv4, ipv6 } from '../std/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';

/** Whether one of `ranges` holds `address`. */
export function holds(ranges: readonly IpRange[], address: IpAddress): boolean {
  return ranges.some(
    (range) => range.family === address.family && range.first <= address.value && range.last >= address.value,
  );
}

/** Whether every address of `inner` is in `outer`. */
export function isWithin(inner: IpRange, outer: IpRange): boolean {
  return inner.family === outer.family && outer.first <= inner.first && outer.last >= inner.last;
}

/** Whether some address is in both. */
export function meets(one: IpRange, other: IpRange): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

/** Whether every address of `range` is in `merged`, which is sorted and disjoint. */
export function isCovered(range: IpRange, merged: readonly IpRange[]): boolean {
  let [low, high] = [0, merged.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = merged[middle];
    if (at === undefined) return false;
    const before = at.family === range.family ? at.last < range.first : at.family < range.family;
    if (before) low = middle + 1;
    else high = middle;
  }
  const found = merged[low];
  return found !== undefined && isWithin(range, found);
}

export function firstOf(range: IpRange): IpAddress {
  return range.family === 4 ? ipv4(range.first) : ipv6(range.first);
}

export function lastOf(range: IpRange): IpAddress {
  return range.family === 4 ? ipv4(range.last) : ipv6(range.last);
}

export function sizeOf(range: IpRange): bigint {
  return BigInt(range.last) - BigInt(range.first) + 1n;
}
