/** DER, written: the few ASN.1 types that a certificate is made of (ITU-T X.690). Nothing is parsed here. */
import { Buffer } from 'node:buffer';

export const sequence = (...items: readonly Buffer[]): Buffer => element(0x30, ...items);
export const set = (...items: readonly Buffer[]): Buffer => element(0x31, ...items);
export const octetString = (content: Buffer): Buffer => element(0x04, content);
export const utf8String = (text: string): Buffer => element(0x0c, Buffer.from(text, 'utf8'));
export const TRUE = element(0x01, Buffer.of(0xff));

/** The unsigned big-endian number in `octets`; X.690 8.3: as short as can be, and its first bit is the sign. */
export function integer(octets: Buffer): Buffer {
  const start = octets.findIndex((octet) => octet !== 0);
  const digits = start === -1 ? Buffer.of(0) : octets.subarray(start);
  return element(0x02, (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

/** `unused`: how many bits at the end do not count. */
export function bitString(content: Buffer, unused = 0): Buffer {
  return element(0x03, Buffer.of(unused), content);
}

/** An object identifier in dotted form. X.690 8.19 */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** `[number]`, constructed around whole elements (EXPLICIT). */
export const explicit = (number: number, ...items: readonly Buffer[]): Buffer =>
  element(0xa0 | number, ...items);
/** `[number]`, in place of the tag of a primitive element (IMPLICIT). */
export const implicit = (number: number, content: Buffer): Buffer => element(0x80 | number, content);

/** A moment in whole seconds, milliseconds since the epoch. RFC 5280 4.1.2.5: UTCTime through 2049, then GeneralizedTime. */
export function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/\.\d+Z$|[-:T]/g, '');
  return new Date(at).getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(`${digits.slice(2)}Z`, 'latin1'))
    : element(0x18, Buffer.from(`${digits}Z`, 'latin1'));
}

function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), length(content.length), content]);
}

/** X.690 8.1.3: one octet up to 127; else their number, then the octets. */
function length(value: number): Buffer {
  if (value < 0x80) return Buffer.of(value);
  const octets: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.from([0x80 | octets.length, ...octets]);
}

/** Seven bits an octet, the first bit set in all but the last. */
function base128(value: number): number[] {
  const octets = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift(0x80 | (rest % 128));
  }
  return octets;
}
