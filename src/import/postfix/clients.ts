/** Sets of client addresses beyond what every importer needs. */
import { parseCidr } from '../../std/mod.ts';
import type { IpAddress, IpRange } from '../../std/mod.ts';
import { EVERYBODY, NOBODY, difference, isEmpty, isSame, networksOf, union } from '../networks.ts';
import type { AddressSet } from '../networks.ts';

/** The union of many sets, in time that grows with their size and hardly with their number. */
export function unionOf(sets: readonly AddressSet[]): AddressSet {
  const [first = NOBODY] = sets;
  if (sets.length <= 1) return first;
  const half = sets.length >> 1;
  return union(unionOf(sets.slice(0, half)), unionOf(sets.slice(half)));
}

export function isWithin(inner: AddressSet, outer: AddressSet): boolean {
  return isEmpty(difference(inner, outer));
}

export function isEverybody(set: AddressSet): boolean {
  return isSame(set, EVERYBODY);
}

export function holdsAddress(set: AddressSet, { family, value }: IpAddress): boolean {
  const intervals = family === 4 ? set.v4 : set.v6;
  return intervals.some(({ first, last }) => first <= BigInt(value) && BigInt(value) <= last);
}

/** The fewest networks that hold exactly these addresses. */
export function rangesOf(set: AddressSet): readonly IpRange[] {
  return networksOf(set).map((text) => {
    const range = parseCidr(text);
    if (range === undefined) throw new Error(`not a network: ${text}`);
    return range;
  });
}

/** Whether a set holds a whole range, in time that hardly grows with the set. */
export function holdsRange(set: AddressSet, range: IpRange): boolean {
  const intervals = range.family === 4 ? set.v4 : set.v6;
  const [first, last] = [BigInt(range.first), BigInt(range.last)];
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const interval = intervals[middle];
    if (interval === undefined) return false;
    if (interval.last < first) low = middle + 1;
    else high = middle;
  }
  const found = intervals[low];
  return found !== undefined && found.first <= first && last <= found.last;
}
