/** RCPT: RFC 5321 4.1.1.3, with NOTIFY and ORCPT (RFC 3461). Whether the recipient is taken is the policy's to say. */
import { working } from '../extensions.ts';
import { REPLIES } from '../replies.ts';
import { refuse, type Check } from '../step.ts';
import { revoked } from './revoked.ts';

export const rcpt: Check<'RCPT'> = (state, { to, parameters, utf8 }, circumstances) => {
  const { settings } = circumstances;
  if (state.phase === 'connected') return refuse(REPLIES.helloFirst);
  if (state.phase === 'chunked') return refuse(REPLIES.notAfterBdat); // RFC 3030 2
  if (state.phase !== 'transaction') return refuse(REPLIES.mailFirst);
  const { transaction, hello } = state;
  if (transaction.recipients.length >= settings.limits.recipients) return refuse(REPLIES.tooManyRecipients); // RFC 5321 4.5.3.1.10
  const dsn = parameters.notify !== undefined || parameters.originalRecipient !== undefined;
  if (dsn && !working(hello.verb, state, settings).dsn) return refuse(REPLIES.unknownParameter);
  if (utf8 && !transaction.smtpUtf8) return refuse(REPLIES.needsSmtpUtf8); // RFC 6531 3.5
  return revoked(state, circumstances) ?? { kind: 'judge', to, parameters };
};
