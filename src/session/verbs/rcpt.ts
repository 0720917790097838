/** RCPT: RFC 5321 4.1.1.3. Whether the recipient is taken is the policy's to say. */
import { REPLIES } from '../replies.ts';
import { refuse, type Check } from '../step.ts';
import { revoked } from './revoked.ts';

export const rcpt: Check<'RCPT'> = (state, command, circumstances) => {
  if (state.phase !== 'transaction')
    return refuse(state.phase === 'connected' ? REPLIES.helloFirst : REPLIES.mailFirst);
  if (state.transaction.recipients.length >= circumstances.settings.limits.recipients)
    return refuse(REPLIES.tooManyRecipients); // RFC 5321 4.5.3.1.10
  return revoked(state, circumstances) ?? { kind: 'judge', to: command.to };
};
