/** HELO: RFC 5321 4.1.1.1. No extensions. */
import { heloReply } from '../replies.ts';
import { greeted } from '../state.ts';
import type { Check } from '../step.ts';

export const helo: Check<'HELO'> = (state, command, { settings }) => ({
  kind: 'reply',
  reply: heloReply(settings.hostname),
  next: greeted(state, { verb: 'HELO', name: command.name }),
});
