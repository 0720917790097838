/** QUIT: RFC 5321 4.1.1.10. */
import { REPLIES } from '../replies.ts';
import type { Check } from '../step.ts';

export const quit: Check<'QUIT'> = () => ({ kind: 'close', reply: REPLIES.bye, reason: 'quit' });
