/**
 * Mailboxes: `Local-part "@" ( Domain / address-literal )` of RFC 5321 4.1.2, parsed strictly, with the characters beyond
 * ASCII that RFC 6531 3.3 adds. Lengths are octets of UTF-8.
 */
import { addressError } from './addressError.ts';
import { foldAscii } from './ascii.ts';
import { parseDomain } from './domain.ts';
import { parseLiteral } from './literal.ts';
import { firstUnfit, hasNonAscii } from './text.ts';
import type { AddressError, Domain, DomainLiteral, Mailbox } from './types.ts';

/** Octets, in wire form with its quotes (RFC 5321 4.5.3.1.1). */
const MAX_LOCAL_PART = 64;
/** Octets (RFC 5321 4.5.3.1.2). A name is shorter still, see `parseDomain()`. */
const MAX_DOMAIN = 255;
/** Octets of a path with its brackets (RFC 5321 4.5.3.1.3). */
export const MAX_PATH = 256;

/** `Dot-string`: atoms of `atext` (RFC 5322 3.2.3) with single dots between them. */
const DOT_STRING =
  /[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+(?:\.[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+)*/uy;
/** `Quoted-string`: `qtextSMTP` and `quoted-pairSMTP`, so spaces but no tabs. */
const QUOTED_STRING = /"(?:[ !#-[\]-~\u0080-\u{10ffff}]|\\[ -~])*"/uy;
const QUOTED_PAIR = /\\(.)/gu;

/** How long the local part at `position` is, in characters; 0 when none begins there. */
export function localPartLength(text: string, position: number): number {
  const pattern = text.startsWith('"', position) ? QUOTED_STRING : DOT_STRING;
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex - position : 0;
}

/** Whether `text` is longer on the wire than `most` octets. */
function isLonger(text: string, most: number): boolean {
  // A UTF-16 unit is at least one octet.
  return text.length > most || (3 * text.length > most && Buffer.byteLength(text) > most);
}

/** How many UTF-16 units of `text` are whole characters within its first `most` octets. */
function lengthWithin(text: string, most: number): number {
  let length = 0;
  let octets = 0;
  for (const character of text) {
    octets += Buffer.byteLength(character);
    if (octets > most) break;
    length += character.length;
  }
  return length;
}

/** Parses `local@domain`; the domain may be written with U-labels. Positions count characters (UTF-16 units). */
export function parseMailbox(text: string): Mailbox | AddressError {
  if (text === '') return addressError('empty', 0);
  return text.length > MAX_PATH - 2
    ? addressError('tooLong', MAX_PATH - 2)
    : parseMailboxAt(text, 0, text.length);
}

/** Parses the mailbox that takes up `text` from `start` to `end`; the caller has bounded the length. */
export function parseMailboxAt(text: string, start: number, end: number): Mailbox | AddressError {
  const at = start + localPartLength(text, start);
  if (at === start || at > end) return badLocalPart(text, start, end);
  const localPart = text.slice(start, at);
  const unfit = firstUnfit(localPart);
  if (unfit !== -1) return addressError('characters', start + unfit);
  if (isLonger(localPart, MAX_LOCAL_PART))
    return addressError('tooLong', start + lengthWithin(localPart, MAX_LOCAL_PART));
  if (at === end) return addressError('noDomain', end);
  if (text.charCodeAt(at) !== 0x40) return badLocalPart(text, at, end);
  if (at + 1 === end) return addressError('noDomain', end);
  const domain = parseHost(text.slice(at + 1, end), at + 1);
  if (typeof domain !== 'string') return domain;
  const mailbox = mailboxOf(localPart, domain);
  // The domain counts with its A-labels.
  if (!isLonger(mailbox.address, MAX_PATH - 2)) return mailbox;
  return addressError('tooLong', Math.min(end, start + lengthWithin(mailbox.address, MAX_PATH - 2)));
}

/** A local part ends, or does not begin, at `position`, where it should not. */
function badLocalPart(text: string, position: number, end: number): AddressError {
  const unfit = firstUnfit(text.slice(position, end));
  if (unfit !== -1) return addressError('characters', position + unfit);
  return addressError('localPart', position);
}

/** Parses a domain or an address literal; `position` is where it stands, for the error. */
export function parseHost(text: string, position: number): Domain | DomainLiteral | AddressError {
  if (text.length > MAX_DOMAIN) return addressError('tooLong', position + MAX_DOMAIN);
  if (text.startsWith('[')) return parseLiteral(text) ?? addressError('literal', position);
  const domain = parseDomain(text);
  if (domain !== undefined) return domain;
  const bad = text.search(/[^\p{L}\p{M}\p{N}.-]/u);
  return addressError('domain', position + Math.max(bad, 0));
}

/** Makes the mailbox of parts that are known to be well formed. */
export function mailboxOf(localPart: string, domain: Domain | DomainLiteral): Mailbox {
  const utf8 = hasNonAscii(localPart);
  return { localPart, localKey: keyOf(localPart), domain, address: `${localPart}@${domain}`, utf8 };
}

/**
 * What the local part says, without quoting and with A to Z folded: `"Bob"`, `"\b\o\b"` and `bob` are one. What is not
 * ASCII is normalized (NFC), since two spellings of one text must not be two names (RFC 6530 10.1).
 */
function keyOf(localPart: string): string {
  const plain = localPart.startsWith('"') ? localPart.slice(1, -1).replace(QUOTED_PAIR, '$1') : localPart;
  return foldAscii(plain).normalize('NFC');
}

/**
 * The same local part at another domain. The address may be longer than a path may be when the new domain is longer
 * than the old one; it is the next server's to refuse.
 */
export function mailboxAt(mailbox: Mailbox, domain: Domain | DomainLiteral): Mailbox {
  const { localPart, localKey, utf8 } = mailbox;
  return { localPart, localKey, domain, address: `${localPart}@${domain}`, utf8 };
}

/** The mailbox that every domain must have (RFC 5321 4.5.1). */
export function postmasterAt(domain: Domain | DomainLiteral): Mailbox {
  return mailboxOf('postmaster', domain);
}
