/** Attempts for tests. */
import type { Attempt, Content, Outcome, Recipient, Target } from '../types.ts';

export interface AttemptInput extends Partial<
  Pick<
    Attempt,
    'sender' | 'eightBit' | 'binary' | 'smtpUtf8' | 'requireTls' | 'ret' | 'envelopeId' | 'deliverBy'
  >
> {
  readonly to?: readonly [string, ...string[]];
  /** What was asked for each recipient, in their order. */
  readonly asked?: readonly Partial<Recipient>[];
  readonly content?: string | Buffer | Content;
}

export const SIMPLE_CONTENT = 'Subject: hello\r\n\r\nHow are you?\r\n';

export function makeAttempt(target: Target, input: AttemptInput = {}): Attempt {
  const recipientOf = (address: string, index: number): Recipient => ({
    index,
    address,
    original: address,
    notify: undefined,
    originalRecipient: undefined,
    ...input.asked?.[index],
  });
  const [first, ...others] = input.to ?? ['bob@contoso.test'];
  const content = input.content ?? SIMPLE_CONTENT;
  return {
    id: 'message-1',
    sender: input.sender ?? 'alice@fabrikam.test',
    eightBit: input.eightBit ?? false,
    binary: input.binary ?? false,
    smtpUtf8: input.smtpUtf8 ?? false,
    requireTls: input.requireTls ?? false,
    ret: input.ret,
    envelopeId: input.envelopeId,
    deliverBy: input.deliverBy,
    target,
    recipients: [recipientOf(first, 0), ...others.map((address, place) => recipientOf(address, place + 1))],
    content:
      typeof content === 'string' || Buffer.isBuffer(content) ? inMemory(Buffer.from(content)) : content,
  };
}

export function inMemory(bytes: Buffer): Content {
  return {
    size: bytes.length,
    bytes,
    async *open() {
      yield bytes;
    },
  };
}

/** Content that comes in chunks, as from a file; an error among them is thrown when it is its turn. */
export function inChunks(chunks: readonly (Buffer | Error)[]): Content {
  const size = chunks.reduce((sum, chunk) => sum + (chunk instanceof Error ? 0 : chunk.length), 0);
  return {
    size,
    bytes: undefined,
    async *open() {
      for (const chunk of chunks) {
        if (chunk instanceof Error) throw chunk;
        yield chunk;
      }
    },
  };
}

/** `delivered 2.0.0`, for each recipient in the order of their indexes. */
export function summary(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes
    .toSorted((one, other) => one.index - other.index)
    .map(({ kind, status }) => `${kind} ${status}`);
}
