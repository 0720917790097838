/** A verb that is not ours: RFC 5321 4.2.4. */
import { REPLIES } from '../replies.ts';
import { refuse, type Check } from '../step.ts';

export const unknown: Check<'UNKNOWN'> = () => refuse(REPLIES.unknownCommand);
