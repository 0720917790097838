/** Octets from the client that have not been looked at, in order. Bounded by whoever asks `isFull` and reads no more then. */
import type { Buffer } from 'node:buffer';
import { LineReader, type Line } from '../smtp/mod.ts';

/** Octets that may wait before the socket is no longer read. */
const LIMIT = 64 * 1024;
/** What a chunk costs beside its octets: many tiny ones must not become a heap of objects. */
const CHUNK_COST = 128;

export class Input {
  readonly #lines: LineReader;
  #chunks: Buffer[] = [];
  #octets = 0;

  constructor(lineLimit: number) {
    this.#lines = new LineReader(lineLimit);
  }

  set lineLimit(octets: number) {
    this.#lines.limit = octets;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#octets += chunk.length;
  }

  get isFull(): boolean {
    return this.#octets + this.#chunks.length * CHUNK_COST > LIMIT;
  }

  /** No chunk is left; of an unfinished line there may be octets. */
  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** The next line; undefined: not all of it has come. */
  nextLine(): Line | undefined {
    for (;;) {
      const line = this.#lines.next();
      if (line !== undefined) return line;
      const chunk = this.nextChunk();
      if (chunk === undefined) return undefined;
      this.#lines.push(chunk);
    }
  }

  /** The next octets, when it is not lines that come. */
  nextChunk(): Buffer | undefined {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) this.#octets -= chunk.length;
    return chunk;
  }

  /** Octets that belong to what comes next. */
  giveBack(octets: Buffer): void {
    if (octets.length === 0) return;
    this.#chunks.unshift(octets);
    this.#octets += octets.length;
  }

  /** From here on it is not lines that come: what was read ahead for them is given back. */
  leaveLines(): void {
    this.giveBack(this.#lines.rest());
  }

  /** Throws everything away. @returns how many octets that were. */
  clear(): number {
    const octets = this.#octets + this.#lines.rest().length;
    this.#chunks = [];
    this.#octets = 0;
    return octets;
  }
}
