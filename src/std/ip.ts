/**
 * IP addresses and ranges as plain values that compare exactly.
 *
 * An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) *is* the IPv4 address: every parser here folds it, so a rule
 * written for IPv4 also holds for a client that arrives on a dual-stack socket. A zone (`fe80::1%eth0`) is dropped.
 * Parsing is strict: no octal or hexadecimal forms, no leading zeros, four parts.
 */
import ipaddr from 'ipaddr.js';

export interface Ipv4 {
  readonly family: 4;
  /** The address as an unsigned 32-bit number. */
  readonly value: number;
  /** The canonical text, `192.0.2.1`. */
  readonly text: string;
}

export interface Ipv6 {
  readonly family: 6;
  /** The address as an unsigned 128-bit number. */
  readonly value: bigint;
  /** The canonical text of RFC 5952, `2001:db8::1`. */
  readonly text: string;
}

export type IpAddress = Ipv4 | Ipv6;

const LONGEST_V4 = '255.255.255.255'.length;
const DOT = 0x2e;
const ZERO = 0x30;
const MAPPED = 0xffffn << 32n;

/** Parses one address, or returns undefined when `text` is not strictly one. */
export function parseIp(text: string): IpAddress | undefined {
  const v4 = valueOf4(text);
  if (v4 !== undefined) return { family: 4, value: v4, text };
  if (!text.includes(':')) return undefined;
  const zone = text.indexOf('%');
  const bare = zone === -1 ? text : text.slice(0, zone);
  const groups = bare.includes('.') ? withoutDots(bare) : bare;
  if (groups === undefined || !ipaddr.IPv6.isValid(groups)) return undefined;
  let value = 0n;
  for (const part of ipaddr.IPv6.parse(groups).parts) value = (value << 16n) | BigInt(part);
  return ipv6(value);
}

/**
 * Writes a dotted tail as two groups. The library is not given one: it takes `::192.0.2.1`, which is an IPv6 address of
 * its own (IPv4-compatible, RFC 4291 2.5.5.1), for the mapped `::ffff:192.0.2.1`.
 */
function withoutDots(text: string): string | undefined {
  const tail = text.lastIndexOf(':') + 1;
  const v4 = valueOf4(text.slice(tail));
  if (v4 === undefined) return undefined;
  return `${text.slice(0, tail)}${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`;
}

/** The value of a dotted quad, strictly; undefined when `text` is none. Character by character: a history holds millions of them. */
function valueOf4(text: string): number | undefined {
  if (text.length > LONGEST_V4) return undefined;
  let value = 0;
  let parts = 0;
  /** -1: its first digit is missing. */
  let part = -1;
  for (let at = 0; at <= text.length; at += 1) {
    const unit = at === text.length ? DOT : text.charCodeAt(at);
    if (unit === DOT) {
      if (part === -1) return undefined;
      value = value * 256 + part;
      parts += 1;
      part = -1;
    } else {
      const digit = unit - ZERO;
      // A digit after a 0 would make it octal to others.
      if (digit < 0 || digit > 9 || part === 0) return undefined;
      part = part === -1 ? digit : part * 10 + digit;
      if (part > 255) return undefined;
    }
  }
  return parts === 4 ? value : undefined;
}

/** The IPv4 address of an unsigned 32-bit number. */
export function ipv4(value: number): Ipv4 {
  const text = `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
  return { family: 4, value, text };
}

/** The address of an unsigned 128-bit number; a mapped IPv4 address is returned as IPv4. */
export function ipv6(value: bigint): IpAddress {
  if (value >> 32n === MAPPED >> 32n) return ipv4(Number(value & 0xffffffffn));
  const parts: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) parts.push(Number((value >> shift) & 0xffffn));
  return { family: 6, value, text: new ipaddr.IPv6(parts).toRFC5952String() };
}

/** An inclusive interval of addresses of one family. */
export type IpRange =
  | { readonly family: 4; readonly first: number; readonly last: number }
  | { readonly family: 6; readonly first: bigint; readonly last: bigint };

/** The range of an address and a prefix length; host bits must already be zero (the caller checks and explains). */
export function rangeOf(network: IpAddress, prefix: number): IpRange {
  if (network.family === 4) {
    return { family: 4, first: network.value, last: network.value + 2 ** (32 - prefix) - 1 };
  }
  return { family: 6, first: network.value, last: network.value | ((1n << BigInt(128 - prefix)) - 1n) };
}

/** Whether `address` lies in `range`. */
export function inRange(address: IpAddress, range: IpRange): boolean {
  if (address.family === 4) {
    return range.family === 4 && address.value >= range.first && address.value <= range.last;
  }
  return range.family === 6 && address.value >= range.first && address.value <= range.last;
}

/** Parses CIDR text such as `10.0.0.0/8`, or a single address; undefined when malformed or when host bits are set. */
export function parseCidr(text: string): IpRange | undefined {
  const slash = text.indexOf('/');
  const address = parseIp(slash === -1 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = address.family === 4 ? 32 : 128;
  if (slash === -1) return rangeOf(address, bits);
  const length = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits) return undefined;
  const prefix = Number(length);
  const hostBits =
    address.family === 4
      ? address.value % 2 ** (32 - prefix) !== 0
      : (address.value & ((1n << BigInt(128 - prefix)) - 1n)) !== 0n;
  return hostBits ? undefined : rangeOf(address, prefix);
}

function ranges(...cidrs: string[]): readonly IpRange[] {
  return cidrs.map((cidr) => {
    const range = parseCidr(cidr);
    if (range === undefined) throw new Error(`not a CIDR: ${cidr}`);
    return range;
  });
}

const LOOPBACK = ranges('127.0.0.0/8', '::1/128');
/** RFC 1918, RFC 4193, RFC 3927/4291 link-local, RFC 6598 shared space. */
const PRIVATE = ranges(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
  'fe80::/10',
);
/**
 * "This network", multicast, reserved, documentation: nothing that a mail server could be reached at. Of IPv6 everything
 * outside 2000::/3, which is all that IANA gives out, and in it the tunnels (Teredo, 6to4) that lead to IPv4 addresses.
 */
const UNROUTABLE = ranges(
  '0.0.0.0/8',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/3',
  '4000::/2',
  '8000::/1',
  '2001::/32',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
);

/** What outsiders cannot route to: loopback and private ranges. */
export const LOCAL_RANGES: readonly IpRange[] = Object.freeze([...LOOPBACK, ...PRIVATE]);
/** Every range that is not public; some lie within others. */
export const SPECIAL_RANGES: readonly IpRange[] = Object.freeze([...LOCAL_RANGES, ...UNROUTABLE]);

export function isLoopback(address: IpAddress): boolean {
  return LOOPBACK.some((range) => inRange(address, range));
}

/** Private in the sense that outsiders cannot route to it: RFC 1918, unique local, link-local, shared space. */
export function isPrivate(address: IpAddress): boolean {
  return PRIVATE.some((range) => inRange(address, range));
}

/** Loopback, or private in the sense that outsiders cannot route to it. */
export function isInside(address: IpAddress): boolean {
  return isLoopback(address) || isPrivate(address);
}

/** Whether all of a range is inside, in one block: no two of them touch. */
export function isInsideRange(range: IpRange): boolean {
  return LOCAL_RANGES.some(
    (block) => block.family === range.family && block.first <= range.first && block.last >= range.last,
  );
}

/** A global unicast address: neither loopback, private nor special. */
export function isPublic(address: IpAddress): boolean {
  return !isInside(address) && !UNROUTABLE.some((range) => inRange(address, range));
}
