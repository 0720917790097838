/** The protocol as values: what a client can ask and what a server can answer. RFC 5321 and its extensions. */
import type { AddressError, ForwardPath, ReversePath } from '../mail/mod.ts';

export type BodyType = '7BIT' | '8BITMIME';

export interface MailParameters {
  /** SIZE=, octets (RFC 1870). */
  readonly size?: number;
  /** BODY= (RFC 6152). */
  readonly body?: BodyType;
  /** AUTH= as given, xtext not decoded (RFC 4954 section 5). Parsed, and ignored as the RFC permits. */
  readonly auth?: string;
}

/** One parsed command line. Every legal line and every kind of illegal one has a place here; parsing never throws. */
export type Command =
  | { readonly verb: 'EHLO'; readonly name: string }
  | { readonly verb: 'HELO'; readonly name: string }
  | { readonly verb: 'MAIL'; readonly from: ReversePath; readonly parameters: MailParameters }
  | { readonly verb: 'RCPT'; readonly to: ForwardPath }
  | { readonly verb: 'DATA' }
  | { readonly verb: 'RSET' }
  | { readonly verb: 'NOOP' }
  | { readonly verb: 'QUIT' }
  | { readonly verb: 'VRFY'; readonly argument: string }
  | { readonly verb: 'EXPN'; readonly argument: string }
  | { readonly verb: 'HELP' }
  | { readonly verb: 'STARTTLS' }
  | { readonly verb: 'AUTH'; readonly mechanism: string; readonly initial: string | undefined }
  /** A verb that is not ours: `500`. `word` is at most 16 printable characters, for the log. */
  | { readonly verb: 'UNKNOWN'; readonly word: string }
  /** A verb of ours with arguments that are not legal: `501`, `555`, ... */
  | { readonly verb: 'MALFORMED'; readonly of: KnownVerb; readonly problem: CommandProblem };

export type KnownVerb =
  | 'EHLO'
  | 'HELO'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'RSET'
  | 'NOOP'
  | 'QUIT'
  | 'VRFY'
  | 'EXPN'
  | 'HELP'
  | 'STARTTLS'
  | 'AUTH';

export type CommandProblem =
  /** Control or 8-bit octets in the line. */
  | { readonly kind: 'octets' }
  /** Not the verb's syntax, e.g. `MAIL TO:`, an argument where none may be, none where one must be. */
  | { readonly kind: 'syntax' }
  | { readonly kind: 'address'; readonly error: AddressError }
  /** A parameter that is not offered: `555` (RFC 5321 4.1.1.11). */
  | { readonly kind: 'unknownParameter'; readonly name: string }
  /** A known parameter with a bad value, or given twice: `501`. */
  | { readonly kind: 'badParameter'; readonly name: string };

/** What a listener tolerates of old devices; each is off unless configured. */
export interface Compat {
  /** Lone CR or LF in a message is repaired to CRLF instead of refused; the end of data is still only CRLF.CRLF. */
  readonly bareLf: boolean;
  /** EHLO and HELO without a name are accepted (Exchange 5.5 era clients). */
  readonly ehloWithoutName: boolean;
  /** EHLO also answers the pre-standard line `AUTH=LOGIN PLAIN` (Outlook Express 4). */
  readonly authLoginEquals: boolean;
}

export const NO_COMPAT: Compat = { bareLf: false, ehloWithoutName: false, authLoginEquals: false };

/** An enhanced status code, RFC 3463; its class is that of the reply code, so only the two last numbers are kept. */
export type EnhancedStatus = `${number}.${number}`;

/** One reply of a server: RFC 5321 4.2. The enhanced code's class is derived from `code`. */
export interface Reply {
  readonly code: number;
  /** `1.1` for `5.1.1`; absent for 220, 221 at greeting, 250 of EHLO/HELO, 334, 354 (RFC 2034 section 3). */
  readonly status?: EnhancedStatus;
  /** One or more lines, ASCII, without CR or LF. */
  readonly lines: readonly [string, ...string[]];
}
