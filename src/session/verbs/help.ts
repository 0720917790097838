/** HELP: RFC 5321 4.1.1.8. */
import { REPLIES } from '../replies.ts';
import type { Check } from '../step.ts';

export const help: Check<'HELP'> = (state, _command, { settings }) => ({
  kind: 'reply',
  reply: settings.purpose === 'lmtp' ? REPLIES.helpLmtp : REPLIES.help,
  next: state,
});
