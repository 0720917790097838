/**
 * The text of a file that another system wrote: UTF-16 with or without its mark, UTF-8, or the code page of western
 * Windows. At most 16 MiB; what holds NUL characters is no text.
 */
import type { ConfigProblem } from '../config/mod.ts';

/** Octets: an export of 100,000 networks is well below it. */
const MAX_FILE = 16 * 2 ** 20;

export type Decoded = { readonly text: string } | { readonly problem: ConfigProblem };

export function decodeText(octets: Uint8Array, file: string): Decoded {
  const place = { file, line: 1, column: 1 };
  if (octets.length > MAX_FILE) {
    return { problem: { place, message: `the file is larger than ${MAX_FILE / 2 ** 20} MiB` } };
  }
  const encoding = encodingOf(octets);
  if (encoding !== 'utf-8' && octets.length % 2 !== 0) {
    return {
      problem: {
        place,
        message: 'the file is UTF-16 and has an odd number of octets, so it was cut off or changed',
        remedy: 'Export it again, and copy it as a binary file.',
      },
    };
  }
  const text = decoded(octets, encoding);
  if (text === undefined) return { problem: { place, message: 'the file is not valid UTF-16' } };
  const nul = text.indexOf('\0');
  if (nul === -1) return { text };
  const before = text.slice(0, nul).split('\n');
  const at = { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
  return { problem: { place: at, message: 'there is a NUL character, so this is not a text file' } };
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

function encodingOf([one, two, , four]: Uint8Array): Encoding {
  if (one === 0xff && two === 0xfe) return 'utf-16le';
  if (one === 0xfe && two === 0xff) return 'utf-16be';
  // No mark, and every other octet of its first letters is zero.
  if (one !== undefined && one !== 0 && two === 0 && four === 0) return 'utf-16le';
  return 'utf-8';
}

function decoded(octets: Uint8Array, encoding: Encoding): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(octets);
  } catch {
    return encoding === 'utf-8' ? new TextDecoder('windows-1252').decode(octets) : undefined;
  }
}
