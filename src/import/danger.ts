/** What no importer opens, whatever the old server did. */
import { isInsideRange, type IpRange } from '../std/mod.ts';

/** Networks of the Internet wider than this are never granted by an import: 16 million addresses are not somebody's office. */
const WIDEST_EVER = { 4: 2n ** 24n, 6: 2n ** 96n } as const;

/** Whether granting relaying to a network would be granting it to the Internet. */
export function isInternet(range: IpRange): boolean {
  const size = BigInt(range.last) - BigInt(range.first) + 1n;
  return size > WIDEST_EVER[range.family] && !isInsideRange(range);
}
