/**
 * Proceeding with AUTH: the guard is asked, the credentials are verified, and the account is set or not.
 *
 * A failure is answered the same way in words and time, whether the account exists, the password is wrong or the identity is not the
 * account's. Its delay is counted from the command, so that what the verification took is not seen.
 */
import { printable } from '../std/mod.ts';
import type { Acting } from './acting.ts';
import type { SessionEvents } from './events.ts';
import type { Credentials } from './login.ts';
import { REPLIES } from './replies.ts';
import type { LoginVerdict } from './types.ts';

/** Characters of a login in the log. */
const LONGEST_LOGIN = 100;

export async function verify(session: Acting, credentials: Credentials): Promise<void> {
  const { authenticator, guard, clock } = session.services;
  const { login, password } = credentials;
  const { client } = session.peer;
  const since = clock.now();
  const chance = await guard.before({ client, login });
  if (chance.kind === 'refused') {
    refused(session, credentials, 'guard');
    return session.close(REPLIES.tooManyFailures, 'limit');
  }
  const outcome = outcomeOf(session, credentials, await authenticator.verify(login, password));
  if (outcome === 'busy' || outcome === 'unavailable') {
    refused(session, credentials, outcome);
    return session.say(REPLIES.authUnavailable);
  }
  guard.after({ client, login, accepted: typeof outcome === 'object' });
  if (typeof outcome === 'object') return accepted(session, credentials, outcome.account);
  refused(session, credentials, outcome);
  const left = since + chance.delayMs - clock.now();
  if (left > 0) await session.pause(left);
  if (session.state.phase !== 'ended') session.say(REPLIES.authRefused);
}

type Cause = SessionEvents['auth.refused']['cause'];

/** The account, when it may act as the identity that was asked for; or why the client is not signed in. */
function outcomeOf(
  { services }: Acting,
  { identity }: Credentials,
  verdict: LoginVerdict,
): LoginVerdict | 'identity' {
  if (typeof verdict === 'string') return verdict;
  return identity === '' || services.authenticator.owns(verdict.account, identity) ? verdict : 'identity';
}

function accepted(session: Acting, { mechanism }: Credentials, account: string): void {
  session.services.emit('auth.accepted', { ...session.ref, account, mechanism });
  if (session.state.phase !== 'greeted') return; // gone meanwhile
  session.become({ ...session.state, account });
  session.say(REPLIES.authenticated);
}

/** One line of the log for every failed login: what watches it counts these by the client address. */
function refused(session: Acting, { login, mechanism }: Credentials, cause: Cause): void {
  session.countError();
  session.services.emit('auth.refused', {
    ...session.ref,
    login: printable(login).slice(0, LONGEST_LOGIN),
    mechanism,
    cause,
  });
}
