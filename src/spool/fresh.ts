/** A message as it is when it has just been appended. */
import type { Envelope, NewMessage, SpooledMessage } from './types.ts';

/** What the spool holds of a new message once it is committed. */
export function freshlySpooled({ id, envelope, recipients, quarantine, body }: NewMessage): SpooledMessage {
  return {
    id,
    envelope,
    size: body.kind === 'memory' ? body.bytes.length : body.size,
    recipients: recipients.map(({ address, original, by, notify, originalRecipient }, index) => ({
      index,
      address,
      original,
      by,
      notify,
      originalRecipient,
      attempts: 0,
      nextAttempt: firstAttempt(envelope),
      held: quarantine !== undefined,
      warned: false,
      lastReply: quarantine ?? '',
    })),
  };
}

/** When a new message is due: at once, or when its sender releases it (RFC 4865). Milliseconds since the epoch. */
export function firstAttempt({ receivedAt, holdUntil }: Pick<Envelope, 'receivedAt' | 'holdUntil'>): number {
  return holdUntil === undefined ? receivedAt : Math.max(receivedAt, holdUntil);
}

/** What is said of a message and of a recipient when the client uses none of the extensions. */
export const NOTHING_ASKED = {
  envelope: {
    binary: false,
    smtpUtf8: false,
    requireTls: false,
    ret: undefined,
    envelopeId: undefined,
    deliverBy: undefined,
    holdUntil: undefined,
  },
  recipient: { notify: undefined, originalRecipient: undefined },
} as const;
