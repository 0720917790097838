/** DATA: RFC 5321 4.1.1.4. Not for a message that comes in chunks, nor for a binary one (RFC 3030 2, 3). */
import { REPLIES } from '../replies.ts';
import { refuse, type Check } from '../step.ts';

export const data: Check<'DATA'> = (state) => {
  if (state.phase === 'connected') return refuse(REPLIES.helloFirst);
  if (state.phase === 'chunked') return refuse(REPLIES.notAfterBdat);
  if (state.phase !== 'transaction') return refuse(REPLIES.mailFirst);
  if (state.transaction.recipients.length === 0) return refuse(REPLIES.noRecipients);
  if (state.transaction.body === 'BINARYMIME') return refuse(REPLIES.binaryNeedsBdat);
  return {
    kind: 'reply',
    reply: REPLIES.startContent,
    next: { ...state, phase: 'content', chunk: undefined, octets: 0 },
  };
};
