/** Sets of addresses as sorted, disjoint ranges, and what the findings ask of them. */
import { ipv4, ipv6, isLoopback, isPrivate } from '../std/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';

/** Whether one of `ranges` holds `address`. */
export function holds(ranges: readonly IpRange[], address: IpAddress): boolean {
  return ranges.some(
    (range) => range.family === address.family && range.first <= address.value && range.last >= address.value,
  );
}

export function overlap(one: IpRange, other: IpRange): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

/** Whether every address of `inner` is in `outer`. */
export function isWithin(inner: IpRange, outer: IpRange): boolean {
  return inner.family === outer.family && outer.first <= inner.first && outer.last >= inner.last;
}

/** Whether every address of `range` is in `merged`, as `merge()` makes it. */
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

/** Sorted, IPv4 first; ranges that overlap or follow one another are one. */
export function merge(ranges: readonly IpRange[]): readonly IpRange[] {
  const sorted = ranges.toSorted(
    (one, other) => one.family - other.family || (one.first < other.first ? -1 : 1),
  );
  const merged: IpRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    const joined = last && join(last, range);
    if (joined === undefined) merged.push(range);
    else merged[merged.length - 1] = joined;
  }
  return merged;
}

/** One range for two when nothing lies between them; `one` begins first. */
function join(one: IpRange, other: IpRange): IpRange | undefined {
  if (one.family === 4 && other.family === 4 && other.first <= one.last + 1) {
    return { family: 4, first: one.first, last: Math.max(one.last, other.last) };
  }
  if (one.family === 6 && other.family === 6 && other.first <= one.last + 1n) {
    return { family: 6, first: one.first, last: other.last > one.last ? other.last : one.last };
  }
  return undefined;
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

/** Loopback, or private in the sense that outsiders cannot route to it. */
export function isInside(address: IpAddress): boolean {
  return isLoopback(address) || isPrivate(address);
}

/** Whether a range lies in such a network as a whole: no range begins in one and ends in another without leaving it. */
export function isInsideRange(range: IpRange): boolean {
  return isInside(firstOf(range)) && isInside(lastOf(range));
}
