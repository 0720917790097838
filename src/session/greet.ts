/**
 * Greeting a client: once its connection is there, and again after XCLIENT for the client that was named. Whom `clients.refuse` lists
 * gets 554 instead, and can then only say QUIT (RFC 5321 3.1).
 */
import { formatScreenRule, judgeClient } from '../screen/mod.ts';
import type { Acting } from './acting.ts';
import { greeting, REPLIES } from './replies.ts';
import { lookUp } from './screening.ts';

export function greet(session: Acting): void {
  const { state, peer, services, settings, ref } = session;
  if (state.phase === 'ended') return;
  const before = { tls: state.tls, account: undefined };
  const verdict = judgeClient(services.screen(), peer.client);
  if (verdict.kind === 'pass') {
    session.become({ ...before, phase: 'connected' });
    lookUp(session);
    return session.say(greeting(settings));
  }
  services.emit('client.refused', { ...ref, rule: formatScreenRule(verdict.rule) });
  session.become({ ...before, phase: 'barred' });
  return session.say(REPLIES.clientRefused);
}
