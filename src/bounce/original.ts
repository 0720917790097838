/** What a notification returns of the original: its header (RFC 6522 4), or all of it where the sender asked for that. Pure. */
import type { Buffer } from 'node:buffer';
import { bitsOf, type Encoded } from './text.ts';
import { foldAscii, headerFields, splitHeader } from '../mail/mod.ts';

/** Octets of header that are returned. */
export const RETURNED_OCTETS = 64 * 1024;

/** The header at the start of a message, whole lines of it, at most RETURNED_OCTETS; empty when there is none. */
export function returnedHeader(start: Buffer): Buffer {
  const { header } = splitHeader(start);
  const end = header.lastIndexOf('\r\n', RETURNED_OCTETS - 2, 'latin1');
  return end === -1 ? header.subarray(0, 0) : header.subarray(0, end + 2);
}

/** The whole message as a part; undefined when it cannot stand in one, being binary or having lines too long. */
export function returnedWhole(message: Buffer): Encoded | undefined {
  const bits = bitsOf(message);
  return bits === undefined ? undefined : { encoding: bits === 7 ? '7bit' : '8bit', bytes: message };
}

/** A message identifier that can stand in a header of ours as it is. */
const MESSAGE_ID = /^<[!-;=?-~]{3,250}>$/;

/** The Message-ID of the original, angle brackets included; undefined when it has none that is well formed. */
export function originalId(header: Buffer): string | undefined {
  for (const { name, value } of headerFields(header)) {
    if (foldAscii(name) === 'message-id') return MESSAGE_ID.test(value) ? value : undefined;
  }
  return undefined;
}
