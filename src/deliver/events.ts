/** What couriers tell beside the outcomes of attempts, which the schedule tells. Never content, never secrets. */

export interface DeliverEvents {
  /** A new connection to a peer is ready for messages. */
  'outbound.connected': {
    /** `mail.example [192.0.2.1]:25`, or a path. */
    readonly remote: string;
    /** The TLS version; null in clear text. */
    readonly tls: string | null;
    /** Whether the certificate stood the usual test of name and issuer; null in clear text. */
    readonly verified: boolean | null;
    /** From the start of connecting, milliseconds. */
    readonly ms: number;
  };
  /** A peer could not be reached or would not begin; the next address is tried where there is one. */
  'outbound.unavailable': { readonly remote: string; readonly status: string; readonly reply: string };
  /** TLS was offered and could not be agreed; the same address is tried again in clear text. */
  'outbound.tlsFailed': { readonly remote: string; readonly error: string };
  /**
   * The smarthost does not take our login, or its password cannot be read. A refused password is not offered again for a minute,
   * unless the file changes.
   */
  'outbound.loginRefused': { readonly remote: string; readonly login: string; readonly reply: string };
  /** A connection ended in the middle of a message, or the peer did not keep to the protocol. */
  'outbound.lost': { readonly remote: string; readonly error: string };
  /** A mail host of a domain, or one of its addresses, was left out. */
  'outbound.passedOver': {
    readonly domain: string;
    readonly host: string;
    /** Null when the host has no address. */
    readonly address: string | null;
    readonly reason: PassedOver;
  };
  /** A message could not be written to a Maildir. */
  'maildir.failed': { readonly path: string; readonly error: string };
}

export type PassedOver =
  /** Loopback, private or special, and not among the ranges that MX records may lead to. */
  | 'notPublic'
  /** It is this server. */
  | 'ourselves'
  | 'noAddress'
  /** Its addresses cannot be known now. */
  | 'unknownNow';
