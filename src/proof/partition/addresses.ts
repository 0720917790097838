/** Client or local addresses, cut wherever a range of a policy begins or ends. IPv4 comes first. */
import { ipv4, ipv6 } from '../../std/mod.ts';
import type { IpAddress, IpRange } from '../../std/mod.ts';
import { unite } from '../spans.ts';
import type { Span, SpanSet } from '../spans.ts';
import type { AddressSet } from '../types.ts';

export const LAST4 = 2 ** 32 - 1;
export const LAST6 = 2n ** 128n - 1n;
/** `::ffff:0:0/96`: an address in it is an IPv4 address, so no IPv6 address of any facts is. */
const MAPPED: IpRange = { family: 6, first: 0xffffn << 32n, last: (0xffffn << 32n) | 0xffffffffn };

/** Atom i begins at `starts4[i]`; those of IPv6 follow after the IPv4 ones. Each reaches up to the next. */
export interface AddressPartition {
  readonly starts4: readonly number[];
  readonly starts6: readonly bigint[];
  readonly size: number;
}

export function partitionAddresses(ranges: Iterable<IpRange>): AddressPartition {
  const starts4 = new Set([0]);
  const starts6 = new Set([0n]);
  for (const range of ranges) {
    if (range.family === 4) {
      starts4.add(range.first);
      if (range.last < LAST4) starts4.add(range.last + 1);
    } else {
      starts6.add(range.first);
      if (range.last < LAST6) starts6.add(range.last + 1n);
    }
  }
  return {
    starts4: [...starts4].sort((a, b) => a - b),
    starts6: [...starts6].sort((a, b) => (a < b ? -1 : 1)),
    size: starts4.size + starts6.size,
  };
}

export function atomOfAddress(partition: AddressPartition, address: IpAddress): number {
  return address.family === 4
    ? lastAtMost(partition.starts4, address.value)
    : partition.starts4.length + lastAtMost(partition.starts6, address.value);
}

/** The atoms that together are `ranges`, which must be among those that the partition was made of. */
export function atomsOfRanges(partition: AddressPartition, ranges: readonly IpRange[]): SpanSet {
  return unite(
    ranges.map((range): Span => {
      if (range.family === 4) {
        const { starts4 } = partition;
        return { first: lastAtMost(starts4, range.first), last: lastAtMost(starts4, range.last) };
      }
      const { starts4, starts6 } = partition;
      return {
        first: starts4.length + lastAtMost(starts6, range.first),
        last: starts4.length + lastAtMost(starts6, range.last),
      };
    }),
  );
}

/** The addresses of `atoms`. */
export function addressesOf(partition: AddressPartition, atoms: SpanSet): AddressSet {
  const { starts4, starts6 } = partition;
  const count4 = starts4.length;
  const ranges4: IpRange[] = [];
  const ranges6: IpRange[] = [];
  for (const { first, last } of atoms) {
    if (first < count4) {
      const end = (starts4[Math.min(last, count4 - 1) + 1] ?? LAST4 + 1) - 1;
      ranges4.push({ family: 4, first: starts4[first] ?? 0, last: end });
    }
    if (last >= count4) {
      const end = (starts6[last - count4 + 1] ?? LAST6 + 1n) - 1n;
      ranges6.push({ family: 6, first: starts6[Math.max(first - count4, 0)] ?? 0n, last: end });
    }
  }
  return [...ranges4, ...ranges6];
}

/** The first and the last address of an atom; none when it holds nothing but mapped addresses. */
export function endsOfAtom(partition: AddressPartition, atom: number): readonly IpAddress[] {
  return addressesOf(partition, [{ first: atom, last: atom }]).flatMap(endsOfRange);
}

/** An address of the range that looks like a host: the second one, where there are more than two. */
export function addressIn(range: IpRange): IpAddress | undefined {
  if (range.family === 4) return ipv4(range.last - range.first > 1 ? range.first + 1 : range.first);
  const second = ipv6(range.last - range.first > 1n ? range.first + 1n : range.first);
  return second.family === 6 ? second : endsOfRange(range)[0];
}

function endsOfRange(range: IpRange): readonly IpAddress[] {
  if (range.family === 4) return [ipv4(range.first), ipv4(range.last)];
  const inside = (value: bigint): boolean => value >= range.first && value <= range.last;
  const isMapped = (value: bigint): boolean => value >= BigInt(MAPPED.first) && value <= BigInt(MAPPED.last);
  const first = isMapped(range.first) ? BigInt(MAPPED.last) + 1n : range.first;
  const last = isMapped(range.last) ? BigInt(MAPPED.first) - 1n : range.last;
  return [first, last].filter(inside).map(ipv6);
}

/** The index of the last of ascending `starts` that is at most `value`; the first is at most every value. */
function lastAtMost<T extends number | bigint>(starts: readonly T[], value: T): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = starts[middle];
    if (start !== undefined && start <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
