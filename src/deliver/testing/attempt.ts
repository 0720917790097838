/** Attempts for tests. */
import type { Attempt, Content, Outcome, Target } from '../types.ts';

export interface AttemptInput {
  readonly sender?: string;
  readonly eightBit?: boolean;
  readonly to?: readonly [string, ...string[]];
  readonly content?: string | Buffer | Content;
}

export const SIMPLE_CONTENT = 'Subject: hello\r\n\r\nHow are you?\r\n';

export function makeAttempt(target: Target, input: AttemptInput = {}): Attempt {
  const [first, ...others] = input.to ?? ['bob@contoso.test'];
  const content = input.content ?? SIMPLE_CONTENT;
  return {
    id: 'message-1',
    sender: input.sender ?? 'alice@fabrikam.test',
    eightBit: input.eightBit ?? false,
    target,
    recipients: [
      { index: 0, address: first },
      ...others.map((address, place) => ({ index: place + 1, address })),
    ],
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
