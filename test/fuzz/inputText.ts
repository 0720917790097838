/**
 * Inputs as text, so that a difference between two versions of a corpus can be read. An input is a block of lines, an empty line ends
 * it. Line ends in the file mean nothing: what an input has of them stands there as `\r` and `\n`, other octets that do not show as
 * `\xHH`, a backslash as `\\`. Lines that begin with `#` are comments.
 */
import { Buffer } from 'node:buffer';

/** Characters of a line in the file; a longer one goes on in the next. */
const WIDTH = 120;

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x5c, '\\\\'],
]);

/** `\e` is the input of no octets. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['r', '\r'],
  ['n', '\n'],
  ['e', ''],
  ['\\', '\\'],
]);

/** One input as a block, its last line end included. */
export function formatInput(input: Buffer): string {
  const lines: string[] = [];
  let line = '';
  for (const octet of input) {
    line += escaped(octet, line === '');
    if (octet === 0x0a || line.length >= WIDTH) {
      lines.push(line);
      line = '';
    }
  }
  if (line !== '' || lines.length === 0) lines.push(line === '' ? '\\e' : line);
  return `${lines.join('\n')}\n`;
}

/** At the beginning of a line `#` would be a comment; spaces at its end would not be seen. */
function escaped(octet: number, first: boolean): string {
  const special = ESCAPES.get(octet);
  if (special !== undefined) return special;
  const shows = octet > 0x20 && octet < 0x7f ? !(first && octet === 0x23) : octet === 0x20 && !first;
  return shows ? String.fromCharCode(octet) : `\\x${octet.toString(16).padStart(2, '0')}`;
}

/** The inputs of a text. Throws for a backslash that begins nothing. */
export function parseInputs(text: string): Buffer[] {
  const inputs: Buffer[] = [];
  for (const block of text.split(/\n{2,}/)) {
    const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    if (lines.length > 0) inputs.push(Buffer.from(unescape(lines.join('')), 'latin1'));
  }
  return inputs;
}

function unescape(text: string): string {
  return text.replaceAll(/\\(?:([rne\\])|x([0-9a-f]{2})|(.?))/g, (_, letter?: string, hex?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const octets = letter === undefined ? undefined : LETTERS.get(letter);
    if (octets === undefined) throw new Error(`a backslash begins one of \\r, \\n, \\e, \\\\ and \\xHH`);
    return octets;
  });
}
