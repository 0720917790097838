/** What a session tells: names and fields of its events. Never content, never secrets. */
import type { HeloVerdict } from '../facts/mod.ts';

export interface SessionRef {
  readonly session: string;
  readonly client: string;
  readonly listener: string;
}

/** Where a message first came from, as a filter says with XFORWARD; undefined: it did not say. Printable. */
export interface ForwardedFields {
  readonly originName: string | undefined;
  readonly originAddress: string | undefined;
  readonly originPort: number | undefined;
  readonly originHelo: string | undefined;
  readonly originProtocol: string | undefined;
  readonly originIdent: string | undefined;
  readonly originSource: string | undefined;
}

export interface SessionEvents {
  /** A client connected and was greeted. */
  'session.opened': SessionRef & { readonly local: string };
  /** The connection ended. */
  'session.closed': SessionRef & {
    readonly reason: SessionEnd;
    readonly messages: number;
    readonly errors: number;
    readonly seconds: number;
  };
  /** TLS was agreed. */
  'session.secured': SessionRef & { readonly protocol: string; readonly cipher: string };
  /** Octets came in clear text behind STARTTLS and were thrown away (command injection). */
  'session.injection': SessionRef & { readonly octets: number };
  /** The client spoke before it was greeted, and was turned away. */
  'session.earlyTalker': SessionRef & { readonly octets: number };
  /** A proxy said with XCLIENT for whom it speaks; from here on `client` is that one. */
  'session.xclient': SessionRef & { readonly proxy: string; readonly local: string };
  /** A message begins of which a filter said with XFORWARD where it first came from. */
  'session.xforward': SessionRef & ForwardedFields;
  /** A client is refused by its address; it was greeted with 554. */
  'client.refused': SessionRef & { readonly rule: string };
  /** What DNS says of a client, as far as it is asked for; once for each message that a stranger begins. */
  'client.looked': SessionRef & {
    readonly helo: string;
    readonly reverse: string;
    readonly heloName: HeloVerdict;
    /** Zones that list the client. */
    readonly listedIn: readonly string[];
  };
  /** A client asked for too many mailboxes that do not exist, and was turned away. */
  'client.probing': SessionRef & { readonly recipient: string };
  /** A command was refused: syntax, sequence or a limit. */
  'session.error': SessionRef & { readonly verb: string; readonly reply: string };
  /** A bug: the connection was closed, nothing else happened. */
  'session.failed': SessionRef & { readonly error: string };
  'auth.accepted': SessionRef & { readonly account: string; readonly mechanism: string };
  /** `login` is what the client claimed, printable and at most 100 characters. */
  'auth.refused': SessionRef & {
    readonly login: string;
    readonly mechanism: string;
    /** `guard`: after too many failures the password was not looked at. */
    readonly cause: 'rejected' | 'busy' | 'unavailable' | 'identity' | 'guard';
  };
  /** MAIL was refused by a rule. */
  'sender.refused': SessionRef & {
    readonly account: string | null;
    readonly sender: string;
    readonly rule: string;
    readonly reply: string;
  };
  /** A recipient was refused, with everything that decided it. */
  'recipient.refused': SessionRef & {
    readonly local: string;
    readonly helo: string;
    readonly account: string | null;
    readonly sender: string;
    readonly recipient: string;
    readonly rule: string;
    readonly reason: string;
    readonly reply: string;
  };
  /** A message is on the disk and was answered with 250. */
  'message.accepted': SessionRef & {
    readonly id: string;
    readonly account: string | null;
    readonly sender: string;
    readonly recipients: number;
    /** The first recipient and the rule that let it in. */
    readonly recipient: string;
    readonly rule: string;
    readonly size: number;
    readonly tls: string | null;
    readonly originAddress: string | undefined;
    readonly originIdent: string | undefined;
  };
  /** An accepted message is kept held. */
  'message.quarantined': SessionRef & {
    readonly id: string;
    readonly sender: string;
    /** What it met, too. */
    readonly rule: string;
  };
  /** A message was refused after DATA. */
  'message.refused': SessionRef & {
    readonly sender: string;
    /** `none`: for its form, its size, or since it could not be stored. */
    readonly rule: string;
    readonly reply: string;
    readonly size: number;
  };
}

export type SessionEnd =
  | 'quit'
  | 'disconnected'
  | 'reset'
  | 'timeout'
  | 'errors'
  | 'limit'
  | 'revoked'
  | 'shutdown'
  | 'tls'
  | 'failure';
