/**
 * BDAT: RFC 3030 2. The octets behind it are counted off whatever the reply is, so that they are never taken for commands. A
 * chunk that would exceed the size limit ends the transaction; chunks that were under way then get the same reply.
 */
import { working } from '../extensions.ts';
import { REPLIES } from '../replies.ts';
import { finalReplies, greeted, standing, type ChunkedState, type CommandState } from '../state.ts';
import type { Check, Step } from '../step.ts';
import type { Reply } from '../../smtp/mod.ts';

type Open = Exclude<CommandState, { phase: 'connected' | 'greeted' }>;

export const bdat: Check<'BDAT'> = (state, { size, last }, { settings }): Step => {
  const drop = (reply: Reply): Step => ({
    kind: 'swallow',
    next: { ...standing(state), phase: 'swallow', octets: size, reply, times: 1, error: true, next: state },
  });
  if (state.phase === 'connected') return drop(REPLIES.helloFirst);
  if (!working(state.hello.verb, state, settings).chunking) return drop(REPLIES.notImplemented);
  if (state.phase === 'greeted') return drop(REPLIES.mailFirst);
  if (state.transaction.recipients.length === 0) return drop(REPLIES.noRecipients);
  const chunk = { size, last };
  const octets = state.phase === 'chunked' ? state.octets : 0;
  if (state.phase === 'chunked' && state.failed !== undefined) return fail(state, chunk, state.failed);
  if (octets + size > settings.limits.messageSize) return fail(state, chunk, REPLIES.tooBig); // RFC 1870 6.3
  const { tls, account, hello, transaction } = state;
  return {
    kind: 'receive',
    next: { tls, account, phase: 'content', hello, transaction, chunk, octets },
  };
};

/** The transaction fails with this chunk, or failed with one before. */
function fail(state: Open, chunk: { size: number; last: boolean }, reply: Reply): Step {
  const { tls, account, hello, transaction } = state;
  const failed: ChunkedState = {
    tls,
    account,
    phase: 'chunked',
    hello,
    transaction,
    octets: 0,
    failed: reply,
  };
  return {
    kind: 'swallow',
    next: {
      tls,
      account,
      phase: 'swallow',
      octets: chunk.size,
      reply,
      times: chunk.last ? finalReplies(state) : 1,
      error: !(state.phase === 'chunked' && state.failed !== undefined),
      next: chunk.last ? greeted(state, hello) : failed,
    },
  };
}
