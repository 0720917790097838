/**
 * The content of a message as BDAT carries it (RFC 3030): in chunks whose octets are counted, with no end to be looked for
 * and no transparency. What is known of it afterwards is the same as after DATA.
 */
import { ContentReader, type ContentOptions, type DataStep, type DataSummary } from './contentReader.ts';

export interface BdatOptions extends Omit<ContentOptions, 'dots'> {
  /** BODY=BINARYMIME: NUL and every CR and LF are content, and lines have no length. Nothing is repaired. */
  readonly binary: boolean;
}

/**
 * For one message: `begin()` each chunk and `push()` what arrives until the step is `done`, then answer; after the last
 * chunk, `end()`.
 */
export class BdatReader {
  readonly #content: ContentReader;
  readonly #binary: boolean;
  #left = 0;

  constructor({ binary, ...options }: BdatOptions) {
    this.#binary = binary;
    this.#content = new ContentReader({
      ...options,
      repairBareLf: options.repairBareLf && !binary,
      dots: false,
    });
  }

  /** A chunk of so many octets begins. Throws when the one before has not come whole. */
  begin(octets: number): void {
    if (this.#left > 0) throw new Error('a chunk begun within a chunk');
    this.#left = octets;
  }

  /** Octets of the chunk that have not come. A chunk of none is done as soon as it begins. */
  get left(): number {
    return this.#left;
  }

  /** Takes the next octets, of which those after the chunk's end are not consumed; `done` says that it has come whole. */
  push(chunk: Buffer): DataStep {
    const step = this.#content.push(chunk.length > this.#left ? chunk.subarray(0, this.#left) : chunk);
    this.#left -= step.consumed;
    return { ...step, done: this.#left === 0 };
  }

  /** The last chunk has come. Gives the octets that a repair puts at the end, mostly none. */
  end(): Buffer[] {
    if (this.#left > 0) throw new Error('a message ended within a chunk');
    return this.#content.end();
  }

  /** What is known of the content so far; final after `end()`. */
  summary(): DataSummary {
    const summary = this.#content.summary();
    if (!this.#binary) return summary;
    return { ...summary, bareCr: false, bareLf: false, nul: false, lineTooLong: false, longestLine: 0 };
  }
}
