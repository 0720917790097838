/** RCPT: RFC 5321 4.1.1.3, with NOTIFY and ORCPT (RFC 3461). Whether the recipient is taken is the policy's to say. */
import { working } from '../extensions.ts';
import { hasRoom } from '../envelope.ts';
import { REPLIES } from '../replies.ts';
import type { TransactionState } from '../state.ts';
import { refuse, type Check, type Step } from '../step.ts';
import type { SessionLimits } from '../types.ts';
import { revoked } from './revoked.ts';

export const rcpt: Check<'RCPT'> = (state, { to, parameters, utf8 }, circumstances) => {
  const { settings } = circumstances;
  if (state.phase === 'connected') return refuse(REPLIES.helloFirst);
  if (state.phase === 'chunked') return refuse(REPLIES.notAfterBdat); // RFC 3030 2
  if (state.phase !== 'transaction') return refuse(REPLIES.mailFirst);
  const { transaction, hello } = state;
  const named = {
    original: to.kind === 'mailbox' ? to.mailbox.address : '',
    originalRecipient: parameters.originalRecipient,
  };
  if (!hasRoom(transaction, named, settings.limits)) return tooMany(state, settings.limits);
  const dsn = parameters.notify !== undefined || parameters.originalRecipient !== undefined;
  if (dsn && !working(hello.verb, state, settings).dsn) return refuse(REPLIES.unknownParameter);
  if (utf8 && !transaction.smtpUtf8) return refuse(REPLIES.needsSmtpUtf8); // RFC 6531 3.5
  return revoked(state, circumstances) ?? { kind: 'judge', to, parameters };
};

/**
 * RFC 5321 4.5.3.1.10: the client sends the message again to those, when the others have it. That is no error, or a client that
 * sends its commands ahead would be turned away before it can; until as many are in excess as are permitted.
 */
function tooMany(state: TransactionState, { recipients }: SessionLimits): Step {
  const { transaction } = state;
  if (transaction.excess >= recipients) return refuse(REPLIES.tooManyRecipients);
  const next = { ...state, transaction: { ...transaction, excess: transaction.excess + 1 } };
  return { kind: 'reply', reply: REPLIES.tooManyRecipients, next };
}
