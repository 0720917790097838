/** AUTH: RFC 4954. Only in TLS unless the listener opts in, only after EHLO, once, and outside a transaction. */
import { beginLogin, isMechanism } from '../login.ts';
import { REPLIES } from '../replies.ts';
import type { CommandState } from '../state.ts';
import { refuse, type Check, type Step } from '../step.ts';
import type { ListenerSettings } from '../types.ts';

export const auth: Check<'AUTH'> = (state, { mechanism, initial }, { settings }): Step => {
  if (settings.auth === 'off') return refuse(REPLIES.authNotOffered);
  if (state.phase === 'connected') return refuse(REPLIES.helloFirst);
  if (state.phase !== 'greeted') return refuse(REPLIES.notInTransaction); // RFC 4954 4
  if (state.hello.verb === 'HELO') return refuse(REPLIES.authNotOffered);
  if (state.account !== undefined) return refuse(REPLIES.alreadyAuthenticated); // RFC 4954 4
  if (state.tls === undefined && !settings.authWithoutTls) return refuse(REPLIES.authNeedsTls); // RFC 4954 4
  if (!isMechanism(mechanism)) return refuse(REPLIES.unknownMechanism);
  const step = beginLogin(mechanism, initial);
  if (step.kind !== 'ask') return { ...step, next: state };
  const { tls, account, hello, forwarded } = state;
  return {
    kind: 'reply',
    reply: step.reply,
    next: { tls, account, phase: 'login', hello, forwarded, exchange: step.exchange },
  };
};

/** Whether EHLO offers it. */
export function authPossible(state: CommandState, settings: ListenerSettings): boolean {
  return settings.auth !== 'off' && (state.tls !== undefined || settings.authWithoutTls);
}
