/**
 * Records on their way from a worker to the disk. A batch is a list of texts, each once, and one array of numbers that refers to
 * them: to copy that to another process or thread costs a fraction of what as many objects would, and the client, the listener, the
 * rule and the reply of a batch are mostly the same anyway.
 *
 * Pure, and without errors: whatever a text holds, it comes out as it went in.
 */
import type { AttemptRecord, DecisionRecord, HistoryRecord, MessageRecord, NoticeRecord } from './types.ts';

/** Plain data: can be sent to another process or thread. */
export interface HistoryBatch {
  /** How many records there are. */
  readonly records: number;
  readonly texts: readonly string[];
  /** One record after the other: its kind, then its cells in the order of `CELLS`. A text is its index, -1 is null. */
  readonly cells: Float64Array;
}

export type Kind = HistoryRecord['kind'];

/** How a record says its kind. */
export const KINDS = { decision: 0, message: 1, attempt: 2, notice: 3 } as const satisfies Record<
  Kind,
  number
>;

/** Where the cells of a record lie behind its kind. */
export const CELLS = {
  decision: {
    at: 0,
    transaction: 1,
    /** 1: the reply ends in the name of the session, which was taken off. */
    named: 2,
    session: 3,
    client: 4,
    localAddress: 5,
    listener: 6,
    helo: 7,
    account: 8,
    sender: 9,
    recipient: 10,
    address: 11,
    mailbox: 12,
    outcome: 13,
    rule: 14,
    reply: 15,
    restrained: 16,
  },
  message: { at: 0, transaction: 1, size: 2, id: 3, session: 4, messageId: 5, sender: 6 },
  attempt: { at: 0, id: 1, recipient: 2, outcome: 3, remote: 4, reply: 5 },
  notice: { at: 0, id: 1, about: 2, notice: 3, recipient: 4 },
} as const satisfies { readonly [K in Kind]: Readonly<Record<string, number>> };

/** How many cells a record has. */
export const WIDTHS: { readonly [K in Kind]: number } = {
  decision: Object.keys(CELLS.decision).length,
  message: Object.keys(CELLS.message).length,
  attempt: Object.keys(CELLS.attempt).length,
  notice: Object.keys(CELLS.notice).length,
};

/** Collects records into a batch. */
export class Packer {
  #texts: string[] = [];
  #indexes = new Map<string, number>();
  #cells: number[] = [];
  #records = 0;
  #octets = 0;

  get records(): number {
    return this.#records;
  }

  /** About how many octets it takes up in memory. */
  get octets(): number {
    return this.#octets;
  }

  add(record: HistoryRecord): void {
    this.#records += 1;
    const before = this.#cells.length;
    this.#put(record);
    this.#octets += 8 * (this.#cells.length - before);
  }

  /** What was collected; it is empty again. */
  take(): HistoryBatch {
    const batch = { records: this.#records, texts: this.#texts, cells: Float64Array.from(this.#cells) };
    this.#texts = [];
    this.#indexes = new Map();
    this.#cells = [];
    this.#records = 0;
    this.#octets = 0;
    return batch;
  }

  #put(record: HistoryRecord): void {
    switch (record.kind) {
      case 'decision':
        return this.#decision(record);
      case 'message':
        return this.#message(record);
      case 'attempt':
        return this.#attempt(record);
      case 'notice':
        return this.#notice(record);
      default:
        return record satisfies never;
    }
  }

  #decision(record: DecisionRecord): void {
    const { text, named } = withoutSession(record.reply, record.session);
    this.#cells.push(
      KINDS.decision,
      record.at,
      record.transaction,
      named ? 1 : 0,
      this.#text(record.session),
      this.#text(record.client),
      this.#text(record.localAddress),
      this.#text(record.listener),
      this.#text(record.helo),
      this.#text(record.account),
      this.#text(record.sender),
      this.#text(record.recipient),
      this.#text(record.address),
      this.#text(record.mailbox),
      this.#text(record.outcome),
      this.#text(record.rule),
      this.#text(text),
      this.#text(record.restrained),
    );
  }

  #message(record: MessageRecord): void {
    this.#cells.push(
      KINDS.message,
      record.at,
      record.transaction,
      record.size,
      this.#text(record.id),
      this.#text(record.session),
      this.#text(record.messageId),
      this.#text(record.sender),
    );
  }

  #attempt(record: AttemptRecord): void {
    this.#cells.push(
      KINDS.attempt,
      record.at,
      this.#text(record.id),
      this.#text(record.recipient),
      this.#text(record.outcome),
      this.#text(record.remote),
      this.#text(record.reply),
    );
  }

  #notice(record: NoticeRecord): void {
    this.#cells.push(
      KINDS.notice,
      record.at,
      this.#text(record.id),
      this.#text(record.about),
      this.#text(record.notice),
      this.#text(record.recipient),
    );
  }

  #text(text: string | null): number {
    if (text === null) return -1;
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    const index = this.#texts.length;
    this.#texts.push(text);
    this.#indexes.set(text, index);
    this.#octets += 2 * text.length;
    return index;
  }
}

/** A batch of these records. */
export function packRecords(records: Iterable<HistoryRecord>): HistoryBatch {
  const packer = new Packer();
  for (const record of records) packer.add(record);
  return packer.take();
}

/** A refusal ends in the name of its session; without it, the same refusal is the same text every time. */
function withoutSession(reply: string, session: string): { readonly text: string; readonly named: boolean } {
  const ending = sessionReference(session);
  return reply.endsWith(ending)
    ? { text: reply.slice(0, -ending.length), named: true }
    : { text: reply, named: false };
}

/** What `withoutSession()` takes off. */
export function sessionReference(session: string): string {
  return ` [${session}]`;
}
