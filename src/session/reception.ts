/**
 * Proceeding with the content of a message, as DATA or BDAT bring it: from its first octets to the reply after the last. LMTP has one
 * for each recipient then, in their order (RFC 2033 4.2); a message is stored whole or not at all, so they say the same.
 */
import { formatDate } from '../mail/mod.ts';
import { describeScreenRule, type ScreenRule } from '../screen/mod.ts';
import { formatReply, type Reply } from '../smtp/mod.ts';
import type { Acting } from './acting.ts';
import { Content } from './content.ts';
import type { Amendments } from './heading.ts';
import { inspect } from './inspection.ts';
import { receivedLine } from './received.ts';
import { queued, REPLIES } from './replies.ts';
import { finalReplies, greeted, standing, type ContentState } from './state.ts';
import type { IncomingMessage, Intake, ListenerSettings } from './types.ts';

/** The message gets its name and its trace line. */
export function beginContent({ services, settings, peer }: Acting, state: ContentState): Content {
  const { intake, clock } = services;
  const id = intake.newId();
  const [first, ...more] = state.transaction.recipients;
  const trace = receivedLine({
    hello: state.hello,
    client: peer.client,
    hostname: settings.hostname,
    standing: standing(state),
    smtpUtf8: state.transaction.smtpUtf8,
    id,
    recipient: more.length === 0 ? first?.original : undefined,
    at: clock.now(),
  });
  return new Content(id, trace, {
    intake,
    settings,
    state,
    amendments: amendmentsFor(id, settings, clock.now()),
  });
}

/** What a mail program leaves to its server (RFC 6409 8); of what comes from other servers nothing is changed. */
function amendmentsFor(
  id: string,
  { purpose, hostname }: ListenerSettings,
  now: number,
): Amendments | undefined {
  return purpose === 'submission' ? { messageId: `${id}@${hostname}`, date: formatDate(now) } : undefined;
}

/**
 * The content is complete. Answers the message, 250 only when it is stored, and ends the transaction; or discards it when the
 * client is gone already.
 */
export async function endContent(session: Acting, content: Content): Promise<void> {
  const { state } = session;
  if (state.phase !== 'content') {
    return content.discard();
  }
  const inspection = inspect(session, content, state);
  const reply =
    inspection.kind === 'refused'
      ? inspection.reply
      : await store(session, content, setAside(state, inspection.quarantine));
  if (reply.code < 400) session.countMessage();
  else {
    await content.discard();
    const rule = inspection.kind === 'refused' ? inspection.rule : 'none';
    refused(session, content, state, { reply, rule });
  }
  // Stored but not answered: the client is gone and will send it again (RFC 1047); that is not ours to prevent.
  if (session.state.phase === 'ended') return;
  session.become(greeted(state, state.hello));
  for (let time = finalReplies(state); time > 0; time -= 1) session.say(reply);
}

function setAside(state: ContentState, quarantine: ScreenRule | undefined): ContentState {
  return { ...state, transaction: { ...state.transaction, quarantine } };
}

async function store(session: Acting, content: Content, state: ContentState): Promise<Reply> {
  const stored = await tryStore(session.services.intake, content, envelope(session, content, state));
  if (stored === 'full') return REPLIES.diskFull;
  if (stored === 'failed') return REPLIES.spoolFailed;
  accepted(session, content, state);
  return queued(content.id);
}

async function tryStore(
  intake: Intake,
  content: Content,
  message: Omit<IncomingMessage, 'body'>,
): Promise<'stored' | 'full' | 'failed'> {
  let body: IncomingMessage['body'];
  try {
    body = await content.finish();
  } catch {
    return 'failed'; // the file of a large body could not be finished; the spool says so in its own events
  }
  return intake.store({ ...message, body });
}

function envelope(
  { services, peer, settings }: Acting,
  content: Content,
  state: ContentState,
): Omit<IncomingMessage, 'body'> {
  const {
    sender,
    body,
    recipients,
    smtpUtf8,
    requireTls,
    ret,
    envelopeId,
    deliverBy,
    holdUntil,
    quarantine,
  } = state.transaction;
  return {
    id: content.id,
    sender: sender?.address ?? '',
    eightBit: body !== '7BIT' || content.summary().eightBit,
    binary: body === 'BINARYMIME',
    smtpUtf8,
    requireTls,
    ret,
    envelopeId,
    deliverBy,
    holdUntil,
    quarantine: quarantine && describeScreenRule(quarantine),
    receivedAt: services.clock.now(),
    recipients,
    origin: {
      client: peer.client.text,
      listener: settings.name,
      account: state.account ?? null,
      helo: state.hello.name,
    },
  };
}

function accepted(session: Acting, content: Content, { transaction, account, tls }: ContentState): void {
  const [first] = transaction.recipients;
  session.services.history.accepted({
    id: content.id,
    session: session.peer.id,
    transaction: transaction.number,
    messageId: content.messageId,
    sender: transaction.sender?.address ?? '',
    size: content.summary().size,
    at: session.services.clock.now(),
  });
  session.services.emit('message.accepted', {
    ...session.ref,
    id: content.id,
    account: account ?? null,
    sender: transaction.sender?.address ?? '',
    recipients: transaction.recipients.length,
    recipient: first?.address ?? '',
    rule: first?.by ?? '',
    size: content.summary().size,
    tls: tls?.protocol ?? null,
    originAddress: transaction.forwarded?.get('ADDR'),
    originIdent: transaction.forwarded?.get('IDENT'),
  });
  const { quarantine } = transaction;
  if (quarantine !== undefined)
    session.services.emit('message.quarantined', {
      ...session.ref,
      id: content.id,
      sender: transaction.sender?.address ?? '',
      rule: describeScreenRule(quarantine),
    });
}

function refused(
  session: Acting,
  content: Content,
  { transaction }: ContentState,
  { reply, rule }: { readonly reply: Reply; readonly rule: string },
): void {
  session.countError();
  session.services.emit('message.refused', {
    ...session.ref,
    sender: transaction.sender?.address ?? '',
    rule,
    reply: formatReply(reply).trimEnd(),
    size: content.summary().size,
  });
}
