/** RSET: RFC 5321 4.1.1.5. Forgets the envelope, keeps the greeting, TLS and the account. */
import { REPLIES } from '../replies.ts';
import { greeted } from '../state.ts';
import type { Check } from '../step.ts';

export const rset: Check<'RSET'> = (state) => ({
  kind: 'reply',
  reply: REPLIES.ok,
  next: state.phase === 'connected' ? state : greeted(state, state.hello),
});
