/** Texts as the dictionaries of a segment keep and find them. Pure. */
import { Buffer } from 'node:buffer';

/** What stands in the column: TEXT, or UTF-16 where the text is not well-formed and would not come back from UTF-8. */
export function storedText(text: string): string | Uint8Array {
  return text.isWellFormed() ? text : Buffer.from(text, 'utf16le');
}

/** The text again. Throws TypeError for what no text is stored as. */
export function textOf(stored: unknown): string {
  if (typeof stored === 'string') return stored;
  if (stored instanceof Uint8Array) return Buffer.from(stored).toString('utf16le');
  throw new TypeError('a text in the history is neither text nor blob');
}

/** FNV-1a over the UTF-16 units, ASCII capitals as small letters; 32 bits. Texts that differ only in ASCII case have the same. */
export function hashText(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    hash = Math.imul(hash ^ (unit >= 65 && unit <= 90 ? unit + 32 : unit), 0x0100_0193);
  }
  return hash >>> 0;
}
