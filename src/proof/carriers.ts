/**
 * IPv6 ranges whose addresses stand for IPv4 ones: translators and tunnels. They do not count as public, since IANA gives none
 * of them to anybody, yet strangers come from them: who grants one as a whole grants it to all of IPv4.
 */
import { parseCidr } from '../std/mod.ts';
import type { IpRange } from '../std/mod.ts';
import { commonAddresses } from './address-sets.ts';
import type { AddressSet } from './types.ts';

export interface Carrier {
  readonly range: IpRange;
  /** As many of its addresses as a /8 of IPv4 can have. */
  readonly most: bigint;
}

const EIGHT = 2n ** 24n;

const CARRIERS: readonly Carrier[] = (
  [
    ['64:ff9b::/96', EIGHT], // RFC 6052 2.1
    ['64:ff9b:1::/48', EIGHT], // RFC 8215: a translator has a /96 of it or more
    ['2001::/32', EIGHT], // RFC 4380 2.6: behind one IPv4 address there are many clients, a server is everybody's
    ['2002::/16', EIGHT << 80n], // RFC 3056 2: a /48 for each IPv4 address
  ] as const
).flatMap(([text, most]): Carrier | [] => {
  const range = parseCidr(text);
  return range === undefined ? [] : { range, most };
});

/** The carriers of which the set holds more than stands for a /8 of IPv4, with what it holds. */
export function carriedIn(
  set: AddressSet,
): readonly { readonly carrier: IpRange; readonly held: AddressSet }[] {
  return CARRIERS.flatMap(({ range, most }) => {
    const held = commonAddresses(set, [range]);
    return sizeOf(held) > most ? [{ carrier: range, held }] : [];
  });
}

function sizeOf(set: AddressSet): bigint {
  return set.reduce((size, { first, last }) => size + BigInt(last) - BigInt(first) + 1n, 0n);
}
