/** The commands of a transaction as they go over the wire, without CRLF. */
import { encodeXtext } from '../smtp/mod.ts';
import type { Connection } from './connection.ts';
import { secondsLeft, type Way } from './fit.ts';
import { sizeOf, type Message } from './message.ts';
import type { Recipient } from './types.ts';
import { orcptFor, orcptOf } from './orcpt.ts';

export interface CommandOptions {
  readonly way: Way;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** RSET? MAIL RCPT... DATA?: the group that PIPELINING sends at once (RFC 2920 3.1). BDAT comes after the replies. */
export function commandLines(
  connection: Connection,
  message: Message,
  recipients: readonly Recipient[],
  options: CommandOptions,
): readonly string[] {
  const lines = connection.mustReset ? ['RSET'] : [];
  const dsn = connection.extensions.has('DSN');
  // RFC 2852 4.1.4.2: nobody after us would tell the sender when its time is over.
  const { deliverBy } = message;
  const unkept = deliverBy?.mode === 'notify' && !connection.extensions.has('DELIVERBY');
  const asksDelay = unkept && secondsLeft(deliverBy, options.now) > 0;
  lines.push(mailLine(connection, message, { ...options, dsn }));
  for (const recipient of recipients) {
    const asked = dsn ? dsnOf(asksDelay ? withDelay(recipient) : recipient, message, options.way) : '';
    lines.push(`RCPT TO:<${recipient.address}>${asked}`);
  }
  if (!options.way.chunked) lines.push('DATA');
  return lines;
}

/**
 * RFC 1870 6: the size is told where the server wants to know. RFC 6152 3 would have us convert 8-bit content for a server
 * without 8BITMIME, or return it. We send it as it is and without BODY: converting breaks signatures, returning loses mail,
 * and practically every server passes eight bits whatever it says.
 */
function mailLine(
  { extensions }: Connection,
  message: Message,
  { way, now, dsn }: CommandOptions & { readonly dsn: boolean },
): string {
  const { deliverBy, ret, envelopeId } = message;
  let line = `MAIL FROM:<${message.sender}>`;
  if (extensions.has('SIZE')) line += ` SIZE=${sizeOf(message)}`;
  if (way.body !== undefined) line += ` BODY=${way.body}`;
  if (way.utf8) line += ' SMTPUTF8';
  if (way.requireTls) line += ' REQUIRETLS';
  // RFC 3461 5.2.1 (a), (b): as given, or not at all.
  if (dsn && ret !== undefined) line += ret === 'full' ? ' RET=FULL' : ' RET=HDRS';
  if (dsn && envelopeId !== undefined) line += ` ENVID=${encodeXtext(envelopeId)}`;
  if (deliverBy !== undefined && extensions.has('DELIVERBY')) {
    // RFC 2852 4: what is left of it; at most nine digits.
    const left = Math.max(-MOST_SECONDS, Math.min(MOST_SECONDS, secondsLeft(deliverBy, now)));
    line += ` BY=${left};${deliverBy.mode === 'return' ? 'R' : 'N'}${deliverBy.trace ? 'T' : ''}`;
  }
  return line;
}

const MOST_SECONDS = 999_999_999;
/** RFC 3461 4.2: characters of ORCPT. */
const LONGEST_ORCPT = 500;

/** RFC 3461 5.2.1 (c), (d). */
function dsnOf(
  { notify, originalRecipient, original }: Recipient,
  { ret, envelopeId }: Message,
  way: Way,
): string {
  const condition = notify === undefined ? '' : ` NOTIFY=${conditionsOf(notify)}`;
  if (originalRecipient !== undefined) return `${condition} ORCPT=${orcptFor(originalRecipient, way.utf8)}`;
  // One is added where the sender expects to hear of the recipient, who may have another address by now.
  const awaited = notify === undefined ? ret !== undefined || envelopeId !== undefined : notify !== 'never';
  if (!awaited) return condition;
  const orcpt = orcptOf(original, way.utf8);
  return orcpt.length > LONGEST_ORCPT ? condition : `${condition} ORCPT=${orcpt}`;
}

function withDelay(recipient: Recipient): Recipient {
  const { notify = ['failure'] } = recipient;
  return notify === 'never' || notify.includes('delay')
    ? recipient
    : { ...recipient, notify: [...notify, 'delay'] };
}

function conditionsOf(notify: NonNullable<Recipient['notify']>): string {
  return (notify === 'never' ? notify : notify.join(',')).toUpperCase();
}
