/**
 * Receiving the content of one message: decoded as it comes, in memory up to the inline limit, beyond it in a file of the
 * spool. Never whole in memory beyond the bound, and never durable before `Intake.store()` says so.
 */
import { Buffer } from 'node:buffer';
import type { HeaderFacts } from '../mail/mod.ts';
import { BdatReader, DataReader, Pieces, type DataSummary, type Reply } from '../smtp/mod.ts';
import { Heading, type Amendments } from './heading.ts';
import { REPLIES } from './replies.ts';
import type { ContentState } from './state.ts';
import type { BodySink, Intake, ListenerSettings, StoredBody } from './types.ts';

export interface ContentStep {
  /** Octets that belong to the message. */
  readonly consumed: number;
  /** The end of data, or of the chunk. */
  readonly done: boolean;
  /** Wait for this before the next chunk. */
  readonly wait: Promise<void> | undefined;
}

export class Content {
  readonly id: string;
  readonly #intake: Intake;
  readonly #reader: DataReader | BdatReader;
  readonly #heading: Heading;
  readonly #pieces = new Pieces();
  #held = 0;
  #sink: BodySink | undefined;
  /** The last write; writes never overlap, since the session waits for each. */
  #writing: Promise<void> | undefined;
  #failed = false;

  /** `trace` becomes the first lines of the content. */
  constructor(
    id: string,
    trace: Buffer,
    options: {
      intake: Intake;
      settings: ListenerSettings;
      state: ContentState;
      amendments: Amendments | undefined;
    },
  ) {
    this.id = id;
    this.#intake = options.intake;
    const { limits, compat } = options.settings;
    const { chunk, transaction } = options.state;
    const reading = { repairBareLf: compat.bareLf, maxSize: limits.messageSize };
    this.#reader =
      chunk === undefined
        ? new DataReader(reading)
        : new BdatReader({ ...reading, binary: transaction.body === 'BINARYMIME' });
    this.#heading = new Heading({ size: limits.headerSize, fields: limits.headerFields }, options.amendments);
    this.#keep([trace]);
  }

  /** A chunk of so many octets begins. */
  beginChunk(octets: number): void {
    if (this.#reader instanceof BdatReader) this.#reader.begin(octets);
  }

  push(octets: Buffer): ContentStep {
    const { consumed, done, pieces } = this.#reader.push(octets);
    this.#take(pieces);
    const spill = this.#sink !== undefined || this.#held > this.#intake.inlineLimit;
    return { consumed, done, wait: spill && this.#held > 0 ? (this.#writing = this.#spill()) : undefined };
  }

  /** The end of data, or the last chunk, has come. */
  end(): void {
    if (this.#reader instanceof BdatReader) this.#take(this.#reader.end());
    this.#keep(this.#heading.end());
  }

  summary(): DataSummary {
    return this.#reader.summary();
  }

  /** What is known of the header; all of it after `end()`. */
  header(): HeaderFacts {
    return this.#heading.facts();
  }

  /** Without its brackets; undefined: there is none. */
  get messageId(): string | undefined {
    return this.#heading.messageId();
  }

  /** Why the content cannot be accepted; undefined when it can. */
  problem(settings: ListenerSettings): Reply | undefined {
    const summary = this.#reader.summary();
    if (summary.tooBig) return REPLIES.tooBig; // RFC 1870 6.3
    if ((summary.bareCr || summary.bareLf) && !settings.compat.bareLf) return REPLIES.bareLineEnd; // RFC 5321 2.3.8
    if (summary.received > settings.limits.hops) return REPLIES.loop; // RFC 5321 6.3
    return this.#failed ? REPLIES.spoolFailed : undefined;
  }

  /** The content, complete. With a file: synced and under its final name. */
  async finish(): Promise<StoredBody> {
    if (this.#sink !== undefined) {
      if (this.#held > 0) await this.#spill(); // what a repair put behind the last chunk
      if (this.#failed) throw new Error('the content could not be written');
      return this.#sink.finish();
    }
    const pieces = this.#pieces.take();
    const [only] = pieces;
    const bytes = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces, this.#held);
    return { kind: 'memory', bytes };
  }

  /** Lets go of what was received; nothing of it stays on the disk. */
  async discard(): Promise<void> {
    this.#pieces.take();
    await this.#writing;
    const sink = this.#sink;
    this.#sink = undefined;
    await sink?.discard();
  }

  #take(pieces: readonly Buffer[]): void {
    for (const piece of pieces) this.#keep(this.#heading.push(piece));
  }

  #keep(pieces: readonly Buffer[]): void {
    for (const piece of pieces) {
      this.#pieces.add(piece, 0, piece.length);
      this.#held += piece.length;
    }
  }

  async #spill(): Promise<void> {
    const pieces = this.#pieces.take();
    const held = this.#held;
    this.#held = 0;
    if (this.#failed) return;
    try {
      this.#sink ??= await this.#intake.openBody(this.id);
      await this.#sink.write(Buffer.concat(pieces, held));
    } catch {
      // The disk refused (the spool has said so in its events). The rest is read and dropped; the reply is 451.
      this.#failed = true;
    }
  }
}
