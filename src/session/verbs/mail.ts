/**
 * MAIL: RFC 5321 4.1.1.2, with SIZE (RFC 1870), BODY (RFC 6152, 3030), SMTPUTF8 (RFC 6531), RET and ENVID (RFC 3461), REQUIRETLS
 * (RFC 8689), BY (RFC 2852), HOLDFOR and HOLDUNTIL (RFC 4865).
 */
import type { MailParameters } from '../../smtp/mod.ts';
import { working } from '../extensions.ts';
import { REPLIES } from '../replies.ts';
import type { CommandState, Hello, Transaction } from '../state.ts';
import { refuse, type Check, type Circumstances, type Step } from '../step.ts';
import type { ListenerSettings } from '../types.ts';
import { revoked } from './revoked.ts';

type Greeted = Exclude<CommandState, { phase: 'connected' }>;
type Times = Pick<Transaction, 'deliverBy' | 'holdUntil'>;

const SECOND = 1000;
const ANY_TLS = { protocol: '', cipher: '' };

export const mail: Check<'MAIL'> = (state, { from, parameters }, circumstances) => {
  const { settings, accepting, messages } = circumstances;
  if (state.phase === 'connected') return refuse(REPLIES.helloFirst);
  const open = state.phase === 'transaction' || (state.phase === 'chunked' && state.failed === undefined);
  if (open) return refuse(REPLIES.nestedMail); // RFC 5321 4.1.4
  const barred =
    missingLogin(state, settings) ?? revoked(state, circumstances) ?? notOffered(state, parameters, settings);
  if (barred !== undefined) return barred;
  const { limits } = settings;
  if (messages >= limits.messagesPerConnection)
    return { kind: 'close', reply: REPLIES.tooManyMessages, reason: 'limit' };
  if (parameters.size !== undefined && parameters.size > limits.messageSize) return refuse(REPLIES.tooBig); // RFC 1870 6.1
  const asked = times(parameters, circumstances);
  if ('kind' in asked) return asked;
  if (!accepting) return refuse(REPLIES.diskFull);
  return {
    kind: 'begin',
    next: {
      tls: state.tls,
      account: state.account,
      phase: 'transaction',
      hello: state.hello,
      transaction: {
        number: circumstances.transactions + 1,
        sender: from,
        ...declared(parameters),
        ...asked,
        forwarded: state.phase === 'greeted' ? state.forwarded : undefined,
        recipients: [],
        octets: 0,
        excess: 0,
        quarantine: undefined,
        dns: undefined,
        grants: new Set(),
      },
    },
  };
};

function declared(
  parameters: MailParameters,
): Pick<Transaction, 'body' | 'smtpUtf8' | 'requireTls' | 'ret' | 'envelopeId'> {
  const { body = '7BIT', smtpUtf8 = false, requireTls = false, ret, envelopeId } = parameters;
  return {
    body,
    smtpUtf8,
    requireTls,
    ret: ret === undefined ? undefined : RET[ret],
    envelopeId,
  };
}

const RET = { FULL: 'full', HDRS: 'headers' } as const satisfies Record<
  NonNullable<MailParameters['ret']>,
  Transaction['ret']
>;

/** RFC 6409 4.3: a submission listener wants authentication, and that wants TLS. */
function missingLogin(state: CommandState, settings: ListenerSettings): Step | undefined {
  if (settings.auth !== 'required' || state.account !== undefined) return undefined;
  const tlsFirst = state.tls === undefined && !settings.authWithoutTls && settings.tlsAvailable;
  return refuse(tlsFirst ? REPLIES.tlsRequired : REPLIES.authRequired);
}

/** RFC 5321 4.1.1.11: a parameter of what does not work in this state. SIZE, BODY=8BITMIME and AUTH do no harm after HELO. */
function notOffered(
  state: Greeted & { readonly hello: Hello },
  parameters: MailParameters,
  settings: ListenerSettings,
): Step | undefined {
  const works = working(state.hello.verb, state, settings);
  if (parameters.requireTls === true && !works.requireTls) {
    const inTls = working(state.hello.verb, { tls: state.tls ?? ANY_TLS }, settings);
    return refuse(inTls.requireTls && settings.tlsAvailable ? REPLIES.tlsRequired : REPLIES.unknownParameter);
  }
  const missing =
    (parameters.body === 'BINARYMIME' && !works.chunking) ||
    (parameters.smtpUtf8 === true && !works.smtpUtf8) ||
    ((parameters.ret !== undefined || parameters.envelopeId !== undefined) && !works.dsn) ||
    (parameters.by !== undefined && !works.deliverBy) ||
    (parameters.hold !== undefined && works.futureRelease === undefined);
  return missing ? refuse(REPLIES.unknownParameter) : undefined;
}

/** From when on, and until when, it is to be delivered; or the refusal. */
function times({ by, hold }: MailParameters, { settings, now }: Circumstances): Times | Step {
  const holdUntil = hold?.kind === 'for' ? now + hold.seconds * SECOND : hold?.at;
  const longest = (settings.offers.futureRelease?.maxSeconds ?? 0) * SECOND;
  if (holdUntil !== undefined && holdUntil - now > longest) return refuse(REPLIES.releaseTooLate); // RFC 4865 4
  const deliverBy =
    by === undefined ? undefined : { at: now + by.seconds * SECOND, mode: by.mode, trace: by.trace };
  // RFC 4865 5.2.2: whatever was to happen then.
  const contradiction = deliverBy !== undefined && holdUntil !== undefined && holdUntil >= deliverBy.at;
  return contradiction ? refuse(REPLIES.releaseAfterDeadline) : { deliverBy, holdUntil };
}
