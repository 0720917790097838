/** Questions to the spool's thread and the answers, matched by number. */
import type { SpoolError } from './error.ts';
import type { Answer, Query, Reply, Request } from './store/wire.ts';

export interface Connection {
  /** Rejects with a SpoolError when the thread cannot answer any more. */
  ask<Kind extends Answer['kind']>(expected: Kind, query: Query): Promise<Extract<Answer, { kind: Kind }>>;
  answered(reply: Extract<Reply, { kind: 'answer' | 'refused' }>): void;
  fail(error: SpoolError): void;
}

interface Asked {
  readonly answer: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export function createConnection(post: (request: Request) => void): Connection {
  const pending = new Map<number, Asked>();
  let last = 0;
  let failure: SpoolError | undefined;
  return {
    ask: (expected, query) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        const answer = (given: Answer): void => {
          if (isKind(given, expected)) resolve(given);
          else reject(new Error(`the spool thread answered ${given.kind} to ${query.kind}`));
        };
        last += 1;
        pending.set(last, { answer, reject });
        post({ kind: 'ask', number: last, query });
      }),
    answered(reply) {
      const asked = pending.get(reply.number);
      if (asked === undefined)
        throw new Error(`the spool thread answered question ${reply.number} of ${last}`);
      pending.delete(reply.number);
      if (reply.kind === 'answer') asked.answer(reply.answer);
      else asked.reject(new Error(`a question with invalid values: ${reply.cause}`));
    },
    fail(error) {
      failure = error;
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    },
  };
}

function isKind<Kind extends Answer['kind']>(
  answer: Answer,
  kind: Kind,
): answer is Extract<Answer, { kind: Kind }> {
  return answer.kind === kind;
}
