/** Sets of addresses: which clients an old server let in is computed with them, exactly. */
import { coverOf } from '../config/mod.ts';
import type { IpRange } from '../std/mod.ts';

/** Addresses from `first` to `last`, both included. */
interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}

/** For each family sorted intervals that neither overlap nor touch. */
export interface AddressSet {
  readonly v4: readonly Interval[];
  readonly v6: readonly Interval[];
}

const LAST = { v4: 2n ** 32n - 1n, v6: 2n ** 128n - 1n } as const;
type Family = keyof typeof LAST;

export const NOBODY: AddressSet = Object.freeze({ v4: [], v6: [] });
export const EVERYBODY: AddressSet = Object.freeze({
  v4: [{ first: 0n, last: LAST.v4 }],
  v6: [{ first: 0n, last: LAST.v6 }],
});

/** The addresses of all these ranges. */
export function setOf(ranges: readonly IpRange[]): AddressSet {
  const of = (family: 4 | 6): readonly Interval[] =>
    merged(
      ranges
        .filter((range) => range.family === family)
        .map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) })),
    );
  return { v4: of(4), v6: of(6) };
}

export function union(one: AddressSet, other: AddressSet): AddressSet {
  return { v4: merged([...one.v4, ...other.v4]), v6: merged([...one.v6, ...other.v6]) };
}

export function complement(set: AddressSet): AddressSet {
  return { v4: gaps(set.v4, 'v4'), v6: gaps(set.v6, 'v6') };
}

export function intersection(one: AddressSet, other: AddressSet): AddressSet {
  return complement(union(complement(one), complement(other)));
}

/** What is in `one` and not in `other`. */
export function difference(one: AddressSet, other: AddressSet): AddressSet {
  return intersection(one, complement(other));
}

export function isEmpty({ v4, v6 }: AddressSet): boolean {
  return v4.length === 0 && v6.length === 0;
}

export function isSame(one: AddressSet, other: AddressSet): boolean {
  return isEmpty(difference(one, other)) && isEmpty(difference(other, one));
}

/** The part of a set that belongs to these families. */
export function ofFamilies(set: AddressSet, families: ReadonlySet<4 | 6>): AddressSet {
  return { v4: families.has(4) ? set.v4 : [], v6: families.has(6) ? set.v6 : [] };
}

/** The fewest networks that hold exactly these addresses, as CIDR writes them. */
export function networksOf({ v4, v6 }: AddressSet): readonly string[] {
  const first = v4.flatMap((interval) =>
    coverOf({ family: 4, first: Number(interval.first), last: Number(interval.last) }),
  );
  return [...first, ...v6.flatMap((interval) => coverOf({ family: 6, ...interval }))];
}

function merged(intervals: readonly Interval[]): readonly Interval[] {
  const result: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of intervals.toSorted(byFirst)) {
    const before = result.at(-1);
    if (before !== undefined && first <= before.last + 1n) {
      if (last > before.last) before.last = last;
    } else {
      result.push({ first, last });
    }
  }
  return result;
}

function gaps(intervals: readonly Interval[], family: Family): readonly Interval[] {
  const result: Interval[] = [];
  let next = 0n;
  for (const { first, last } of intervals) {
    if (first > next) result.push({ first: next, last: first - 1n });
    next = last + 1n;
  }
  if (next <= LAST[family]) result.push({ first: next, last: LAST[family] });
  return result;
}

function byFirst(one: Interval, other: Interval): number {
  if (one.first === other.first) return 0;
  return one.first < other.first ? -1 : 1;
}
