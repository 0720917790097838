/**
 * Cuts a stream of octets into lines. Zero-copy for lines that arrive whole; at most `limit` octets of an unfinished
 * line are kept, in a buffer of their own so that a slow client does not hold on to the chunks it came in.
 */

const CR = 0x0d;
const LF = 0x0a;
const EMPTY = Buffer.alloc(0);
const FIRST_PARTIAL = 128;
/** Octets of an overlong line that are kept: its verb and one more. */
const HEAD = 9;

export interface Line {
  /** Without the line ending; when `tooLong` only its first octets, which hold its verb. Valid as long as the chunk it came in. */
  readonly bytes: Buffer;
  /** Only `crlf` ends a line of SMTP (RFC 5321 2.3.8); what to do with the other is the session's decision. */
  readonly ending: 'crlf' | 'lf';
  readonly tooLong: boolean;
}

/**
 * `push()` what arrives, take lines with `next()` until it gives undefined. A lone CR does not end a line. Octets of an
 * overlong line are dropped as they come, and the line is reported once, when its end arrives.
 */
export class LineReader {
  /** Longest line, octets with its ending. May be changed at any time; it applies from the next call of `next()`. */
  limit: number;
  #chunk: Buffer = EMPTY;
  /** Where the unread part of the chunk begins. */
  #at = 0;
  /** Chunks that arrived before the earlier ones were read, from `#nextWaiting` on. */
  #waiting: Buffer[] = [];
  #nextWaiting = 0;
  #waitingOctets = 0;
  #partial: Buffer = EMPTY;
  #partialLength = 0;
  #dropping = false;
  /** How the line that is dropped began. */
  #head: Buffer = EMPTY;
  /** Whether the last octet of the dropped part was CR. */
  #droppedCr = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Takes the next octets of the stream. The chunk must not be changed until its lines have been used. */
  push(chunk: Buffer): void {
    if (this.#at === this.#chunk.length && this.#waitingOctets === 0) {
      this.#chunk = chunk;
      this.#at = 0;
    } else {
      this.#waiting.push(chunk);
      this.#waitingOctets += chunk.length;
    }
  }

  /** The next complete line, or undefined when more octets are needed. */
  next(): Line | undefined {
    for (;;) {
      const end = this.#chunk.indexOf(LF, this.#at);
      if (end !== -1) return this.#take(end);
      this.#keep();
      if (!this.#advance()) return undefined;
    }
  }

  /** How many octets are held and not yet returned as lines. */
  get buffered(): number {
    return this.#partialLength + this.#chunk.length - this.#at + this.#waitingOctets;
  }

  /** The line that has begun is over the limit already, whether or not its end ever comes. */
  get overlong(): boolean {
    return this.#dropping;
  }

  /** Takes and clears the unread octets: what follows the last line is not lines any more. */
  rest(): Buffer {
    const unread = this.#chunk.subarray(this.#at);
    const partial = this.#partial.subarray(0, this.#partialLength);
    const waiting = this.#waiting.slice(this.#nextWaiting);
    this.#chunk = EMPTY;
    this.#at = 0;
    this.#waiting = [];
    this.#nextWaiting = 0;
    this.#waitingOctets = 0;
    this.#forget();
    return partial.length === 0 && waiting.length === 0
      ? unread
      : Buffer.concat([partial, unread, ...waiting]);
  }

  /** Goes on to the next waiting chunk; false when there is none. */
  #advance(): boolean {
    const chunk = this.#waiting[this.#nextWaiting];
    if (chunk === undefined) return false;
    this.#nextWaiting += 1;
    // Lets go of what was read; now and then, so that many small chunks cost linear time.
    if (2 * this.#nextWaiting > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#nextWaiting);
      this.#nextWaiting = 0;
    }
    this.#waitingOctets -= chunk.length;
    this.#chunk = chunk;
    this.#at = 0;
    return true;
  }

  #forget(): void {
    this.#partial = EMPTY;
    this.#partialLength = 0;
    this.#dropping = false;
    this.#head = EMPTY;
  }

  /** The line whose LF is at `end` in the chunk. */
  #take(end: number): Line {
    const from = this.#at;
    this.#at = end + 1;
    if (this.#dropping || this.#partialLength + end + 1 - from > this.limit) return this.#overlong(from, end);
    if (this.#partialLength === 0) {
      const crlf = end > from && this.#chunk[end - 1] === CR;
      const bytes = this.#chunk.subarray(from, crlf ? end - 1 : end);
      return { bytes, ending: crlf ? 'crlf' : 'lf', tooLong: false };
    }
    this.#append(from, end);
    const length = this.#partialLength;
    const crlf = this.#partial[length - 1] === CR;
    const bytes = this.#partial.subarray(0, crlf ? length - 1 : length);
    // The line owns the buffer from here on.
    this.#forget();
    return { bytes, ending: crlf ? 'crlf' : 'lf', tooLong: false };
  }

  #overlong(from: number, end: number): Line {
    const crBefore = this.#dropping ? this.#droppedCr : this.#partial[this.#partialLength - 1] === CR;
    const crlf = end > from ? this.#chunk[end - 1] === CR : crBefore;
    const bytes = this.#dropping ? this.#head : this.#beginning(from, end);
    this.#forget();
    return { bytes, ending: crlf ? 'crlf' : 'lf', tooLong: true };
  }

  /** A copy of the first octets of the line, of which the last ones so far are in the chunk. */
  #beginning(from: number, end: number): Buffer {
    const partial = this.#partial.subarray(0, Math.min(this.#partialLength, HEAD));
    const more = this.#chunk.subarray(from, Math.min(end, from + HEAD - partial.length));
    return Buffer.concat([partial, more]);
  }

  /** Puts the rest of the chunk, which has no LF, aside. */
  #keep(): void {
    const from = this.#at;
    const end = this.#chunk.length;
    if (from === end) return;
    // With the LF still to come the line has one octet more.
    if (this.#dropping || this.#partialLength + end - from >= this.limit) {
      const head = this.#dropping ? this.#head : this.#beginning(from, end);
      this.#forget();
      this.#dropping = true;
      this.#head = head;
      this.#droppedCr = this.#chunk[end - 1] === CR;
    } else this.#append(from, end);
    this.#chunk = EMPTY;
    this.#at = 0;
  }

  /** Copies a part of the chunk to the partial line; the buffer doubles, so that single octets cost linear time. */
  #append(from: number, end: number): void {
    const needed = this.#partialLength + end - from;
    if (needed > this.#partial.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_PARTIAL, needed, 2 * this.#partial.length));
      this.#partial.copy(grown, 0, 0, this.#partialLength);
      this.#partial = grown;
    }
    this.#chunk.copy(this.#partial, this.#partialLength, from, end);
    this.#partialLength = needed;
  }
}
