/** VRFY: RFC 5321 3.5.3 permits 252 for all, so that it discloses nothing. */
import { REPLIES } from '../replies.ts';
import type { Check } from '../step.ts';

export const vrfy: Check<'VRFY'> = (state) => ({ kind: 'reply', reply: REPLIES.cannotVerify, next: state });
