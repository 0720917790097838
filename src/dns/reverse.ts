/** Addresses as names: backwards, as the reverse zones (RFC 1035 3.5, RFC 3596 2.5) and DNS lists (RFC 5782 2) have them. */
import type { IpAddress } from '../std/mod.ts';

/** `1.2.0.192`, or 32 nibbles, without a zone: that of a DNS list follows with a dot. */
export function reversedAddress(address: IpAddress): string {
  if (address.family === 4) return address.text.split('.').toReversed().join('.');
  return Array.from(address.value.toString(16).padStart(32, '0')).toReversed().join('.');
}

/** The name whose PTR records name the host. */
export function reverseName(address: IpAddress): string {
  return `${reversedAddress(address)}.${address.family === 4 ? 'in-addr.arpa' : 'ip6.arpa'}`;
}
