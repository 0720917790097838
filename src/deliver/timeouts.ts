/** How long a peer is waited for: RFC 5321 4.5.3.2, the client's side. */

/** Milliseconds. */
export interface Timeouts {
  /** For the TCP connection, and again for a TLS handshake. */
  readonly connect: number;
  /** For the greeting. */
  readonly greeting: number;
  /** For the replies to EHLO, STARTTLS, AUTH and RSET. */
  readonly command: number;
  readonly mail: number;
  readonly recipient: number;
  /** For the reply to DATA. */
  readonly data: number;
  /** For a block of content to be taken. */
  readonly block: number;
  /** For the reply to the end of data. */
  readonly final: number;
  /** For the reply to QUIT; the message is safe by then, so nobody waits long. */
  readonly quit: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const DEFAULT_TIMEOUTS: Timeouts = {
  connect: 30 * SECOND,
  greeting: 5 * MINUTE,
  command: 5 * MINUTE,
  mail: 5 * MINUTE,
  recipient: 5 * MINUTE,
  data: 2 * MINUTE,
  block: 3 * MINUTE,
  final: 10 * MINUTE,
  quit: 2 * SECOND,
};
