/** NOOP: RFC 5321 4.1.1.9. */
import { REPLIES } from '../replies.ts';
import type { Check } from '../step.ts';

export const noop: Check<'NOOP'> = (state) => ({ kind: 'reply', reply: REPLIES.ok, next: state });
