/** Proceeding with AUTH: the credentials are verified, and the account is set or not. */
import type { Acting } from './acting.ts';
import type { Credentials } from './login.ts';
import { REPLIES } from './replies.ts';

export async function verify(session: Acting, credentials: Credentials): Promise<void> {
  const { login, password, identity, mechanism } = credentials;
  const { authenticator, emit } = session.services;
  const verdict = await authenticator.verify(login, password);
  if (typeof verdict === 'object' && (identity === '' || authenticator.owns(verdict.account, identity))) {
    emit('auth.accepted', { ...session.ref, account: verdict.account, mechanism });
    if (session.state.phase !== 'greeted') return; // gone meanwhile
    session.become({ ...session.state, account: verdict.account });
    session.say(REPLIES.authenticated);
    return;
  }
  const cause = typeof verdict === 'object' ? 'identity' : verdict;
  emit('auth.refused', { ...session.ref, login: printable(login), mechanism, cause });
  session.countError();
  session.say(cause === 'busy' || cause === 'unavailable' ? REPLIES.authUnavailable : REPLIES.authRefused);
}

/** A login name as logs may hold it. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100);
}
