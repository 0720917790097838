/**
 * The content of a message as DATA carries it (RFC 5321 4.1.1.4, 4.5.2).
 *
 * Only CRLF.CRLF ends the data. Every other combination of CR, LF and dots is content, so that no server before or
 * behind us can see another end than we do (SMTP smuggling).
 */
import { ContentReader, type ContentOptions, type DataStep, type DataSummary } from './contentReader.ts';

export type DataOptions = Omit<ContentOptions, 'dots'>;

export class DataReader {
  readonly #content: ContentReader;

  constructor(options: DataOptions) {
    this.#content = new ContentReader({ ...options, dots: true });
  }

  /** Takes the next octets. The chunk must not be changed until its pieces have been used. */
  push(chunk: Buffer): DataStep {
    return this.#content.push(chunk);
  }

  /** What is known of the content so far; final after the step that was `done`. */
  summary(): DataSummary {
    return this.#content.summary();
  }
}
