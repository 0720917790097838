/**
 * The arguments of MAIL FROM and RCPT TO: a mailbox in angle brackets, with an optional source route that is stripped
 * and never followed (RFC 5321 4.1.1.3, appendix C). Characters beyond ASCII are permitted as in RFC 6531 3.3; whether
 * they may occur in this transaction is for the caller to say.
 */
import { addressError, isAddressError } from './addressError.ts';
import { foldAscii } from './ascii.ts';
import { MAX_PATH, parseHost, parseMailboxAt } from './mailbox.ts';
import { firstUnfit } from './text.ts';
import type { AddressError, ForwardPath, Mailbox, ReversePath } from './types.ts';

const NULL_PATH = '<>';

/**
 * How many characters the path at the beginning of `text` takes, from `<` to its `>`, quoted strings skipped; 0 when
 * there is none. It says where a path ends, not whether it is a good one.
 */
export function pathLength(text: string): number {
  if (!text.startsWith('<')) return 0;
  let quoted = false;
  for (let i = 1; i < text.length; i += 1) {
    const character = text.charCodeAt(i);
    if (character === 0x22) quoted = !quoted;
    else if (quoted && character === 0x5c) i += 1;
    else if (!quoted && character === 0x3e) return i + 1;
  }
  return 0;
}

/** Parses the argument of MAIL FROM with its brackets; `<>` is null (RFC 5321 4.5.5). */
export function parseReversePath(text: string): ReversePath | AddressError {
  if (text === NULL_PATH) return null;
  const parsed = parsePath(text);
  return isAddressError(parsed) ? parsed : parsed.mailbox;
}

/** Parses the argument of RCPT TO with its brackets; `<postmaster>`, in any case, needs no domain (RFC 5321 4.5.1). */
export function parseForwardPath(text: string): ForwardPath | AddressError {
  if (text === NULL_PATH) return addressError('empty', 1);
  if (text.length === 12 && foldAscii(text) === '<postmaster>') return { kind: 'postmaster' };
  const parsed = parsePath(text);
  return isAddressError(parsed) ? parsed : { kind: 'mailbox', ...parsed };
}

function parsePath(text: string): { mailbox: Mailbox; sourceRoute: boolean } | AddressError {
  if (text === '') return addressError('empty', 0);
  if (text.length > MAX_PATH) return addressError('tooLong', MAX_PATH);
  const bad = firstUnfit(text);
  if (bad !== -1) return addressError('characters', bad);
  const length = pathLength(text);
  if (length !== text.length) return addressError('brackets', length);
  const start = text.startsWith('@', 1) ? endOfSourceRoute(text) : 1;
  if (typeof start !== 'number') return start;
  const mailbox = parseMailboxAt(text, start, text.length - 1);
  return isAddressError(mailbox) ? mailbox : { mailbox, sourceRoute: start > 1 };
}

/** Where the mailbox begins after `@one,@two:` (`A-d-l` of RFC 5321 4.1.2). The hosts must be well formed. */
function endOfSourceRoute(text: string): number | AddressError {
  let at = 1;
  for (;;) {
    if (text.charCodeAt(at) !== 0x40) return addressError('localPart', at);
    // A colon inside an address literal belongs to the literal.
    const from = text.startsWith('[', at + 1) ? text.indexOf(']', at) : at + 1;
    const length = from === -1 ? -1 : text.slice(from).search(/[,:]/);
    if (length === -1) return addressError('localPart', 1);
    const end = from + length;
    const host = parseHost(text.slice(at + 1, end), at + 1);
    if (typeof host !== 'string') return host;
    at = end + 1;
    if (text.charCodeAt(end) === 0x3a) return at;
  }
}
