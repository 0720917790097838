/**
 * What may follow the addresses in a PROXY header of version 2: triples of type, length and value. They are walked for their form
 * and for their checksum; nothing they say is used. Pure.
 */
import type { Buffer } from 'node:buffer';

const CRC32C = 0x03;
const UNIQUE_ID = 0x05;
const SSL = 0x20;

/** Octets before the triples within an SSL one: what the client did, and whether its certificate is good. */
const SSL_FIXED = 5;
const LONGEST_UNIQUE_ID = 128;

interface Triple {
  readonly type: number;
  /** Where its value begins and ends in the header. */
  readonly start: number;
  readonly end: number;
}

/** Whether whole triples, and nothing else, follow from octet `start` of a whole header, and its checksum is right if there is one. */
export function isIntact(header: Buffer, start: number): boolean {
  const triples = walk(header, start, header.length);
  if (triples === undefined) return false;
  const sums = triples.filter(({ type }) => type === CRC32C);
  if (sums.length > 1 || !triples.every((triple) => isWellFormed(header, triple))) return false;
  return sums.every((sum) => isRight(header, sum));
}

function walk(header: Buffer, start: number, end: number): readonly Triple[] | undefined {
  const triples: Triple[] = [];
  let at = start;
  while (at < end) {
    if (at + 3 > end) return undefined;
    const triple = { type: header.readUInt8(at), start: at + 3, end: at + 3 + header.readUInt16BE(at + 1) };
    if (triple.end > end) return undefined;
    triples.push(triple);
    at = triple.end;
  }
  return triples;
}

function isWellFormed(header: Buffer, { type, start, end }: Triple): boolean {
  const size = end - start;
  switch (type) {
    case CRC32C:
      return size === 4;
    case UNIQUE_ID:
      return size <= LONGEST_UNIQUE_ID;
    case SSL:
      return size >= SSL_FIXED && walk(header, start + SSL_FIXED, end) !== undefined;
    default:
      return true; // ALPN, authority, padding, namespace; what is unknown is passed over
  }
}

/** The checksum is over the whole header, with zeros in its own place. */
function isRight(header: Buffer, { start, end }: Triple): boolean {
  let sum = 0xffff_ffff;
  for (const [index, octet] of header.entries()) {
    const counted = index >= start && index < end ? 0 : octet;
    sum = (sum >>> 8) ^ (TABLE[(sum ^ counted) & 0xff] ?? 0);
  }
  return (sum ^ 0xffff_ffff) >>> 0 === header.readUInt32BE(start);
}

/** CRC-32C (RFC 9260, appendix A), the polynomial reversed. */
const TABLE: readonly number[] = Array.from({ length: 256 }, (_, octet) => {
  let value = octet;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
  return value;
});
