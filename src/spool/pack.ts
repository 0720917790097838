/**
 * Commits as they are sent to the thread: the contents of all new messages of a batch lie side by side in one buffer, which
 * changes hands instead of being copied again. The thread hands it back, so that a busy spool allocates nothing.
 */
import type { SpoolChange } from './types.ts';
import type { WireAppend, WireAsked, WireCall, WireChange } from './store/wire.ts';

/** A buffer grown beyond this by a large batch is not kept. */
const KEPT_BYTES = 4 << 20;
const LEAST_BYTES = 256 << 10;

export interface Packed {
  readonly calls: readonly WireCall[];
  readonly contents: ArrayBuffer;
}

/** How many octets of content the changes bring along. */
export function contentBytes(changes: readonly SpoolChange[]): number {
  let total = 0;
  for (const change of changes) {
    if (change.kind === 'append' && change.message.body.kind === 'memory') {
      total += change.message.body.bytes.length;
    }
  }
  return total;
}

/** Packs a batch whose contents have `size` octets together; `spare` is a buffer that may be used for it. */
export function pack(
  calls: readonly (readonly SpoolChange[])[],
  size: number,
  spare: ArrayBuffer | undefined,
): Packed {
  const contents =
    spare !== undefined && spare.byteLength >= size ? spare : new ArrayBuffer(Math.max(size, LEAST_BYTES));
  const target = new Uint8Array(contents);
  let at = 0;
  const packChange = (change: SpoolChange): WireChange => {
    if (change.kind !== 'append') return change;
    const { body } = change.message;
    if (body.kind === 'file') return wireAppend(change.message, body.size, undefined);
    const start = at;
    target.set(body.bytes, start);
    at += body.bytes.length;
    return wireAppend(change.message, body.bytes.length, start);
  };
  return { calls: calls.map((changes) => changes.map(packChange)), contents };
}

/** Whether a buffer that came back is worth keeping. */
export function worthKeeping(buffer: ArrayBuffer): boolean {
  return buffer.byteLength <= KEPT_BYTES;
}

type Append = Extract<SpoolChange, { kind: 'append' }>['message'];

function wireAppend(message: Append, size: number, at: number | undefined): WireAppend {
  const { id, envelope, recipients } = message;
  const { client, listener, account, helo } = envelope.origin;
  return {
    kind: 'append',
    id,
    sender: envelope.sender,
    eightBit: envelope.eightBit,
    receivedAt: envelope.receivedAt,
    client,
    listener,
    account,
    helo,
    size,
    at,
    // Spelt out: what a caller passes may carry more than the contract asks for, and more than a thread can be sent.
    recipients: recipients.map(({ address, original, by }) => ({ address, original, by })),
    asked: asksNothing(message) ? undefined : askedOf(message),
  };
}

function asksNothing({ envelope, recipients, quarantine }: Append): boolean {
  const { binary, smtpUtf8, requireTls, ret, envelopeId, deliverBy, holdUntil } = envelope;
  return (
    quarantine === undefined &&
    !(binary || smtpUtf8 || requireTls) &&
    (ret ?? envelopeId ?? deliverBy ?? holdUntil) === undefined &&
    recipients.every(({ notify, originalRecipient }) => (notify ?? originalRecipient) === undefined)
  );
}

function askedOf({ envelope, recipients, quarantine }: Append): WireAsked {
  const { binary, smtpUtf8, requireTls, ret, envelopeId, deliverBy, holdUntil } = envelope;
  const by =
    deliverBy === undefined ? undefined : { at: deliverBy.at, mode: deliverBy.mode, trace: deliverBy.trace };
  return {
    envelope: { binary, smtpUtf8, requireTls, ret, envelopeId, deliverBy: by, holdUntil },
    recipients: recipients.map(({ notify, originalRecipient }) => ({ notify, originalRecipient })),
    quarantine,
  };
}
