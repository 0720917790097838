/** What content is made of, when a server does not take everything: looked at only then, and once. */
import type { Content } from './types.ts';

export interface Nature {
  /** Lines that end in CRLF, of at most 998 octets, and no NUL: what DATA and text can carry (RFC 5321 4.5.3.1.6, RFC 2045 2.8). */
  readonly lines: boolean;
  /** The header has octets beyond ASCII (RFC 6532). */
  readonly utf8Header: boolean;
}

const LONGEST_LINE = 998;
const CR = 0x0d;
const LF = 0x0a;

/** Reads the content to its end. Rejects when it cannot be read. */
export async function natureOf(content: Content): Promise<Nature> {
  const scan = createScan();
  for await (const chunk of content.open()) scan.push(chunk);
  return scan.end();
}

function createScan(): { push(chunk: Buffer): void; end(): Nature } {
  let lines = true;
  let utf8Header = false;
  let inHeader = true;
  /** Octets of the line so far, a CR that may end it not counted. */
  let length = 0;
  let afterCr = false;

  function octet(value: number): void {
    if (afterCr !== (value === LF)) lines = false;
    if (value === LF) {
      if (length === 0) inHeader = false;
      length = 0;
      afterCr = false;
      return;
    }
    afterCr = value === CR;
    if (afterCr) return;
    length += 1;
    if (value === 0 || length > LONGEST_LINE) lines = false;
    if (value > 0x7f && inHeader) utf8Header = true;
  }

  return {
    push(chunk) {
      for (const value of chunk) octet(value);
    },
    end: () => ({ lines: lines && length === 0 && !afterCr, utf8Header }),
  };
}
