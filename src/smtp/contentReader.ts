/**
 * Goes through the content of a message once, and notes what a server must know of it: what DATA and BDAT have in common.
 * With `dots` it finds the end of data and removes the stuffed dots. Streaming; the pieces are slices of the chunks wherever
 * possible.
 */
import { isAscii } from 'node:buffer';
import { Pieces } from './pieces.ts';

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;
const CR_PIECE = Buffer.from('\r');
const LF_PIECE = Buffer.from('\n');
const CRLF_PIECE = Buffer.from('\r\n');

/** Text line, octets with CRLF, without a stuffed dot (RFC 5321 4.5.3.1.6). */
const LONGEST_LINE = 1000;
const NOTHING = Buffer.alloc(0);
const RECEIVED = Buffer.from('received');
/** The present line is no Received field, or not in the header. */
const NO_MATCH = -1;

export interface ContentOptions {
  /** Every lone CR or LF becomes CRLF. What ends the data does not change. */
  readonly repairBareLf: boolean;
  /** Octets of content; what is over is dropped, and the end is still looked for. */
  readonly maxSize: number;
  /** Dots at the beginning of a line are transparency, or the end of data (RFC 5321 4.5.2). */
  readonly dots: boolean;
}

export interface DataStep {
  /** The end of data was in this chunk. */
  readonly done: boolean;
  /** Octets of the chunk that belong to the message, CRLF.CRLF included; the rest is the next command. */
  readonly consumed: number;
  /** Content, in order. Slices of the chunk: valid as long as it is. */
  readonly pieces: Buffer[];
}

export interface DataSummary {
  /** Octets of content, those that were dropped included. */
  readonly size: number;
  /** `size` is over `maxSize`, so content has been dropped. */
  readonly tooBig: boolean;
  /** A CR that no LF followed. Like `bareLf`, true also when it was repaired. */
  readonly bareCr: boolean;
  /** An LF that no CR preceded. */
  readonly bareLf: boolean;
  readonly nul: boolean;
  /** An octet over 0x7f. */
  readonly eightBit: boolean;
  /** A line of more than 1000 octets with its CRLF: for the log only, many messages have them. */
  readonly lineTooLong: boolean;
  /**
   * Octets of the longest line, its CRLF included; the line that has begun counts with what has come of it. So a limit can
   * be held while the content comes.
   */
  readonly longestLine: number;
  /** How many Received fields the header has: the hops so far (RFC 5321 6.3). */
  readonly received: number;
}

/** What came last. The octets of a stuffed dot, and of `.CR` after CRLF, are withheld until it is clear what they are. */
type State = 'lineStart' | 'text' | 'cr' | 'dot' | 'dotCr' | 'done';

export class ContentReader {
  readonly #repair: boolean;
  readonly #maxSize: number;
  readonly #dots: boolean;
  #state: State = 'lineStart';
  readonly #pieces = new Pieces();
  #chunk: Buffer = NOTHING;
  /** Where in the chunk the content begins that is not yet in `#pieces`. */
  #from = 0;
  /** Where in the chunk the line began, as content; negative when in an earlier chunk. */
  #lineStart = 0;
  #inHeader = true;
  /** How much of `received` the line has matched so far, or NO_MATCH. */
  #match = 0;
  #size = 0;
  #tooBig = false;
  #bareCr = false;
  #bareLf = false;
  #nul = false;
  #eightBit = false;
  #longestLine = 0;
  #received = 0;

  constructor(options: ContentOptions) {
    this.#repair = options.repairBareLf;
    this.#maxSize = options.maxSize;
    this.#dots = options.dots;
  }

  /** Takes the next octets. The chunk must not be changed until its pieces have been used. */
  push(chunk: Buffer): DataStep {
    if (this.#state === 'done') throw new Error('octets pushed after the end of data');
    this.#chunk = chunk;
    this.#from = 0;
    const consumed = this.#scan();
    this.#flush(consumed);
    this.#measureOpenLine(consumed);
    this.#lineStart -= chunk.length;
    if (!this.#eightBit)
      this.#eightBit = !isAscii(consumed < chunk.length ? chunk.subarray(0, consumed) : chunk);
    this.#chunk = NOTHING;
    return { done: this.#isDone(), consumed, pieces: this.#pieces.take() };
  }

  /** The content ends here; for content without an end of its own. Gives what is still missing of it. */
  end(): Buffer[] {
    if (this.#state === 'cr') this.#afterCr(0);
    this.#state = 'done';
    return this.#pieces.take();
  }

  /** What is known of the content so far; final after the step that was `done`. */
  summary(): DataSummary {
    return {
      size: this.#size,
      tooBig: this.#tooBig,
      bareCr: this.#bareCr,
      bareLf: this.#bareLf,
      nul: this.#nul,
      eightBit: this.#eightBit,
      lineTooLong: this.#longestLine > LONGEST_LINE,
      longestLine: this.#longestLine,
      received: this.#received,
    };
  }

  #isDone(): boolean {
    return this.#state === 'done';
  }

  /** The line that has begun and goes up to `end` in the chunk. */
  #measureOpenLine(end: number): void {
    const open = this.#state === 'text' || this.#state === 'cr';
    if (open && end - this.#lineStart > this.#longestLine) this.#longestLine = end - this.#lineStart;
  }

  /** Goes through the chunk, one state after the other, and says how much of it belongs to the message. */
  #scan(): number {
    const end = this.#chunk.length;
    let at = 0;
    while (at < end && this.#state !== 'done') {
      switch (this.#state) {
        case 'text':
          at = this.#text(at);
          break;
        case 'cr':
          at = this.#afterCr(at);
          break;
        case 'lineStart':
          at = this.#atLineStart(at);
          break;
        case 'dot':
          at = this.#afterDot(at);
          break;
        case 'dotCr':
          at = this.#afterDotCr(at);
          break;
      }
    }
    return at;
  }

  /** In a line: on to its CR or LF. */
  #text(at: number): number {
    if (this.#match !== NO_MATCH) this.#matchReceived(at);
    const next = this.#findBreak(at);
    if (next === this.#chunk.length) return next;
    if (this.#chunk[next] === CR) this.#state = 'cr';
    else {
      this.#bareLf = true;
      if (this.#repair) {
        this.#insert(CR_PIECE, next);
        this.#endLine(next - this.#lineStart, next + 1);
      }
    }
    return next + 1;
  }

  /** The next CR or LF, or the end of the chunk. The loop that sees every octet: one comparison for nearly all. */
  #findBreak(start: number): number {
    const chunk = this.#chunk;
    const end = chunk.length;
    for (let at = start; at < end; at += 1) {
      const octet = chunk[at] ?? 0;
      if (octet > CR) continue;
      if (octet === CR || octet === LF) return at;
      if (octet === 0) this.#nul = true;
    }
    return end;
  }

  /** After a CR in a line. */
  #afterCr(at: number): number {
    if (this.#chunk[at] === LF) {
      this.#state = 'lineStart';
      this.#endLine(at - 1 - this.#lineStart, at + 1);
      return at + 1;
    }
    this.#state = 'text';
    this.#bareCr = true;
    if (this.#repair) {
      this.#insert(LF_PIECE, at);
      this.#endLine(at - 1 - this.#lineStart, at);
    }
    return at;
  }

  /** After CRLF, or at the very beginning (RFC 5321 4.5.2: the dot may be stuffed, or the end). */
  #atLineStart(at: number): number {
    if (!this.#dots || this.#chunk[at] !== DOT) {
      this.#state = 'text';
      return at;
    }
    this.#flush(at);
    this.#from = at + 1;
    this.#lineStart = at + 1;
    this.#state = 'dot';
    return at + 1;
  }

  #afterDot(at: number): number {
    if (this.#chunk[at] !== CR) {
      this.#state = 'text';
      return at;
    }
    this.#from = at + 1;
    this.#state = 'dotCr';
    return at + 1;
  }

  #afterDotCr(at: number): number {
    if (this.#chunk[at] === LF) {
      this.#from = at + 1;
      this.#state = 'done';
      return at + 1;
    }
    this.#state = 'text';
    this.#bareCr = true;
    this.#insert(this.#repair ? CRLF_PIECE : CR_PIECE, at);
    if (this.#repair) this.#endLine(0, at);
    else this.#match = NO_MATCH;
    return at;
  }

  /** A line of `length` octets without its ending is complete; the next begins at `next`. */
  #endLine(length: number, next: number): void {
    if (length + 2 > this.#longestLine) this.#longestLine = length + 2;
    // RFC 5322 2.1: the header ends at the first empty line.
    if (length === 0) this.#inHeader = false;
    this.#match = this.#inHeader ? 0 : NO_MATCH;
    this.#lineStart = next;
  }

  /** Compares what the chunk has of the line's beginning with `Received:`, in any case (RFC 5322 4.5.8: `Received :`). */
  #matchReceived(start: number): void {
    for (let at = start; at < this.#chunk.length; at += 1) {
      const octet = this.#chunk[at] ?? 0;
      if (this.#match < RECEIVED.length) {
        if ((octet | 0x20) !== RECEIVED[this.#match]) break;
        this.#match += 1;
      } else if (octet !== SPACE && octet !== TAB) {
        if (octet === COLON) this.#received += 1;
        break;
      }
      if (at + 1 === this.#chunk.length) return;
    }
    this.#match = NO_MATCH;
  }

  /** Puts the content up to `end`, which is in the chunk, into the pieces. */
  #flush(end: number): void {
    if (end > this.#from) this.#add(this.#chunk, this.#from, end);
    this.#from = end;
  }

  /** Puts octets that are not in the chunk before the one at `at`. */
  #insert(octets: Buffer, at: number): void {
    this.#flush(at);
    this.#add(octets, 0, octets.length);
  }

  #add(source: Buffer, start: number, end: number): void {
    this.#size += end - start;
    if (this.#size > this.#maxSize) this.#tooBig = true;
    if (!this.#tooBig) this.#pieces.add(source, start, end);
  }
}
