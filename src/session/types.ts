/** What a session needs from the rest, as interfaces of its own: the composition root connects them. */
import type { ClientLookup } from '../facts/mod.ts';
import type { Domain, Mailbox } from '../mail/mod.ts';
import type { Decision, MailboxFact, Policy } from '../policy/mod.ts';
import type { ScreenRule, ScreenRules } from '../screen/mod.ts';
import type { Compat, Reply } from '../smtp/mod.ts';
import type { Clock, Emit, IpAddress } from '../std/mod.ts';
import type { SessionEvents } from './events.ts';

/** What a listener asks of its sessions. Replaced as a whole by a reload; read afresh for every command. */
export interface ListenerSettings {
  readonly name: string;
  readonly purpose: 'transfer' | 'submission' | 'lmtp';
  readonly hostname: string;
  /** Milliseconds a client must keep silent before it is greeted; 0: it is greeted at once. Who speaks first is turned away. */
  readonly greetingDelay: number;
  /** What the listener has at all. What of it works in a state is EHLO's to say. */
  readonly offers: Offers;
  /** Hosts that may speak for their clients with XCLIENT. */
  readonly mayXclient: (client: IpAddress) => boolean;
  /** Hosts that may say with XFORWARD where a message first came from. */
  readonly mayXforward: (client: IpAddress) => boolean;
  /** Whether there is a domain whose mail this client may ask for with ETRN; others are not told that there is ETRN. */
  readonly mayTurn: (who: TurnClient) => boolean;
  /** `required`: no MAIL without it, as on submission (RFC 6409 4.3). */
  readonly auth: 'required' | 'optional' | 'off';
  /** AUTH also in clear text. Only where the administrator opted in. */
  readonly authWithoutTls: boolean;
  /** A certificate is there and the listener offers it. */
  readonly tlsAvailable: boolean;
  readonly compat: Compat;
  readonly limits: SessionLimits;
  readonly timeouts: SessionTimeouts;
}

export interface Offers {
  /** RFC 6531. */
  readonly smtpUtf8: boolean;
  /** BDAT and BINARYMIME, RFC 3030. */
  readonly chunking: boolean;
  /** RFC 3461. */
  readonly dsn: boolean;
  /** RFC 8689; works only in TLS. */
  readonly requireTls: boolean;
  /** RFC 9422. */
  readonly limits: boolean;
  /** RFC 1985. */
  readonly etrn: boolean;
  /** RFC 2852. */
  readonly deliverBy: boolean;
  /** RFC 4865: how far in the future a message may be released. */
  readonly futureRelease: { readonly maxSeconds: number } | undefined;
}

export interface SessionLimits {
  /** Octets of content, advertised as SIZE (RFC 1870). */
  readonly messageSize: number;
  /** Per transaction; RFC 5321 4.5.3.1.8 asks for at least 100. */
  readonly recipients: number;
  readonly messagesPerConnection: number;
  /** Received fields; more is a loop (RFC 5321 6.3). */
  readonly hops: number;
  /** Errors a connection may make; then `421`. */
  readonly errors: number;
  /** Errors after which every further one delays its reply, each more than the last. */
  readonly softErrors: number;
  /** Commands that bring no message nearer (NOOP, RSET, VRFY, HELP, EHLO and the like) between two messages; then `421`. */
  readonly junkCommands: number;
  /** Octets of the header of a message. */
  readonly headerSize: number;
  readonly headerFields: number;
  /** Octets of one line of content, CRLF included. */
  readonly textLine: number;
  /** Octets of content a second that a client must send, on the average of a window; 0: any. */
  readonly minimumRate: number;
}

/** Milliseconds. RFC 5321 4.5.3.2.7: a server waits at least 5 minutes for a command. */
export interface SessionTimeouts {
  readonly command: number;
  /** For the next block of content. */
  readonly data: number;
  /** Of the whole connection. */
  readonly session: number;
  /** Since the connection began, until TLS is there, where authentication is required and needs TLS. */
  readonly beforeTls: number;
  /** Since the connection began, until the client has signed in, where authentication is required. */
  readonly beforeAuth: number;
}

/** Answers at once, from memory or the local database; "cannot tell" is a value. */
export interface Directory {
  lookup(mailbox: Mailbox): MailboxFact;
}

export type LoginVerdict =
  | { readonly account: string }
  /** Unknown user, wrong password, disabled account: never told apart. */
  | 'rejected'
  /** Too many verifications wait already. */
  | 'busy'
  | 'unavailable';

export interface Authenticator {
  verify(login: string, password: string): Promise<LoginVerdict>;
  /** Whether `account` may act as the authorisation identity `address`. */
  owns(account: string, address: string): boolean;
  /** What has become of an account that signed in on this connection. */
  standing(account: string): AccountStanding;
}

export type AccountStanding =
  | 'enabled'
  | 'disabled'
  /** It was removed. */
  | 'unknown'
  | 'unavailable';

export interface AcceptedRecipient {
  /** After rewriting. */
  readonly address: string;
  /** As the client gave it. */
  readonly original: string;
  /** The rule that let it in, `grant:office`. */
  readonly by: string;
  /** NOTIFY (RFC 3461 4.1); undefined: not given. */
  readonly notify: 'never' | readonly ('success' | 'failure' | 'delay')[] | undefined;
  /** ORCPT as given (RFC 3461 4.2), `rfc822;` and xtext. */
  readonly originalRecipient: string | undefined;
}

/** A large body while it arrives. */
export interface BodySink {
  write(chunk: Buffer): Promise<void>;
  finish(): Promise<StoredBody>;
  discard(): Promise<void>;
}

export type StoredBody =
  | { readonly kind: 'memory'; readonly bytes: Buffer }
  | { readonly kind: 'file'; readonly path: string; readonly size: number };

export interface DeliverBy {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What happens when the time is over: the message is returned, or the sender is told and it goes on. */
  readonly mode: 'return' | 'notify';
  /** The sender is told when it is relayed on. */
  readonly trace: boolean;
}

export interface IncomingMessage {
  readonly id: string;
  /** Empty for the null reverse-path. */
  readonly sender: string;
  readonly eightBit: boolean;
  /** BODY=BINARYMIME (RFC 3030): lone CR and LF are content, and it can be sent on by BDAT only. */
  readonly binary: boolean;
  /** SMTPUTF8 (RFC 6531): it may go only to servers that offer it. */
  readonly smtpUtf8: boolean;
  /** REQUIRETLS (RFC 8689). */
  readonly requireTls: boolean;
  /** RET (RFC 3461 4.3). */
  readonly ret: 'full' | 'headers' | undefined;
  /** ENVID (RFC 3461 4.4), decoded: printable ASCII. */
  readonly envelopeId: string | undefined;
  /** BY (RFC 2852): `at` in milliseconds since the epoch. */
  readonly deliverBy: DeliverBy | undefined;
  /** HOLDFOR or HOLDUNTIL (RFC 4865), milliseconds since the epoch. */
  readonly holdUntil: number | undefined;
  /** Why its recipients are kept held; undefined: they are delivered. */
  readonly quarantine: string | undefined;
  readonly receivedAt: number;
  readonly recipients: readonly AcceptedRecipient[];
  readonly origin: {
    readonly client: string;
    readonly listener: string;
    readonly account: string | null;
    readonly helo: string;
  };
  readonly body: StoredBody;
}

/** Keeps what is accepted. `stored` means: it is on the disk. */
export interface Intake {
  /** False when the disk is full: `452 4.3.1` at MAIL. */
  accepts(): boolean;
  newId(): string;
  /** Content of at most this many octets is handed over in memory. */
  readonly inlineLimit: number;
  openBody(id: string): Promise<BodySink>;
  store(message: IncomingMessage): Promise<'stored' | 'full' | 'failed'>;
}

/**
 * Narrows what the policy accepted by a grant: the limits of the grant, and clients that look like a gateway. It can only refuse.
 */
export interface Restraint {
  /** Called for every recipient that a grant let in. undefined: there is nothing to ask, and the recipient is accepted at once. */
  check(
    decision: Decision,
    circumstances: RestraintCircumstances,
  ): Promise<Restrained | undefined> | undefined;
}

export interface RestraintCircumstances {
  readonly session: string;
  /** The name the client gave with EHLO or HELO. */
  readonly helo: string;
}

export type Restrained =
  /** `450 4.7.1`, to be tried again after this moment (milliseconds since the epoch). */
  | { readonly reason: 'limit'; readonly until: number }
  /** `550 5.7.1`: the client address looks like a gateway, and `relay.suspectGateway` is `refuse`. */
  | { readonly reason: 'suspectGateway' }
  /** `451 4.3.0`: the limits cannot be asked now; what cannot be counted is not relayed. */
  | { readonly reason: 'unavailable' };

/** The same by what is asked of clients and senders beside the policy: `550 5.7.1`. */
export interface ScreenedOut {
  readonly reason: 'screened';
  readonly rule: ScreenRule;
}

/** What is remembered of a session; see `src/history`, which has the same shapes. */
export interface SessionHistory {
  decided(record: {
    readonly session: string;
    /** Which MAIL of the session, from 1. */
    readonly transaction: number;
    readonly helo: string;
    readonly decision: Decision;
    readonly reply: Reply;
    readonly restrained: (Restrained | ScreenedOut)['reason'] | null;
  }): void;
  accepted(record: {
    readonly id: string;
    readonly session: string;
    readonly transaction: number;
    /** The Message-ID field without its brackets; undefined: there is none. */
    readonly messageId: string | undefined;
    readonly sender: string;
    readonly size: number;
    readonly at: number;
  }): void;
}

/** Slows down who guesses passwords or recipients; counts over listeners, sessions and workers. */
export interface Guard {
  /** Asked before a password is verified. */
  before(attempt: { readonly client: IpAddress; readonly login: string }): Promise<
    /** Verify it; when it is wrong, say so after this delay. */
    | { readonly kind: 'try'; readonly delayMs: number }
    /** Too many failures: not verified at all, `421 4.7.0`, and the connection ends. */
    | { readonly kind: 'refused' }
  >;
  after(attempt: { readonly client: IpAddress; readonly login: string; readonly accepted: boolean }): void;
  /** A recipient was asked for that does not exist: how long the reply waits, and whether the session ends with it. */
  unknownRecipient(client: IpAddress): { readonly delayMs: number; readonly end: boolean };
}

/** ETRN (RFC 1985): starts the queue of a domain. */
export interface Turn {
  request(target: TurnTarget, who: TurnClient): TurnAnswer | Promise<TurnAnswer>;
}

export type TurnTarget =
  | { readonly kind: 'domain'; readonly domain: Domain; readonly subdomains: boolean }
  | { readonly kind: 'queue'; readonly name: string };

export interface TurnClient {
  readonly client: IpAddress;
  readonly account: string | undefined;
}

export type TurnAnswer = 'started' | 'nothing' | 'forbidden' | 'unavailable';

/** Calls after so many milliseconds; what it returns prevents that. */
export type After = (ms: number, call: () => void) => () => void;

export interface SessionServices {
  /** The policy in force now; asked for every recipient, so a reload counts from the next RCPT on. */
  readonly policy: () => Policy;
  readonly restraint: Restraint;
  readonly history: SessionHistory;
  readonly directory: Directory;
  readonly authenticator: Authenticator;
  readonly intake: Intake;
  readonly guard: Guard;
  /** What DNS says of a client, as far as it is known. */
  readonly facts: { readonly look: (client: IpAddress) => ClientLookup };
  /** The rules in force now for clients, senders and content. */
  readonly screen: () => ScreenRules;
  readonly turn: Turn;
  readonly after: After;
  readonly clock: Clock;
  readonly emit: Emit<SessionEvents>;
}

/** The two ends of the connection. */
export interface Peer {
  /** Names the session in replies and logs. */
  readonly id: string;
  readonly client: IpAddress;
  readonly clientPort: number;
  readonly localAddress: IpAddress;
  readonly localPort: number;
}

/** What encryption there is. */
export interface TlsFacts {
  readonly protocol: string;
  readonly cipher: string;
}

/** The connection as the session sees it; a socket, or octets in memory in a test. */
export interface Transport {
  write(octets: string): void;
  /** Octets written that the client has not taken yet. */
  readonly pending: number;
  pause(): void;
  resume(): void;
  /** Takes the connection into TLS after what was written; then `Session.secured()` or `Session.closed()` is called. */
  startTls(): void;
  /** Sends what was written, then closes. */
  end(): void;
}
