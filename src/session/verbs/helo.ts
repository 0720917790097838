/** HELO: RFC 5321 4.1.1.1. No extensions. */
import { heloReply, REPLIES } from '../replies.ts';
import { greeted } from '../state.ts';
import { refuse, type Check } from '../step.ts';

export const helo: Check<'HELO'> = (state, { name }, { settings }) => {
  if (settings.purpose === 'lmtp') return refuse(REPLIES.lhloOnly); // RFC 2033 4.1
  return {
    kind: 'reply',
    reply: heloReply(settings.hostname),
    next: greeted(state, { verb: 'HELO', name }),
  };
};
