/** What a test can make a peer do, and what it can see of it. */
import type { SecureContext } from 'node:tls';

/** How a command or a message is answered instead of properly. */
export type Answer =
  /** Sent as it is, lines separated by CRLF, with a CRLF at the end: `550 no`, `250-a\r\n250 b`, or more than one reply. */
  | string
  /** Nothing is said from now on, on this connection. */
  | { readonly silent: true }
  /** The connection is closed, after `saying` if given. */
  | { readonly hangUp: true; readonly saying?: string }
  /** Like a string, without a CRLF at the end. */
  | { readonly raw: string | Buffer };

export interface PeerMessage {
  readonly from: string;
  readonly to: readonly string[];
  /** Dots unstuffed. */
  readonly content: Buffer;
  /** The MAIL line as it came. */
  readonly mail: string;
  readonly session: PeerSession;
}

export interface PeerSession {
  /** From 1, in the order of connecting. */
  readonly number: number;
  /** Command lines as they came; not the content. */
  readonly lines: readonly string[];
  readonly messages: readonly PeerMessage[];
  /** Under TLS. */
  readonly secure: boolean;
  /** The name that SNI told. */
  readonly serverName: string | undefined;
  readonly closed: boolean;
  /** Says something unasked. */
  say(text: string): void;
  hangUp(): void;
}

export interface PeerOptions {
  readonly protocol?: 'smtp' | 'lmtp';
  /** What EHLO offers after the first line; PIPELINING, SIZE, 8BITMIME and ENHANCEDSTATUSCODES unless given. */
  readonly offers?: readonly string[];
  /** Called for each command line; undefined means: answer properly. The word `CONNECT` stands for the greeting. */
  readonly onCommand?: (line: string, session: PeerSession) => Answer | undefined;
  /** Called for each message (in LMTP for each of its recipients); undefined means: accepted. */
  readonly onMessage?: (message: PeerMessage, recipient: string) => Answer | undefined;
  /** Makes STARTTLS work; it is offered then. */
  readonly secureContext?: SecureContext;
  /** TLS from the first octet. */
  readonly implicitTls?: boolean;
  /** Replies go out one octet a write. */
  readonly trickle?: boolean;
  /** Stops reading once DATA was answered. */
  readonly stallsOnData?: boolean;
  /** `127.0.0.1` and a free port unless given; or the path of a UNIX socket. */
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
}
