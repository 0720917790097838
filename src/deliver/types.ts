/** Trying a delivery: what is tried, by whom, and what came of it, per recipient. */
import type { Host } from '../std/mod.ts';

/** Where a group of recipients of one message goes. */
export type Target =
  | { readonly kind: 'maildir'; /** The folder that holds the Maildirs. */ readonly folder: string }
  | { readonly kind: 'lmtp'; readonly to: { readonly path: string } | Host }
  | { readonly kind: 'smtp'; readonly to: Host; readonly login?: RelayLogin }
  | { readonly kind: 'mx'; readonly domain: string };

/** How we sign in at a smarthost; only over TLS. */
export interface RelayLogin {
  readonly user: string;
  readonly passwordFile: string;
}

export interface Recipient {
  readonly index: number;
  /** `local@domain`, wire form. */
  readonly address: string;
  /** As the client gave it. */
  readonly original: string;
  /** NOTIFY (RFC 3461 4.1); undefined: the client did not say. */
  readonly notify: 'never' | readonly ('success' | 'failure' | 'delay')[] | undefined;
  /** ORCPT as given (RFC 3461 4.2): `rfc822;` and xtext. */
  readonly originalRecipient: string | undefined;
}

/** The content to send: CRLF line ends, not dot-stuffed. */
export interface Content {
  readonly size: number;
  /** The whole content when it is in memory; else undefined, and `open()` streams it. */
  readonly bytes: Buffer | undefined;
  open(): AsyncIterable<Buffer>;
}

/** BY (RFC 2852). */
export interface DeliverBy {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What happens when the time is over: the message is returned, or the sender is told and it goes on. */
  readonly mode: 'return' | 'notify';
  /** The sender is told when it is relayed on. */
  readonly trace: boolean;
}

/** One try for some recipients of one message that share a target. */
export interface Attempt {
  readonly id: string;
  /** Empty for the null reverse-path. */
  readonly sender: string;
  readonly eightBit: boolean;
  /** BODY=BINARYMIME (RFC 3030): lone CR and LF are content. */
  readonly binary: boolean;
  /** SMTPUTF8 (RFC 6531): addresses or header may be UTF-8. */
  readonly smtpUtf8: boolean;
  /** REQUIRETLS (RFC 8689). */
  readonly requireTls: boolean;
  /** RET (RFC 3461 4.3). */
  readonly ret: 'full' | 'headers' | undefined;
  /** ENVID (RFC 3461 4.4), decoded. */
  readonly envelopeId: string | undefined;
  /** BY (RFC 2852), with the time that is left. */
  readonly deliverBy: DeliverBy | undefined;
  readonly target: Target;
  readonly recipients: readonly [Recipient, ...Recipient[]];
  readonly content: Content;
}

export type OutcomeKind = 'delivered' | 'deferred' | 'failed';

/** Who has what was delivered, and so who tells the sender of it (RFC 3461 5.2). */
export type Handed =
  | { readonly to: 'mailbox' }
  /** A server, which tells the sender what becomes of it (`dsn`), and keeps to its time (`deliverBy`), or does not. */
  | { readonly to: 'server'; readonly dsn: boolean; readonly deliverBy: boolean };

export interface Outcome {
  readonly index: number;
  readonly kind: OutcomeKind;
  /** RFC 3463, with its class: `2.0.0`, `4.4.1`, `5.1.1`. */
  readonly status: string;
  /** The peer's reply, or our own words when there was none; one line, printable ASCII, at most 512 characters. */
  readonly reply: string;
  /** Who answered: `mail.example [192.0.2.1]:25`; undefined when nobody did. */
  readonly remote: string | undefined;
  /** Over TLS: the version; undefined in clear text or when nothing was sent. */
  readonly tls: string | undefined;
  /** Undefined for what was not delivered. */
  readonly handed: Handed | undefined;
}

/** Delivers to one kind of target. Never throws for what the peer does; every recipient gets exactly one outcome. */
export interface Courier extends AsyncDisposable {
  attempt(attempt: Attempt, signal: AbortSignal): Promise<readonly Outcome[]>;
}
