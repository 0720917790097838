/** Writing header fields of our own: whatever text goes in, no line break of its own can come out. */

/** Octets of a line without CRLF: what RFC 5322 2.1.1 recommends, and what it demands. */
const WANTED_LINE = 78;
const LONGEST_LINE = 998;
/** 45 octets are 60 characters of base64; with `=?utf-8?B?` and `?=` an encoded word has 72 of its 75 (RFC 2047 2). */
const WORD_OCTETS = 45;

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
 * Folds `Name: value` to lines of at most 78 characters where white space permits, and in any case of at most 998 (a
 * longer word is cut by a fold). Returned without a final CRLF. Control characters become spaces first, so the result
 * is always exactly one field.
 */
export function foldHeader(line: string): string {
  const clean = line.replace(CONTROL, ' ').trimEnd();
  const lines: string[] = [];
  let current = '';
  for (const [word] of clean.matchAll(/ *[^ ]+/g)) {
    if (current !== '' && current.length + word.length > WANTED_LINE && !current.endsWith(':')) {
      lines.push(current);
      current = word.startsWith(' ') ? word : ` ${word}`;
    } else current += word;
    while (current.length > LONGEST_LINE) {
      lines.push(current.slice(0, LONGEST_LINE));
      current = ` ${current.slice(LONGEST_LINE)}`;
    }
  }
  lines.push(current);
  return lines.join('\r\n');
}
