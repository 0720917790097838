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
  /** The local part without quoting: what a directory is asked for, folded to ASCII lower case. */
  readonly localKey: string;
  readonly domain: Domain | DomainLiteral;
  /** `localPart@domain`, ready for the wire. */
  readonly address: string;
}

/** The argument of MAIL FROM: an address, or the null reverse-path `<>` of notifications (RFC 5321 4.5.5). */
export type ReversePath = Mailbox | null;

/** The argument of RCPT TO; a source route has been stripped and is never followed (RFC 5321 appendix C). */
export type ForwardPath =
  | { readonly kind: 'mailbox'; readonly mailbox: Mailbox; readonly sourceRoute: boolean }
  /** `<postmaster>` without a domain, RFC 5321 4.5.1. */
  | { readonly kind: 'postmaster' };

/** Why a text is not an address. `position` counts octets from 0 in the text given. */
export interface AddressError {
  readonly error:
    'empty' | 'noDomain' | 'localPart' | 'domain' | 'literal' | 'tooLong' | 'characters' | 'brackets';
  readonly position: number;
}
