/** Replies as text (RFC 5321 4.2, RFC 2034). */
import type { Reply } from './types.ts';

/** Octets of a line without CRLF (RFC 5321 4.5.3.1.5). */
const LONGEST_LINE = 510;
const UNPRINTABLE = /[^ -~]/g;

/**
 * The reply as it goes on the wire, CRLF included. An enhanced status stands on every line, its class taken from the
 * code (RFC 2034 section 4). What is not printable ASCII becomes `?`, so that nothing a client said and we repeat can
 * make a reply of its own; a line that is too long is cut.
 */
export function formatReply(reply: Reply): string {
  const { code, status, lines } = reply;
  const kind = Math.floor(code / 100);
  const prefix = status === undefined || kind === 3 ? '' : `${kind}.${status} `;
  let text = '';
  for (let i = 0; i < lines.length; i += 1) {
    const separator = i === lines.length - 1 ? ' ' : '-';
    const line = `${code}${separator}${prefix}${lines[i] ?? ''}`.replace(UNPRINTABLE, '?');
    text += `${line.slice(0, LONGEST_LINE)}\r\n`;
  }
  return text;
}
