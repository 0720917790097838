/** EHLO: RFC 5321 4.1.1.1. Only what works on this listener in this state is offered. */
import { ehloReply } from '../replies.ts';
import { greeted, type CommandState } from '../state.ts';
import type { Check } from '../step.ts';
import type { ListenerSettings } from '../types.ts';
import { authPossible } from './auth.ts';

export const ehlo: Check<'EHLO'> = (state, command, { settings }) => ({
  kind: 'reply',
  reply: ehloReply(settings.hostname, extensions(state, settings)),
  next: greeted(state, { verb: 'EHLO', name: command.name }), // an open transaction ends: RFC 5321 4.1.4
});

function extensions(state: CommandState, settings: ListenerSettings): string[] {
  const offered = ['PIPELINING', `SIZE ${settings.limits.messageSize}`, '8BITMIME', 'ENHANCEDSTATUSCODES'];
  if (settings.tlsAvailable && state.tls === undefined) offered.push('STARTTLS'); // RFC 3207 4.2
  if (authPossible(state, settings)) {
    offered.push('AUTH PLAIN LOGIN');
    if (settings.compat.authLoginEquals) offered.push('AUTH=LOGIN PLAIN');
  }
  return offered;
}
