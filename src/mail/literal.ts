/** Address literals (RFC 5321 4.1.3): a mailbox at a host that is named by its IP address. */
import { parseIp, type IpAddress } from '../std/mod.ts';
import type { Domain, DomainLiteral } from './types.ts';

const TAG = /^\[ipv6:/i;
/** `[IPv6:` + 45 characters + `]`. */
const MAX_LITERAL = 52;

/**
 * Parses `[192.0.2.1]` or `[IPv6:2001:db8::1]`, brackets included, to its canonical form; undefined otherwise. A mapped
 * address (`[IPv6:::ffff:192.0.2.1]`) is the IPv4 address. Zones and other tags than IPv6 are refused.
 */
export function parseLiteral(text: string): DomainLiteral | undefined {
  if (text.length > MAX_LITERAL || !text.startsWith('[') || !text.endsWith(']') || text.includes('%')) {
    return undefined;
  }
  const tagged = TAG.test(text);
  const inner = text.slice(tagged ? 6 : 1, -1);
  // Each form has its own spelling: an IPv6 address needs the tag, an IPv4 address must not have it.
  if (tagged !== inner.includes(':')) return undefined;
  const ip = parseIp(inner);
  return ip && literalOf(ip);
}

/** The literal of an address. */
export function literalOf(ip: IpAddress): DomainLiteral {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a brand is given, not converted
  return (ip.family === 4 ? `[${ip.text}]` : `[IPv6:${ip.text}]`) as DomainLiteral;
}

export function isLiteral(domain: Domain | DomainLiteral): domain is DomainLiteral {
  return domain.startsWith('[');
}

/** The address that a literal names. */
export function literalIp(literal: DomainLiteral): IpAddress {
  const ip = parseIp(literal.slice(literal.startsWith('[IPv6:') ? 6 : 1, -1));
  if (ip === undefined) throw new Error(`not an address literal: ${literal}`);
  return ip;
}
