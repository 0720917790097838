/**
 * Finds the Message-ID field (RFC 5322 3.6.4) while the content passes, so that an administrator can look for a message by it. The
 * octets may be cut anywhere; no more than the value is kept, and no more of a header is looked at than the bound.
 */
import { Buffer } from 'node:buffer';

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
const NAME = Buffer.from('message-id');
/** Octets of the value that are kept: a line of RFC 5322 2.1.1 at its longest. */
const MOST_VALUE = 998;
/** Octets of the header that are looked at; the field stands at its beginning, or nobody wrote it for us. */
const MOST_HEADER = 256 * 1024;

/**
 * `lineStart`: after a line end, or at the very beginning. `name`: the line is like the field so far. `space`: after its name.
 * `value`: in the field. `other`: in another line. `done`: found, or it will not come.
 */
type State = 'lineStart' | 'name' | 'space' | 'value' | 'other' | 'done';

export class MessageIdReader {
  #state: State = 'lineStart';
  /** Octets of the name that the line has matched. */
  #matched = 0;
  #seen = 0;
  /** Undefined before the field. */
  #value: number[] | undefined;

  /** Takes the next octets of the content, with its line ends as they are sent on. */
  push(piece: Buffer): void {
    if (this.#state === 'done') return;
    for (let at = 0; at < piece.length && !this.#isDone(); at += 1) {
      // Most of a header is other fields: their lines are skipped as a whole.
      if (this.#state === 'other') at = endOfLine(piece, at);
      const octet = piece[at];
      if (octet !== undefined) this.#state = this.#next(octet);
    }
    this.#seen += piece.length;
    if (this.#seen > MOST_HEADER) this.#state = 'done';
  }

  /** The first identifier of the field without its brackets, or the value when it has none; undefined: no field, or an empty one. */
  value(): string | undefined {
    if (this.#value === undefined) return undefined;
    const text = Buffer.from(this.#value).toString('utf8');
    const [, identifier = text] = /<([^>]*)/.exec(text) ?? [];
    const trimmed = identifier.trim();
    return trimmed === '' ? undefined : trimmed;
  }

  #isDone(): boolean {
    return this.#state === 'done';
  }

  #next(octet: number): State {
    switch (this.#state) {
      case 'lineStart':
        return this.#atLineStart(octet);
      case 'name':
        return this.#inName(octet);
      case 'space':
        return this.#afterName(octet);
      case 'value':
        if (octet === LF) return 'lineStart';
        if (octet !== CR) this.#keep(octet);
        return 'value';
      case 'other':
        return octet === LF ? 'lineStart' : 'other';
      case 'done':
        return 'done';
      default:
        return this.#state satisfies never;
    }
  }

  #atLineStart(octet: number): State {
    if (octet === CR || octet === LF) return 'done'; // the header has ended
    if (octet === SPACE || octet === TAB) {
      if (this.#value === undefined) return 'other';
      this.#keep(octet);
      return 'value'; // RFC 5322 2.2.3: it goes on
    }
    if (this.#value !== undefined) return 'done';
    this.#matched = 0;
    return this.#inName(octet);
  }

  #inName(octet: number): State {
    if (octet === LF) return 'lineStart';
    if (this.#matched === NAME.length) return this.#afterName(octet);
    if (lowerCase(octet) !== NAME[this.#matched]) return 'other';
    this.#matched += 1;
    return 'name';
  }

  /** RFC 5322 4.5.8 allows white space before the colon. */
  #afterName(octet: number): State {
    if (octet === SPACE || octet === TAB) return 'space';
    if (octet === LF) return 'lineStart';
    if (octet !== COLON) return 'other';
    this.#value = [];
    return 'value';
  }

  #keep(octet: number): void {
    if (this.#value !== undefined && this.#value.length < MOST_VALUE) this.#value.push(octet);
  }
}

/** Where the line end is, or the end of the piece. */
function endOfLine(piece: Buffer, from: number): number {
  const end = piece.indexOf(LF, from);
  return end === -1 ? piece.length : end;
}

function lowerCase(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
