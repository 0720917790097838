/** MAIL: RFC 5321 4.1.1.2, with SIZE (RFC 1870) and BODY (RFC 6152). */
import { REPLIES } from '../replies.ts';
import type { CommandState } from '../state.ts';
import { refuse, type Check, type Step } from '../step.ts';
import type { ListenerSettings } from '../types.ts';
import { revoked } from './revoked.ts';

export const mail: Check<'MAIL'> = (state, { from, parameters }, circumstances) => {
  const { settings, accepting, messages } = circumstances;
  if (state.phase === 'connected') return refuse(REPLIES.helloFirst);
  if (state.phase === 'transaction') return refuse(REPLIES.nestedMail); // RFC 5321 4.1.4
  const barred = missingLogin(state, settings) ?? revoked(state, circumstances);
  if (barred !== undefined) return barred;
  const { limits } = settings;
  if (messages >= limits.messagesPerConnection)
    return { kind: 'close', reply: REPLIES.tooManyMessages, reason: 'limit' };
  if (parameters.size !== undefined && parameters.size > limits.messageSize) return refuse(REPLIES.tooBig); // RFC 1870 6.1
  if (!accepting) return refuse(REPLIES.diskFull);
  return {
    kind: 'reply',
    reply: REPLIES.senderOk,
    next: {
      tls: state.tls,
      account: state.account,
      phase: 'transaction',
      hello: state.hello,
      transaction: {
        number: circumstances.transactions + 1,
        sender: from,
        eightBit: parameters.body === '8BITMIME',
        recipients: [],
      },
    },
  };
};

/** RFC 6409 4.3: a submission listener wants authentication, and that wants TLS. */
function missingLogin(state: CommandState, settings: ListenerSettings): Step | undefined {
  if (settings.auth !== 'required' || state.account !== undefined) return undefined;
  const tlsFirst = state.tls === undefined && !settings.authWithoutTls && settings.tlsAvailable;
  return refuse(tlsFirst ? REPLIES.tlsRequired : REPLIES.authRequired);
}
