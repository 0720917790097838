/** Dot-stuffing, the sender's side of transparency (RFC 5321 4.5.2). Zero-copy where no line begins with a dot. */
import { Pieces } from './pieces.ts';

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const END_AFTER_LINE = Buffer.from('.\r\n');
const END_IN_LINE = Buffer.from('\r\n.\r\n');

type State = 'lineStart' | 'text' | 'cr';

/** Stuffs a message that comes in chunks of any size. */
export class DotStuffer {
  #state: State = 'lineStart';

  /** The chunk with its dots doubled, as slices of it. */
  push(chunk: Buffer): Buffer[] {
    if (chunk.length === 0) return [];
    const pieces = stuffFrom(chunk, this.#firstDot(chunk));
    this.#state = stateAfter(chunk, this.#state);
    return pieces;
  }

  /** The end of data; call it once, last. A last line without CRLF gets one. */
  end(): Buffer {
    return this.#state === 'lineStart' ? END_AFTER_LINE : END_IN_LINE;
  }

  /** Where the first dot stands that begins a line, when the line began before this chunk or in its first octet. */
  #firstDot(chunk: Buffer): number {
    if (this.#state === 'lineStart' && chunk[0] === DOT) return 0;
    return this.#state === 'cr' && chunk[0] === LF && chunk[1] === DOT ? 1 : -1;
  }
}

function stateAfter(chunk: Buffer, before: State): State {
  const last = chunk[chunk.length - 1];
  if (last === CR) return 'cr';
  if (last !== LF) return 'text';
  const crlf = chunk.length > 1 ? chunk[chunk.length - 2] === CR : before === 'cr';
  return crlf ? 'lineStart' : 'text';
}

/** Doubles the dot at `first`, unless -1, and every dot after CRLF. */
function stuffFrom(chunk: Buffer, first: number): Buffer[] {
  const pieces = new Pieces();
  let from = 0;
  for (let dot = first === -1 ? nextDot(chunk, 0) : first; dot !== -1; dot = nextDot(chunk, dot)) {
    // The dot ends this piece and begins the next: doubled without a copy.
    pieces.add(chunk, from, dot + 1);
    from = dot;
  }
  pieces.add(chunk, from, chunk.length);
  return pieces.take();
}

function nextDot(chunk: Buffer, from: number): number {
  const line = chunk.indexOf('\r\n.', from, 'latin1');
  return line === -1 ? -1 : line + 2;
}

/** Stuffs a whole message and adds the end of data: everything to be sent after 354, in order. */
export function stuffAll(content: Buffer): Buffer[] {
  const stuffer = new DotStuffer();
  const pieces = stuffer.push(content);
  pieces.push(stuffer.end());
  return pieces;
}
