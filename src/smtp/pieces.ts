/**
 * Collects parts of buffers in order: as slices while they are few, and as one copy when they become many, since a
 * slice costs more than the few octets it would hold. What a peer sends decides how many there are.
 */

/** Slices before the rest is copied. */
const MOST_SLICES = 64;
/** Octets up to which a loop is faster than a call of `copy()`. */
const SHORT = 16;

export class Pieces {
  #slices: Buffer[] = [];
  #joined: Buffer | undefined;
  #length = 0;

  /** Adds the octets of `source` from `start` to `end`; without a copy, as long as there are few. */
  add(source: Buffer, start: number, end: number): void {
    if (this.#joined === undefined && this.#slices.length < MOST_SLICES) {
      this.#slices.push(start === 0 && end === source.length ? source : source.subarray(start, end));
    } else this.#copy(source, start, end);
  }

  /** Takes what was collected and begins anew. */
  take(): Buffer[] {
    const pieces =
      this.#joined === undefined ? this.#slices : [...this.#slices, this.#joined.subarray(0, this.#length)];
    this.#slices = [];
    this.#joined = undefined;
    this.#length = 0;
    return pieces;
  }

  #copy(source: Buffer, start: number, end: number): void {
    const joined = this.#reserve(end - start, source.length);
    if (end - start > SHORT) source.copy(joined, this.#length, start, end);
    else for (let i = start; i < end; i += 1) joined[this.#length + i - start] = source[i] ?? 0;
    this.#length += end - start;
  }

  /** A buffer with room for `more` octets; it doubles, so that all copies together cost linear time. */
  #reserve(more: number, likely: number): Buffer {
    const needed = this.#length + more;
    if (this.#joined !== undefined && needed <= this.#joined.length) return this.#joined;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, likely, 2 * this.#length));
    this.#joined?.copy(grown, 0, 0, this.#length);
    this.#joined = grown;
    return grown;
  }
}
