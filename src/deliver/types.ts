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
}

/** The content to send: CRLF line ends, not dot-stuffed. */
export interface Content {
  readonly size: number;
  /** The whole content when it is in memory; else undefined, and `open()` streams it. */
  readonly bytes: Buffer | undefined;
  open(): AsyncIterable<Buffer>;
}

/** One try for some recipients of one message that share a target. */
export interface Attempt {
  readonly id: string;
  /** Empty for the null reverse-path. */
  readonly sender: string;
  readonly eightBit: boolean;
  readonly target: Target;
  readonly recipients: readonly [Recipient, ...Recipient[]];
  readonly content: Content;
}

export type OutcomeKind = 'delivered' | 'deferred' | 'failed';

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
}

/** Delivers to one kind of target. Never throws for what the peer does; every recipient gets exactly one outcome. */
export interface Courier extends AsyncDisposable {
  attempt(attempt: Attempt, signal: AbortSignal): Promise<readonly Outcome[]>;
}
