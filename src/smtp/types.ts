/** The protocol as values: what a client can ask and what a server can answer. RFC 5321 and its extensions. */
import type { AddressError, Domain, ForwardPath, ReversePath } from '../mail/mod.ts';

/** What is declared of the content: RFC 6152, and BINARYMIME of RFC 3030. */
export type BodyType = '7BIT' | '8BITMIME' | 'BINARYMIME';

export interface MailParameters {
  /** SIZE=, octets (RFC 1870). */
  readonly size?: number;
  /** BODY= (RFC 6152). */
  readonly body?: BodyType;
  /** AUTH= as given, xtext not decoded (RFC 4954 section 5). Parsed, and ignored as the RFC permits. */
  readonly auth?: string;
  /** SMTPUTF8 (RFC 6531 3.4). */
  readonly smtpUtf8?: true;
  /** REQUIRETLS (RFC 8689 2). */
  readonly requireTls?: true;
  /** RET= (RFC 3461 4.3): how much of the message a notification of failure returns. */
  readonly ret?: 'FULL' | 'HDRS';
  /** ENVID=, decoded: printable ASCII, 1 to 100 characters (RFC 3461 4.4). */
  readonly envelopeId?: string;
  /** BY= (RFC 2852 4). */
  readonly by?: DeliverByParameter;
  /** HOLDFOR= or HOLDUNTIL= (RFC 4865 3). */
  readonly hold?: HoldParameter;
}

export interface DeliverByParameter {
  /** From now on; with `notify` it may be 0 or negative: the time has passed on the way. */
  readonly seconds: number;
  readonly mode: 'return' | 'notify';
  readonly trace: boolean;
}

export type HoldParameter =
  | { readonly kind: 'for'; readonly seconds: number }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'until'; readonly at: number };

/** When the sender wants to be told of a recipient's fate (RFC 3461 4.1). The list is not empty and has nothing twice. */
export type Notify = 'never' | readonly ('success' | 'failure' | 'delay')[];

export interface RcptParameters {
  readonly notify?: Notify;
  /** ORCPT=, `type;encoded address`, well formed, ASCII, at most 500 characters (RFC 3461 4.2, RFC 6533 3). */
  readonly originalRecipient?: string;
}

/** Whose mail ETRN asks for (RFC 1985 5). */
export type EtrnTarget =
  | { readonly kind: 'domain'; readonly domain: Domain; readonly subdomains: boolean }
  /** `#name`: a queue, whatever the server means by it. */
  | { readonly kind: 'queue'; readonly name: string };

/** What a proxy may say of its client with XCLIENT (Postfix, XCLIENT_README). */
export type XclientName = 'NAME' | 'ADDR' | 'PORT' | 'PROTO' | 'HELO' | 'LOGIN' | 'DESTADDR' | 'DESTPORT';
/** Decoded, printable. `[UNAVAILABLE]` or `[TEMPUNAVAIL]`, in capitals: the proxy does not know it. */
export type XclientValue = string;

/** What a filter may say with XFORWARD of where a message first came from (Postfix, XFORWARD_README). */
export type XforwardName = 'NAME' | 'ADDR' | 'PORT' | 'PROTO' | 'HELO' | 'IDENT' | 'SOURCE';

/** One parsed command line. Every legal line and every kind of illegal one has a place here; parsing never throws. */
export type Command =
  | { readonly verb: 'EHLO'; readonly name: string }
  | { readonly verb: 'HELO'; readonly name: string }
  /** The greeting of LMTP (RFC 2033 4.1). */
  | { readonly verb: 'LHLO'; readonly name: string }
  | { readonly verb: 'MAIL'; readonly from: ReversePath; readonly parameters: MailParameters }
  | {
      readonly verb: 'RCPT';
      readonly to: ForwardPath;
      readonly parameters: RcptParameters;
      /** The path is not ASCII: only in a transaction with SMTPUTF8, else `553 5.6.7` (RFC 6531 3.5). */
      readonly utf8: boolean;
    }
  | { readonly verb: 'DATA' }
  /** RFC 3030 2: so many octets follow, those of the last chunk or not. */
  | { readonly verb: 'BDAT'; readonly size: number; readonly last: boolean }
  | { readonly verb: 'RSET' }
  | { readonly verb: 'NOOP' }
  | { readonly verb: 'QUIT' }
  | { readonly verb: 'VRFY'; readonly argument: string }
  | { readonly verb: 'EXPN'; readonly argument: string }
  | { readonly verb: 'HELP' }
  | { readonly verb: 'STARTTLS' }
  | { readonly verb: 'AUTH'; readonly mechanism: string; readonly initial: string | undefined }
  | { readonly verb: 'ETRN'; readonly target: EtrnTarget }
  | { readonly verb: 'XCLIENT'; readonly attributes: ReadonlyMap<XclientName, XclientValue> }
  /** Values are decoded, printable and at most 255 characters; undefined: the filter does not know it. */
  | { readonly verb: 'XFORWARD'; readonly attributes: ReadonlyMap<XforwardName, string | undefined> }
  /** A verb that is not ours: `500`. `word` is at most 16 printable characters, for the log. */
  | { readonly verb: 'UNKNOWN'; readonly word: string }
  /** A verb of ours with arguments that are not legal: `501`, `555`, ... */
  | { readonly verb: 'MALFORMED'; readonly of: KnownVerb; readonly problem: CommandProblem };

export type KnownVerb =
  | 'EHLO'
  | 'HELO'
  | 'LHLO'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'BDAT'
  | 'RSET'
  | 'NOOP'
  | 'QUIT'
  | 'VRFY'
  | 'EXPN'
  | 'HELP'
  | 'STARTTLS'
  | 'AUTH'
  | 'ETRN'
  | 'XCLIENT'
  | 'XFORWARD';

export type CommandProblem =
  /** Control or 8-bit octets in the line, or what is no UTF-8 where UTF-8 is permitted. */
  | { readonly kind: 'octets' }
  /** A path of MAIL that is not ASCII, without SMTPUTF8: `553 5.6.7` (RFC 6531 3.5). */
  | { readonly kind: 'needsSmtpUtf8' }
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
