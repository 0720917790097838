/** Arithmetic of address ranges: sizes, prefix lengths, and the fewest networks that cover an interval. */
import { ipv4, ipv6 } from '../../std/mod.ts';
import type { IpAddress, IpRange } from '../../std/mod.ts';
import { grouped } from './size.ts';

/** The bits of an address of a family. */
export function bitsOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

/** The address of a number. */
export function addressOf(family: 4 | 6, value: bigint): IpAddress {
  return family === 4 ? ipv4(Number(value)) : ipv6(value);
}

/** How many addresses a range has. */
export function sizeOf(range: IpRange): bigint {
  return BigInt(range.last) - BigInt(range.first) + 1n;
}

/** The prefix length when the range is one network, else undefined. */
export function prefixOf(range: IpRange): number | undefined {
  const size = sizeOf(range);
  if ((size & (size - 1n)) !== 0n || BigInt(range.first) % size !== 0n) return undefined;
  return bitsOf(range.family) - (size.toString(2).length - 1);
}

/** `for all 256`, as long as the number says something to people. */
export function forAll(size: bigint): string {
  return size <= 1_048_576n ? `for all ${grouped(size)}` : 'for the whole network';
}

/** The fewest networks that hold exactly the addresses from `first` to `last`; at most 62 (IPv6: 254). */
export function coverOf(range: IpRange): readonly string[] {
  const bits = bitsOf(range.family);
  const last = BigInt(range.last);
  const networks: string[] = [];
  for (let next = BigInt(range.first); next <= last;) {
    let size = next === 0n ? 1n << BigInt(bits) : next & -next;
    while (next + size - 1n > last) size >>= 1n;
    const address = addressOf(range.family, next).text;
    networks.push(size === 1n ? address : `${address}/${bits - (size.toString(2).length - 1)}`);
    next += size;
  }
  return networks;
}
