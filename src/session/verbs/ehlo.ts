/** EHLO: RFC 5321 4.1.1.1. Only what works on this listener in this state is offered. */
import { ehloReply, REPLIES } from '../replies.ts';
import { greeted } from '../state.ts';
import { refuse, type Check } from '../step.ts';
import { offered } from './offered.ts';

export const ehlo: Check<'EHLO'> = (state, { name }, circumstances) => {
  if (circumstances.settings.purpose === 'lmtp') return refuse(REPLIES.lhloOnly); // RFC 2033 4.1
  const hello = { verb: 'EHLO', name } as const;
  return {
    kind: 'reply',
    reply: ehloReply(circumstances.settings.hostname, offered(hello, state, circumstances)),
    next: greeted(state, hello), // an open transaction ends: RFC 5321 4.1.4
  };
};
