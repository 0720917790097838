/** STARTTLS: RFC 3207. What follows in clear text is thrown away, and everything known of the client is forgotten. */
import { REPLIES } from '../replies.ts';
import { refuse, type Check } from '../step.ts';

export const starttls: Check<'STARTTLS'> = (state, _command, { settings }) => {
  if (state.tls !== undefined) return refuse(REPLIES.alreadyTls);
  if (!settings.tlsAvailable) return refuse(REPLIES.tlsUnavailable); // RFC 3207 4: 454
  if (state.phase === 'connected') return refuse(REPLIES.helloFirst);
  return { kind: 'startTls' };
};
