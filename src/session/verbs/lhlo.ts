/** LHLO: RFC 2033 4.1. The EHLO of LMTP, and unknown elsewhere. */
import { ehloReply, REPLIES } from '../replies.ts';
import { greeted } from '../state.ts';
import { refuse, type Check } from '../step.ts';
import { offered } from './offered.ts';

export const lhlo: Check<'LHLO'> = (state, { name }, circumstances) => {
  if (circumstances.settings.purpose !== 'lmtp') return refuse(REPLIES.unknownCommand);
  const hello = { verb: 'LHLO', name } as const;
  return {
    kind: 'reply',
    reply: ehloReply(circumstances.settings.hostname, offered(hello, state, circumstances)),
    next: greeted(state, hello),
  };
};
