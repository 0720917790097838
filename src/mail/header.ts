/** Reading the header of a message (RFC 5322 2.2) without turning the message into a string. Lines end in CRLF. */

const CR = 0x0d;
const LF = 0x0a;

export interface SplitHeader {
  /** The header fields, the CRLF of the last one included, the empty line not. */
  readonly header: Buffer;
  /** Where the body begins; the length of the content when it has none. */
  readonly bodyOffset: number;
}

/** Splits a message at its first empty line. Zero-copy. Without an empty line all of it is header. */
export function splitHeader(content: Buffer): SplitHeader {
  if (content[0] === CR && content[1] === LF) return { header: content.subarray(0, 0), bodyOffset: 2 };
  const end = content.indexOf('\r\n\r\n', 0, 'latin1');
  return end === -1
    ? { header: content, bodyOffset: content.length }
    : { header: content.subarray(0, end + 2), bodyOffset: end + 4 };
}

export interface HeaderField {
  /** As written; compare with ASCII case folded. */
  readonly name: string;
  /** Unfolded (RFC 5322 2.2.3), without surrounding white space; one character an octet. */
  readonly value: string;
  /** Offset of the field's first octet in the header. */
  readonly start: number;
  /** Offset after its last octet, CRLF included. */
  readonly end: number;
}

/** `field-name` of RFC 5322 3.6.8, with the white space before the colon of 4.5.8. */
const FIELD_NAME = /^([!-9;-~]+)[ \t]*$/;

/** The fields of a header, in order. What is not a field (no colon, no legal name) is passed over. */
export function* headerFields(header: Buffer): Iterable<HeaderField> {
  let start = 0;
  while (start < header.length) {
    const end = fieldEnd(header, start);
    const field = header.toString('latin1', start, end);
    const colon = field.indexOf(':');
    const name = FIELD_NAME.exec(field.slice(0, Math.max(colon, 0)))?.[1];
    if (name !== undefined) yield { name, value: unfold(field, colon + 1), start, end };
    start = end;
  }
}

/** The end of the field that begins at `start`: after the first CRLF that no white space follows. */
function fieldEnd(header: Buffer, start: number): number {
  let from = start;
  for (;;) {
    const line = header.indexOf('\r\n', from, 'latin1');
    if (line === -1) return header.length;
    from = line + 2;
    if (header[from] !== 0x20 && header[from] !== 0x09) return from;
  }
}

/** The value from `start` on, trimmed by hand: a regular expression would try the end at every space there is. */
function unfold(field: string, start: number): string {
  let from = start;
  let to = field.length;
  while (from < to && isBlank(field.charCodeAt(from))) from += 1;
  while (to > from && isBlank(field.charCodeAt(to - 1))) to -= 1;
  return field.slice(from, to).replace(/\r\n(?=[ \t])/g, '');
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === CR || code === LF;
}
