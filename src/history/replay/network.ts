/** Clients seen, and the network that holds them. */
import { ipv4, ipv6, parseIp, rangeOf } from '../../std/mod.ts';
import type { IpAddress } from '../../std/mod.ts';
import { formatRange } from '../../policy/mod.ts';

/** The network of one site: as small as what is mostly given to one. */
const SITE = { 4: 24, 6: 64 } as const;
/** A network wider than this says nothing about whose clients they are. */
const WIDEST = { 4: 16, 6: 32 } as const;

/** The site's network of a client, `192.0.2.0/24`; a text that is no address stands for itself. */
export function siteOf(client: string): string {
  const address = parseIp(client);
  return address === undefined ? client : networkOf(address, SITE[address.family]);
}

/** The smallest network that holds all clients; undefined when that is none, or so wide that it would say nothing. */
export function coverOf(clients: Iterable<string>): string | undefined {
  let lowest: IpAddress | undefined;
  let highest: IpAddress | undefined;
  for (const client of clients) {
    const address = parseIp(client);
    if (address === undefined || (lowest !== undefined && lowest.family !== address.family)) return undefined;
    if (lowest === undefined || address.value < lowest.value) lowest = address;
    if (highest === undefined || address.value > highest.value) highest = address;
  }
  if (lowest === undefined || highest === undefined) return undefined;
  const prefix = commonPrefix(lowest, highest);
  return prefix < WIDEST[lowest.family] ? undefined : networkOf(lowest, prefix);
}

function commonPrefix(lowest: IpAddress, highest: IpAddress): number {
  const differing = BigInt(lowest.value) ^ BigInt(highest.value);
  const bits = lowest.family === 4 ? 32 : 128;
  return differing === 0n ? bits : bits - differing.toString(2).length;
}

function networkOf(address: IpAddress, prefix: number): string {
  if (address.family === 4) {
    const size = 2 ** (32 - prefix);
    return formatRange(rangeOf(ipv4(Math.floor(address.value / size) * size), prefix));
  }
  const shift = BigInt(128 - prefix);
  return formatRange(rangeOf(ipv6((address.value >> shift) << shift), prefix));
}
