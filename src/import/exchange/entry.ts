/**
 * An entry of the old relay lists: `192.168.0.0;255.255.0.0` in the registry, `IP=…, MASK=…` in the dialogue.
 *
 * The old service compared bit by bit: a client fits when its address ANDed with the mask is the network. So a mask
 * without a contiguous run of ones means what it says, and an entry with host bits set fits nobody, ever. Both are
 * carried over as what they did, and said.
 */
import { isTextProblem, parseRange } from '../../config/mod.ts';
import { ipv4, parseIp } from '../../std/mod.ts';
import type { Ipv4 } from '../../std/mod.ts';

export type OldEntry =
  /** The networks that fit exactly as the old entry did; more than one when its mask has holes. */
  | { readonly kind: 'networks'; readonly networks: readonly string[]; readonly holes: boolean }
  /** Too many networks to write down; `around`: the one that holds them all. */
  | { readonly kind: 'scattered'; readonly around: string; readonly count: number }
  | { readonly kind: 'everybody' }
  /** Host bits are set: it never fitted anybody. */
  | { readonly kind: 'nobody'; readonly problem: string; readonly remedy: string }
  | { readonly kind: 'unreadable'; readonly problem: string; readonly remedy: string | undefined };

const DIALOGUE = /^ip\s*=\s*([^\s,;=]+)\s*[,;]?\s*mask\s*=\s*([^\s,;=]*)$/i;
const REGISTRY = /^([^\s,;=]+)(?:\s*;\s*([^\s,;=]*))?$/;
const HOST = '255.255.255.255';

/** Networks that one entry may become. */
const MOST = 16;

export function parseEntry(text: string): OldEntry {
  const trimmed = text.trim();
  const [, network = '', given = ''] = DIALOGUE.exec(trimmed) ?? REGISTRY.exec(trimmed) ?? [];
  const mask = given === '' ? HOST : given; // Q193922: 'if the mask is omitted, the default is 255.255.255.255'
  const address = v4(network);
  const bits = v4(mask === '0' ? '0.0.0.0' : mask); // as inet_addr() reads it
  if (address === undefined || bits === undefined) return unreadable(trimmed, network, mask);
  const around = leadingOnes(bits.value);
  const start = address.value & bits.value;
  if (start >>> 0 !== address.value) return nobody(address, bits, around);
  const zeros = 32 - around;
  const free = zeros - ones(bits.value & lowMask(zeros));
  const low = trailingZeros(bits.value);
  if (around === 0 && bits.value === 0) return { kind: 'everybody' };
  if (low === zeros) return { kind: 'networks', networks: [cidr(address.value, around)], holes: false };
  const count = 2 ** (free - low);
  if (count > MOST) return { kind: 'scattered', around: cidr(high(address.value, around), around), count };
  return { kind: 'networks', networks: [...scattered(address.value, bits.value, low)], holes: true };
}

function v4(text: string): Ipv4 | undefined {
  const address = parseIp(text);
  return address?.family === 4 && !text.includes(':') ? address : undefined;
}

/** The explanation is that of the configuration, which knows the habits of people. */
function unreadable(text: string, network: string, mask: string): OldEntry {
  const range = parseRange(network === '' ? text : `${network} mask ${mask}`);
  if (isTextProblem(range)) return { kind: 'unreadable', problem: range.problem, remedy: range.remedy };
  return { kind: 'unreadable', problem: 'the old service had no IPv6', remedy: undefined };
}

function nobody(address: Ipv4, mask: Ipv4, around: number): OldEntry {
  const masked = ipv4((address.value & mask.value) >>> 0).text;
  const contiguous = trailingZeros(mask.value) === 32 - around;
  const network = contiguous ? `${masked}/${around}` : `${masked} mask ${mask.text}`;
  return {
    kind: 'nobody',
    problem: `${address.text} has bits that the mask ${mask.text} clears, so the old service never matched it`,
    remedy: `Write ${address.text} for that host${mask.value === 0 ? '' : `, or ${network} for the network`}.`,
  };
}

function* scattered(network: number, mask: number, low: number): Generator<string> {
  const holes = (~mask & ~lowMask(low)) >>> 0;
  // Every subset of the bits in the holes, in ascending order.
  let subset = 0;
  do {
    yield cidr((network | subset) >>> 0, 32 - low);
    subset = ((subset | ~holes) + 1) & holes;
  } while (subset !== 0);
}

function cidr(value: number, prefix: number): string {
  const { text } = ipv4(value >>> 0);
  return prefix === 32 ? text : `${text}/${prefix}`;
}

function high(value: number, prefix: number): number {
  return (value & ~lowMask(32 - prefix)) >>> 0;
}

/** So many ones at the low end. */
function lowMask(count: number): number {
  return count === 32 ? 0xffffffff : 2 ** count - 1;
}

function leadingOnes(value: number): number {
  return Math.clz32(~value);
}

function trailingZeros(value: number): number {
  return value === 0 ? 32 : 31 - Math.clz32(value & -value);
}

function ones(value: number): number {
  let count = 0;
  for (let rest = value >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}
