/** DATA: RFC 5321 4.1.1.4. */
import { REPLIES } from '../replies.ts';
import { refuse, type Check } from '../step.ts';

export const data: Check<'DATA'> = (state) => {
  if (state.phase === 'connected') return refuse(REPLIES.helloFirst);
  if (state.phase !== 'transaction') return refuse(REPLIES.mailFirst);
  if (state.transaction.recipients.length === 0) return refuse(REPLIES.noRecipients);
  return { kind: 'reply', reply: REPLIES.startContent, next: { ...state, phase: 'content' } };
};
