/**
 * The header of a message as it comes: noted for the checks, and on submission amended (RFC 6409 8). Only the header is kept back
 * for that, and no more of it than the limit; the body goes through as it is.
 */
import { Buffer } from 'node:buffer';
import { HeaderReader, type HeaderFacts, type HeaderLimits, type OctetRange } from '../mail/mod.ts';
import { Pieces } from '../smtp/mod.ts';
import { MessageIdReader } from './messageId.ts';

/** What is done to the header on submission. */
export interface Amendments {
  /** `Message-ID` for a message without one, without brackets. */
  readonly messageId: string;
  /** `Date` for a message without one (RFC 5322 3.3). */
  readonly date: string;
}

export class Heading {
  readonly #reader: HeaderReader;
  readonly #messageId = new MessageIdReader();
  readonly #amendments: Amendments | undefined;
  /** The content that is kept back, from its first octet on; undefined: they have been released. */
  #kept: Pieces | undefined;
  #facts: HeaderFacts | undefined;

  /** `amendments` undefined: nothing is added and nothing removed. */
  constructor(limits: HeaderLimits, amendments: Amendments | undefined) {
    this.#reader = new HeaderReader(limits);
    this.#amendments = amendments;
    this.#kept = amendments && new Pieces();
  }

  /** Takes the next octets of the content. @returns those that can be passed on now. */
  push(piece: Buffer): readonly Buffer[] {
    const facts = this.#facts ?? this.#read(piece);
    if (facts?.tooLarge === true) return this.#drop();
    if (this.#kept === undefined) return [piece];
    this.#kept.add(piece, 0, piece.length);
    return facts === undefined ? [] : this.#release(facts);
  }

  /** The content is complete. @returns what was still kept back. */
  end(): readonly Buffer[] {
    this.#reader.end();
    const facts = (this.#facts = this.#reader.facts());
    return facts.tooLarge ? this.#drop() : this.#release(facts);
  }

  /** What is known of the header; complete after `end()` at the latest. */
  facts(): HeaderFacts {
    return this.#facts ?? this.#reader.facts();
  }

  /** As the message has it now, without brackets; undefined: it has none. */
  messageId(): string | undefined {
    return this.#messageId.value() ?? this.#amendments?.messageId;
  }

  /** @returns what is known, when the header has ended or is too large. */
  #read(piece: Buffer): HeaderFacts | undefined {
    this.#messageId.push(piece);
    this.#reader.push(piece);
    if (this.#reader.isOpen) return undefined;
    this.#facts = this.#reader.facts();
    return this.#facts;
  }

  /** A message whose header is too large will be refused: nothing of it need be kept. */
  #drop(): readonly Buffer[] {
    this.#kept = undefined;
    return [];
  }

  #release(facts: HeaderFacts): readonly Buffer[] {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept === undefined || this.#amendments === undefined) return [];
    return [...added(facts, this.#amendments), ...without(kept.take(), facts.bcc)];
  }
}

function added({ counts }: HeaderFacts, { messageId, date }: Amendments): Buffer[] {
  const fields = [
    ...(counts.messageId === 0 ? [`Message-ID: <${messageId}>\r\n`] : []),
    ...(counts.date === 0 ? [`Date: ${date}\r\n`] : []),
  ];
  return fields.length === 0 ? [] : [Buffer.from(fields.join(''), 'latin1')];
}

/** The octets of `pieces` without those in `ranges`, which are in order and apart. */
function without(pieces: readonly Buffer[], ranges: readonly OctetRange[]): Buffer[] {
  if (ranges.length === 0) return [...pieces];
  const content = Buffer.concat(pieces);
  const left: Buffer[] = [];
  let from = 0;
  for (const { start, end } of ranges) {
    left.push(content.subarray(from, start));
    from = end;
  }
  left.push(content.subarray(from));
  return left.filter(({ length }) => length > 0);
}
