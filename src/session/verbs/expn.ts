/** EXPN: known, and not offered (RFC 5321 7.3). */
import { REPLIES } from '../replies.ts';
import { refuse, type Check } from '../step.ts';

export const expn: Check<'EXPN'> = () => refuse(REPLIES.notImplemented);
