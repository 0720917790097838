/** What no importer opens, whatever the old server did. */
import { isLoopback, isPrivate } from '../std/mod.ts';
import type { IpRange } from '../std/mod.ts';
import { ipv4, ipv6 } from '../std/mod.ts';

/** Networks of the Internet wider than this are never granted by an import: 16 million addresses are not somebody's office. */
const WIDEST_EVER = { 4: 2n ** 24n, 6: 2n ** 96n } as const;

/** Whether a range has only loopback and private addresses; both ends in one such block, which no network leaves. */
export function isInside(range: IpRange): boolean {
  const ends =
    range.family === 4 ? [ipv4(range.first), ipv4(range.last)] : [ipv6(range.first), ipv6(range.last)];
  return ends.every((address) => isLoopback(address) || isPrivate(address));
}

/** Whether granting relaying to a network would be granting it to the Internet. */
export function isInternet(range: IpRange): boolean {
  const size = BigInt(range.last) - BigInt(range.first) + 1n;
  return size > WIDEST_EVER[range.family] && !isInside(range);
}
