/** Writing header fields of our own: whatever text goes in, no line break of its own can come out. */

/** Octets of a line without CRLF: 76 with encoded words (RFC 2047 2), 78 otherwise recommended (RFC 5322 2.1.1). */
const WANTED_LINE = 76;
/** Octets of a line without CRLF, at most (RFC 5322 2.1.1). */
const LONGEST_LINE = 998;
/** 39 octets are 52 characters of base64, an encoded word of 64: it fits on a line after `Subject: `. */
const WORD_OCTETS = 39;

/** What would end or corrupt a header line. */
const CONTROL = /[\p{Cc}\u2028\u2029]+/gu;

/**
 * Makes text fit for an unstructured field (a subject, a display phrase): printable ASCII stays, anything else becomes
 * RFC 2047 encoded words, separated by spaces so that `foldHeader()` can break between them. Control characters become
 * spaces. Text that would itself be taken for an encoded word is encoded as well.
 */
export function encodeHeaderText(text: string): string {
  const clean = text.replace(CONTROL, ' ').toWellFormed();
  if (/^[\x20-\x7e]*$/.test(clean) && !clean.includes('=?')) return clean;
  const words: string[] = [];
  let word = '';
  let octets = 0;
  for (const character of clean) {
    const size = Buffer.byteLength(character);
    // RFC 2047 5(3): a multi-octet character is never split over two words.
    if (octets + size > WORD_OCTETS) {
      words.push(encodedWord(word));
      word = '';
      octets = 0;
    }
    word += character;
    octets += size;
  }
  words.push(encodedWord(word));
  return words.join(' ');
}

function encodedWord(text: string): string {
  return `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
}

/**
 * Folds `Name: value` to lines of at most 76 characters where spaces permit, and in any case of at most 998 (a longer
 * word is cut by a fold, which puts a space into it). Returned without a final CRLF. Control characters become spaces
 * first, so the result is always exactly one field.
 */
export function foldHeader(line: string): string {
  const lines: string[] = [];
  let current = '';
  let words = 0;
  // Each word with the spaces before it; a fold goes before the spaces, so that unfolding gives the line again.
  for (const [word] of line
    .replace(CONTROL, ' ')
    .trimEnd()
    .matchAll(/ *[^ ]+/g)) {
    // The first word of the value stays with the name, however long it is.
    if (words > 1 && current.length + word.length > WANTED_LINE) {
      pushLine(lines, current);
      current = '';
    }
    current += word;
    words += 1;
  }
  pushLine(lines, current);
  return lines.join('\r\n');
}

function pushLine(lines: string[], line: string): void {
  lines.push(line.slice(0, LONGEST_LINE));
  for (let at = LONGEST_LINE; at < line.length; at += LONGEST_LINE - 1) {
    lines.push(` ${line.slice(at, at + LONGEST_LINE - 1)}`);
  }
}
