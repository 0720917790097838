/** The commands of a transaction as they go over the wire, without CRLF. */
import { sizeOf, type Message } from './body.ts';
import type { Connection } from './connection.ts';
import type { Recipient } from './types.ts';

/** RSET? MAIL RCPT... DATA: the group that PIPELINING sends at once (RFC 2920 3.1). */
export function commandLines(
  connection: Connection,
  message: Message,
  recipients: readonly Recipient[],
): readonly string[] {
  const lines = connection.mustReset ? ['RSET'] : [];
  lines.push(mailLine(connection, message));
  for (const { address } of recipients) lines.push(`RCPT TO:<${address}>`);
  lines.push('DATA');
  return lines;
}

/**
 * RFC 1870 6: the size is told where the server wants to know. RFC 6152 3 would have us convert 8-bit content for a server
 * without 8BITMIME, or return it. We send it as it is and without BODY: converting breaks signatures, returning loses mail,
 * and practically every server passes eight bits whatever it says.
 */
function mailLine({ extensions }: Connection, message: Message): string {
  const size = extensions.has('SIZE') ? ` SIZE=${sizeOf(message)}` : '';
  const body = message.eightBit && extensions.has('8BITMIME') ? ' BODY=8BITMIME' : '';
  return `MAIL FROM:<${message.sender}>${size}${body}`;
}
