/** What a transaction carries, from an attempt. */
import { natureOf, type Nature } from './nature.ts';
import { sendable } from './sendable.ts';
import type { Attempt, Outcome, Recipient } from './types.ts';

export interface Message extends Pick<
  Attempt,
  | 'sender'
  | 'eightBit'
  | 'binary'
  | 'smtpUtf8'
  | 'requireTls'
  | 'ret'
  | 'envelopeId'
  | 'deliverBy'
  | 'content'
> {
  /** Every server takes it as it is. */
  readonly plain: boolean;
  /** Lines of ours that come before the content, complete with CRLF. */
  readonly preamble: Buffer | undefined;
  /** What the content is made of. Rejects when it cannot be read. */
  readonly nature: () => Promise<Nature>;
}

/** The message, the recipients it can be sent to, and outcomes for those it cannot. */
export function messageOf(
  attempt: Attempt,
  preamble?: Buffer,
): {
  readonly message: Message;
  readonly recipients: readonly Recipient[];
  readonly outcomes: readonly Outcome[];
} {
  const { sender, eightBit, binary, smtpUtf8, requireTls, ret, envelopeId, deliverBy, content } = attempt;
  const { recipients, outcomes, ascii } = sendable(attempt);
  let nature: Promise<Nature> | undefined;
  const message: Message = {
    sender,
    eightBit,
    binary,
    smtpUtf8,
    requireTls,
    ret,
    envelopeId,
    deliverBy,
    content,
    plain: ascii && !binary && !smtpUtf8 && !requireTls && deliverBy === undefined,
    preamble,
    nature: () => (nature ??= natureOf(content)),
  };
  return { message, recipients, outcomes };
}

/** Octets, ours included. */
export function sizeOf({ content, preamble }: Message): number {
  return content.size + (preamble?.length ?? 0);
}
