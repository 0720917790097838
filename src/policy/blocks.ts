/**
 * Ranges cut into aligned blocks (what CIDR can write), as 128-bit numbers for both families.
 *
 * Of two aligned blocks either one holds the other or they are apart; they never half overlap. That is what keeps the
 * range table linear in the number of ranges, however deeply they nest.
 */
import type { IpRange } from '../std/mod.ts';

/** An inclusive interval of addresses of one family. */
export interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

/** The fewest aligned blocks that together are `range`, ascending: one for a CIDR, at most 2 × 128 for any other. */
export function alignedBlocks(range: IpRange): readonly Span[] {
  const whole = { first: BigInt(range.first), last: BigInt(range.last) };
  if (isAligned(whole)) return [whole];
  const blocks: Span[] = [];
  let first = whole.first;
  while (first <= whole.last) {
    const block = widestBlockAt(first, whole.last);
    blocks.push(block);
    first = block.last + 1n;
  }
  return blocks;
}

function isAligned({ first, last }: Span): boolean {
  const size = last - first + 1n;
  return size > 0n && (size & (size - 1n)) === 0n && (first & (size - 1n)) === 0n;
}

function widestBlockAt(first: bigint, limit: bigint): Span {
  let size = 1n;
  while ((first & size) === 0n && first + size * 2n - 1n <= limit) size *= 2n;
  return { first, last: first + size - 1n };
}
