/**
 * What was parsed and is now known to be well formed. Only this folder makes these values; everyone else receives them.
 */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A domain in canonical form: ASCII lower case, A-labels, no trailing dot, each label 1 to 63 octets (RFC 5321 4.1.2). */
export type Domain = Brand<string, 'Domain'>;

/** An address literal in canonical form, brackets included: `[192.0.2.1]`, `[IPv6:2001:db8::1]` (RFC 5321 4.1.3). */
export type DomainLiteral = Brand<string, 'DomainLiteral'>;

/** An e-mail address as RFC 5321 writes it. */
export interface Mailbox {
  /** The local part in its wire form, quotes and case kept: what must be passed on unchanged. */
  readonly localPart: string;
  /** The local part without quoting, A to Z folded, in NFC: what a directory is asked for. */
  readonly localKey: string;
  readonly domain: Domain | DomainLiteral;
  /** `localPart@domain`, ready for the wire. */
  readonly address: string;
  /** The local part is not ASCII: it can go only where SMTPUTF8 is spoken (RFC 6531). */
  readonly utf8: boolean;
}

/** The argument of MAIL FROM: an address, or the null reverse-path `<>` of notifications (RFC 5321 4.5.5). */
export type ReversePath = Mailbox | null;

/** The argument of RCPT TO; a source route has been stripped and is never followed (RFC 5321 appendix C). */
export type ForwardPath =
  | { readonly kind: 'mailbox'; readonly mailbox: Mailbox; readonly sourceRoute: boolean }
  /** `<postmaster>` without a domain, RFC 5321 4.5.1. */
  | { readonly kind: 'postmaster' };

/** Why a text is not an address. `position` counts characters (UTF-16 units) from 0 in the text given. */
export interface AddressError {
  readonly error:
    'empty' | 'noDomain' | 'localPart' | 'domain' | 'literal' | 'tooLong' | 'characters' | 'brackets';
  readonly position: number;
}

/** The fields that are counted: of these RFC 5322 3.6 says how often they may or must occur, or a server acts on them. */
export type CountedField =
  'from' | 'sender' | 'replyTo' | 'to' | 'cc' | 'bcc' | 'date' | 'messageId' | 'subject' | 'received';

export type HeaderDefect =
  /** A line that is no field: no colon, or a first line that continues nothing. */
  | 'noColon'
  /** A field name that is empty or has other characters than RFC 5322 3.6.8 permits. */
  | 'badName'
  /** White space between name and colon (RFC 5322 4.5: obsolete, and read in different ways by different programs). */
  | 'spaceBeforeColon'
  /** A folded line of white space alone (RFC 5322 4.2: obsolete). */
  | 'blankFold'
  /** An octet over 0x7f. */
  | 'eightBit'
  /** Octets over 0x7f that are not UTF-8 (RFC 6532 3.1). */
  | 'badUtf8'
  | 'nul'
  | 'bareCr'
  | 'bareLf';

/** The mailboxes of an address field; `unparsable`: it is there, and strictly read it is no list of addresses. */
export type FieldAddresses = readonly Mailbox[] | 'unparsable';

/** Octets from `start` up to `end`, counted from the beginning of the content. */
export interface OctetRange {
  readonly start: number;
  readonly end: number;
}

/** What is known of the header of a message. */
export interface HeaderFacts {
  /** The header is over: its empty line, or the end of the content, has come. */
  readonly complete: boolean;
  /** Octets, without the empty line. */
  readonly size: number;
  /** Fields and what stands in the place of one. */
  readonly fields: number;
  /** `size` or `fields` is over its limit; nothing else is true of what came after that. */
  readonly tooLarge: boolean;
  readonly defects: ReadonlySet<HeaderDefect>;
  readonly counts: Readonly<Record<CountedField, number>>;
  /** All mailboxes of all From fields; none when there is no such field. */
  readonly from: FieldAddresses;
  readonly sender: FieldAddresses;
  /** The Bcc fields with their folded lines and last CRLF, in order. */
  readonly bcc: readonly OctetRange[];
}
