/** An account that was disabled or removed after it signed in may do nothing more, from the very next MAIL or RCPT on. */
import { REPLIES } from '../replies.ts';
import type { CommandState } from '../state.ts';
import { refuse, type Circumstances, type Step } from '../step.ts';

/** Undefined when there is no account, or it still stands. */
export function revoked({ account }: CommandState, { standing }: Circumstances): Step | undefined {
  if (account === undefined) return undefined;
  switch (standing(account)) {
    case 'enabled':
      return undefined;
    case 'disabled':
    case 'unknown':
      return { kind: 'close', reply: REPLIES.accountRevoked, reason: 'revoked' };
    case 'unavailable':
      return refuse(REPLIES.authUnavailable);
  }
}
