/** HELP: RFC 5321 4.1.1.8. */
import { REPLIES } from '../replies.ts';
import type { Check } from '../step.ts';

export const help: Check<'HELP'> = (state) => ({ kind: 'reply', reply: REPLIES.help, next: state });
