/** Making text from anywhere fit for a message of ours. Pure. */
import { Buffer } from 'node:buffer';
import { printable } from '../std/mod.ts';

/** RFC 5322 2.1.1: octets of a line, CRLF not counted. */
const LONGEST_LINE = 998;
/** Characters; in UTF-8 at most three times as many octets. */
const LONGEST_ADDRESS = 320;
/** RFC 2045 6.7 (5): characters of an encoded line. */
const ENCODED_LINE = 76;

/** One line: whatever could end it, or drive a terminal, becomes a space. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
}

/** One line of printable ASCII; for fields that have no way of saying anything else. */
export function asciiLine(text: string): string {
  return printable(oneLine(text));
}

/** An address beyond ASCII on one line; longer than any can be (RFC 5321 4.5.3.1.3), it is cut, for no line may be over 998 octets. */
export function addressLine(text: string): string {
  return oneLine(text).slice(0, LONGEST_ADDRESS).toWellFormed();
}

/** Breaks text at spaces into lines of at most `width` characters; a longer word gets a line of its own. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((part) => part !== '')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(indent + line);
  return lines.join('\r\n');
}

export interface Encoded {
  readonly encoding: '7bit' | '8bit' | 'quoted-printable';
  readonly bytes: Buffer;
}

/** Leaves lines of ASCII as they are; anything else becomes quoted-printable, so that every path takes it (RFC 2045 6.7). */
export function encodeText(content: Buffer): Encoded {
  return isPlain(content)
    ? { encoding: '7bit', bytes: content }
    : { encoding: 'quoted-printable', bytes: quotedPrintable(content) };
}

/** 7bit of RFC 2045 2.7: octets 1 to 127, CR and LF only as CRLF, lines of at most 998 octets. */
function isPlain(content: Buffer): boolean {
  return bitsOf(content) === 7;
}

/** What lines of at most 998 octets with CRLF and without NUL need (RFC 2045 2.7, 2.8); undefined for what is not that. */
export function bitsOf(content: Buffer): 7 | 8 | undefined {
  let bits: 7 | 8 = 7;
  let lineStart = 0;
  for (let at = 0; at < content.length; at += 1) {
    const octet = content[at] ?? 0;
    if (octet === 0) return undefined;
    // DEL is a control character that some do not let through.
    if (octet > 0x7e) bits = 8;
    if (octet === 0x0d && content[at + 1] !== 0x0a) return undefined;
    if (octet === 0x0a) {
      if (at === 0 || content[at - 1] !== 0x0d) return undefined;
      lineStart = at + 1;
    } else if (octet !== 0x0d && at - lineStart >= LONGEST_LINE) return undefined;
  }
  return bits;
}

/** RFC 2045 6.7. Line breaks are CRLF; a CR or LF that is not one is encoded like any other octet. */
export function quotedPrintable(content: Buffer): Buffer {
  const out: string[] = [];
  let length = 0;
  const put = (token: string): void => {
    // One character of the line is kept for the soft break.
    if (length + token.length > ENCODED_LINE - 1) {
      out.push('=\r\n');
      length = 0;
    }
    out.push(token);
    length += token.length;
  };
  for (let at = 0; at < content.length; at += 1) {
    const octet = content[at] ?? 0;
    if (octet === 0x0d && content[at + 1] === 0x0a) {
      out.push('\r\n');
      length = 0;
      at += 1;
      continue;
    }
    put(isLiteral(content, at, octet) ? String.fromCharCode(octet) : encodedOctet(octet));
  }
  return Buffer.from(out.join(''), 'latin1');
}

function isLiteral(content: Buffer, at: number, octet: number): boolean {
  if (octet === 0x20 || octet === 0x09) {
    // White space at the end of a line would get lost.
    const next = content[at + 1];
    return next !== undefined && !(next === 0x0d && content[at + 2] === 0x0a);
  }
  return octet > 0x20 && octet < 0x7f && octet !== 0x3d;
}

function encodedOctet(octet: number): string {
  return `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
}
