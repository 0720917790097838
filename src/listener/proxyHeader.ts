/**
 * The header that a proxy puts in front of a connection to say whom it speaks for: the PROXY protocol, versions 1 (a line) and 2
 * (binary), as HAProxy's `doc/proxy-protocol.txt` describes them. Pure, and bounded whatever a peer sends.
 *
 * Stricter than the description where that leaves a choice: datagrams are refused, since mail has none, and so is whatever
 * follows the addresses and is not made of whole type-length-value triples. What those say (names, certificates) is not used: no
 * right depends on it.
 */
import { Buffer } from 'node:buffer';
import { ipv4, ipv6, parseIp, type IpAddress } from '../std/mod.ts';
import { isIntact } from './proxyTriples.ts';

export type ProxyHeader =
  /** It may become a header yet. */
  | { readonly kind: 'incomplete' }
  /** These octets begin no header. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed'; readonly why: string }
  /**
   * The proxy speaks for itself (LOCAL: a health check), or cannot say for whom (UNKNOWN, UNSPEC, AF_UNIX). The addresses are
   * those of the connection; what the header may hold in their place is not looked at.
   */
  | { readonly kind: 'own'; readonly length: number }
  | {
      readonly kind: 'client';
      /** Octets of the header; what is behind them belongs to the client. */
      readonly length: number;
      readonly client: IpAddress;
      readonly clientPort: number;
      readonly local: IpAddress;
      readonly localPort: number;
    };

/** Octets of the longest line of version 1, its CRLF included. */
export const LONGEST_LINE = 107;
/** Octets that may follow the first 16 of version 2. HAProxy's own are below 1 KiB, a client certificate's name included. */
export const LONGEST_BLOCK = 4096;

const V1 = Buffer.from('PROXY ', 'latin1');
const V2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const FIXED = 16;

/** Whether these octets, the first of a connection, are those of a header: yes, no, or that more are needed to tell. */
export function beginsHeader(octets: Buffer): boolean | undefined {
  const verdicts = [V1, V2].map((mark) => begins(octets, mark));
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

function begins(octets: Buffer, mark: Buffer): boolean | undefined {
  const length = Math.min(octets.length, mark.length);
  if (octets.compare(mark, 0, length, 0, length) !== 0) return false;
  return length === mark.length ? true : undefined;
}

/** Reads the header that a connection begins with. `octets` are all that have come so far. */
export function readProxyHeader(octets: Buffer): ProxyHeader {
  const isLine = begins(octets, V1);
  if (isLine === true) return readLine(octets);
  const isBinary = begins(octets, V2);
  if (isBinary === true) return readBinary(octets);
  return { kind: isLine === undefined || isBinary === undefined ? 'incomplete' : 'absent' };
}

function readLine(octets: Buffer): ProxyHeader {
  const end = octets.subarray(0, LONGEST_LINE).indexOf('\r\n', 0, 'latin1');
  if (end === -1) {
    return octets.length < LONGEST_LINE ? { kind: 'incomplete' } : malformed('the line is too long');
  }
  const length = end + 2;
  const [, family, ...words] = octets.toString('latin1', 0, end).split(' ');
  if (family === 'UNKNOWN') return { kind: 'own', length };
  if (family !== 'TCP4' && family !== 'TCP6') return malformed('the protocol is none of TCP4, TCP6, UNKNOWN');
  const [from = '', to = '', fromPort = '', toPort = ''] = words;
  if (words.length !== 4) return malformed('there are not two addresses and two ports');
  const client = addressOf(family, from);
  const local = addressOf(family, to);
  const clientPort = portOf(fromPort);
  const localPort = portOf(toPort);
  if (client === undefined || local === undefined) return malformed(`an address is none of ${family}`);
  if (clientPort === undefined || localPort === undefined) return malformed('a port is none');
  return { kind: 'client', length, client, clientPort, local, localPort };
}

function addressOf(family: 'TCP4' | 'TCP6', text: string): IpAddress | undefined {
  if (text.includes(':') !== (family === 'TCP6') || text.includes('%')) return undefined;
  return parseIp(text);
}

function portOf(text: string): number | undefined {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

/** By family and protocol (octet 14): how many octets the addresses take. Only streams. */
const BLOCKS: ReadonlyMap<number, { readonly size: number; readonly read: typeof readInet | undefined }> =
  new Map([
    [0x11, { size: 12, read: readInet }],
    [0x21, { size: 36, read: readInet6 }],
    [0x31, { size: 216, read: undefined }], // AF_UNIX: two paths, no addresses
  ]);
const UNSPECIFIED = 0x00;

interface Ends {
  readonly client: IpAddress;
  readonly clientPort: number;
  readonly local: IpAddress;
  readonly localPort: number;
}

function readBinary(octets: Buffer): ProxyHeader {
  if (octets.length < FIXED) return { kind: 'incomplete' };
  const version = octets.readUInt8(12) >> 4;
  const command = octets.readUInt8(12) & 0x0f;
  const family = octets.readUInt8(13);
  const size = octets.readUInt16BE(14);
  if (version !== 2) return malformed(`the version is ${version}`);
  if (command > 1) return malformed(`the command is ${command}`);
  if (size > LONGEST_BLOCK) return malformed(`it says that ${size} octets follow`);
  const isLocal = command === 0;
  const block = BLOCKS.get(family);
  if (!isLocal && family !== UNSPECIFIED) {
    if (block === undefined) return malformed(`the protocol is 0x${family.toString(16).padStart(2, '0')}`);
    if (size < block.size) return malformed(`${size} octets are too few for its addresses`);
  }
  const length = FIXED + size;
  if (octets.length < length) return { kind: 'incomplete' };
  // LOCAL: the family says nothing, and no address that may stand there counts.
  if (isLocal || block === undefined) return { kind: 'own', length };
  const header = octets.subarray(0, length);
  if (!isIntact(header, FIXED + block.size)) return malformed('what follows the addresses is damaged');
  if (block.read === undefined) return { kind: 'own', length };
  return { kind: 'client', length, ...block.read(header.subarray(FIXED)) };
}

function readInet(block: Buffer): Ends {
  return {
    client: ipv4(block.readUInt32BE(0)),
    local: ipv4(block.readUInt32BE(4)),
    clientPort: block.readUInt16BE(8),
    localPort: block.readUInt16BE(10),
  };
}

function readInet6(block: Buffer): Ends {
  return {
    client: readIpv6(block, 0),
    local: readIpv6(block, 16),
    clientPort: block.readUInt16BE(32),
    localPort: block.readUInt16BE(34),
  };
}

function readIpv6(block: Buffer, at: number): IpAddress {
  return ipv6((block.readBigUInt64BE(at) << 64n) | block.readBigUInt64BE(at + 8));
}

function malformed(why: string): ProxyHeader {
  return { kind: 'malformed', why };
}
