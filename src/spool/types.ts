/**
 * The contract of the spool: the durable store of accepted messages, and the only place that syncs.
 *
 * A promise of `commit()` resolves only after the disk has the changes; all changes of one call are one transaction.
 * Calls that arrive while a transaction runs share the next one (group commit).
 */

declare const brand: unique symbol;
/** Names a message for its whole life; sortable by time of arrival, unique over all workers, 7-bit, no case folding needed. */
export type SpoolId = string & { readonly [brand]: 'SpoolId' };

/** The content of a message: CRLF line ends, not dot-stuffed, our Received line first, no Return-Path. */
export type Body =
  | { readonly kind: 'memory'; readonly bytes: Buffer }
  /** Over the inline bound: a file of its own in the spool folder. */
  | { readonly kind: 'file'; readonly path: string; readonly size: number };

/** When a sender wants to be told of a recipient (NOTIFY, RFC 3461 4.1). A list is never empty. */
export type Notify = 'never' | readonly ('success' | 'failure' | 'delay')[];

/** BY (RFC 2852). */
export interface DeliverBy {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What happens when the time is over: the message is returned, or the sender is told and it goes on. */
  readonly mode: 'return' | 'notify';
  /** The sender is told when it is relayed on. */
  readonly trace: boolean;
}

/** What was said of the message, in MAIL and about its content; what senders ask for is kept as given. */
export interface Envelope {
  /** The reverse-path without brackets; empty for the null reverse-path. */
  readonly sender: string;
  /** BODY=8BITMIME was declared, or the content holds 8-bit octets. */
  readonly eightBit: boolean;
  /** BODY=BINARYMIME (RFC 3030): lone CR and LF are content. */
  readonly binary: boolean;
  /** SMTPUTF8 (RFC 6531): addresses or header may be UTF-8. */
  readonly smtpUtf8: boolean;
  /** REQUIRETLS (RFC 8689). */
  readonly requireTls: boolean;
  /** RET (RFC 3461 4.3). */
  readonly ret: 'full' | 'headers' | undefined;
  /** ENVID (RFC 3461 4.4), decoded: printable ASCII. */
  readonly envelopeId: string | undefined;
  readonly deliverBy: DeliverBy | undefined;
  /** HOLDFOR or HOLDUNTIL (RFC 4865): not tried before, milliseconds since the epoch. */
  readonly holdUntil: number | undefined;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Where it came from, for logs, queue listings and DSNs. */
  readonly origin: Origin;
}

export interface Origin {
  /** `local` for our own notifications. */
  readonly client: string;
  readonly listener: string;
  readonly account: string | null;
  readonly helo: string;
}

export interface SpooledRecipient {
  /** From 0, in the order of acceptance; names the recipient within its message. */
  readonly index: number;
  /** After rewriting; `local@domain` in wire form. */
  readonly address: string;
  /** As the client gave it, for DSNs. */
  readonly original: string;
  /** The rule that let it in, `grant:office`, `route:contoso.example`, for queue listings. */
  readonly by: string;
  /** Undefined: the client did not say. */
  readonly notify: Notify | undefined;
  /** ORCPT as given (RFC 3461 4.2): `rfc822;` and xtext. */
  readonly originalRecipient: string | undefined;
  readonly attempts: number;
  /** Milliseconds since the epoch; when to try next. */
  readonly nextAttempt: number;
  /** Excluded from trying until released. */
  readonly held: boolean;
  /** A delay warning was sent. */
  readonly warned: boolean;
  /** The last outcome in words, e.g. `451 4.3.0 try later`; empty before the first attempt. */
  readonly lastReply: string;
}

export interface SpooledMessage {
  readonly id: SpoolId;
  readonly envelope: Envelope;
  readonly size: number;
  /** Only those not finished yet. */
  readonly recipients: readonly SpooledRecipient[];
}

export interface NewMessage {
  readonly id: SpoolId;
  readonly envelope: Envelope;
  readonly recipients: readonly NewRecipient[];
  /** Why it is kept held from the start, in the words of a queue listing; undefined: it is delivered. */
  readonly quarantine: string | undefined;
  readonly body: Body;
}

/** What a sender asks for with extensions, of a message and of a recipient. */
export type AskedOfMessage = Pick<
  Envelope,
  'binary' | 'smtpUtf8' | 'requireTls' | 'ret' | 'envelopeId' | 'deliverBy' | 'holdUntil'
>;
export type AskedOfRecipient = Pick<SpooledRecipient, 'notify' | 'originalRecipient'>;

export type NewRecipient = Pick<
  SpooledRecipient,
  'address' | 'original' | 'by' | 'notify' | 'originalRecipient'
>;

/** One durable change. */
export type SpoolChange =
  | { readonly kind: 'append'; readonly message: NewMessage }
  /** Delivered or failed for good: the recipient leaves the spool; with its last recipient the message goes, too. */
  | { readonly kind: 'finish'; readonly id: SpoolId; readonly index: number }
  | {
      readonly kind: 'defer';
      readonly id: SpoolId;
      readonly index: number;
      readonly attempts: number;
      readonly nextAttempt: number;
      readonly lastReply: string;
      readonly warned: boolean;
    }
  /** An administrator's: next attempt time and hold of every unfinished recipient of a message. */
  | {
      readonly kind: 'reschedule';
      readonly id: SpoolId;
      readonly nextAttempt: number;
      readonly held: boolean;
    }
  /** An unheld recipient that waits for a later time is due at this one; nothing else of it changes. */
  | {
      readonly kind: 'advance';
      readonly id: SpoolId;
      readonly index: number;
      readonly nextAttempt: number;
    }
  | { readonly kind: 'remove'; readonly id: SpoolId };

/** What a commit can end in other than success; thrown, since no caller may go on as if it had worked. */
export type SpoolErrorCode =
  /** The disk is full or below the reserve: `452 4.3.1`. Recovers by itself. */
  | 'full'
  /** A commit or sync failed: `451 4.3.0`; the spool is marked failed and the worker restarts on it. */
  | 'failed'
  | 'closed';

export interface SpoolStats {
  readonly messages: number;
  readonly recipients: number;
  readonly held: number;
  /** Octets of content. */
  readonly bytes: number;
  /** When the oldest message arrived, milliseconds since the epoch; undefined when empty. */
  readonly oldest: number | undefined;
}

export interface QueueFilter {
  /** Case-insensitive substring of sender or recipient. */
  readonly address?: string;
  readonly held?: boolean;
  /** At most this many, oldest first. */
  readonly limit: number;
  /** Only messages after this id, for paging. */
  readonly after?: SpoolId;
}

/** What waits for a domain; looked for in pieces. */
export interface WaitingFilter {
  /** Lower case, A-labels. */
  readonly domain: string;
  /** Those below it, too. */
  readonly subdomains: boolean;
  /** Milliseconds since the epoch: what its sender holds back for longer does not count (RFC 4865). */
  readonly now: number;
  /** Recipients looked at, whether they match or not. */
  readonly limit: number;
  /** Only recipients after this one. */
  readonly after: Pick<WaitingRecipient, 'id' | 'index'> | undefined;
}

export interface WaitingRecipient {
  readonly id: SpoolId;
  readonly index: number;
  readonly address: string;
}

/** `last` is where the next piece begins; undefined when everything was looked at. */
export interface Waiting {
  readonly found: readonly WaitingRecipient[];
  readonly last: WaitingRecipient | undefined;
}

/**
 * Writes a body while it arrives, each step awaited before the next. It becomes a file when it is over the inline bound. Not
 * part of the spool until a commit names it; until then `discard()` removes it, and after that it does nothing.
 * A step rejects with SpoolError, `full` when there is no room for it.
 */
export interface BodyWriter {
  /** Resolves when more may be written; the chunk's memory may then be used again. */
  write(chunk: Buffer): Promise<void>;
  /** A file is synced and renamed to its final name, and the folder synced. */
  finish(): Promise<Body>;
  discard(): Promise<void>;
}

export interface Spool extends AsyncDisposable {
  /** A fresh id; cheap, synchronous. */
  newId(): SpoolId;
  /** Whether new mail can be taken now; cheap, synchronous, refreshed in the background. */
  accepts(): boolean;
  openBody(id: SpoolId): Promise<BodyWriter>;
  /**
   * Durable when resolved; contents in memory must not change before. Rejects with SpoolError, and with another Error when the
   * changes themselves cannot be done, e.g. when the id of a new message exists: a bug, and nothing of the call is done.
   * Changes of recipients and messages that are not there do nothing.
   */
  commit(changes: readonly SpoolChange[]): Promise<void>;
  /** Messages with an unheld recipient due at `now`, earliest first, without those in `except`. */
  due(now: number, limit: number, except: ReadonlySet<SpoolId>): Promise<readonly SpooledMessage[]>;
  /** When the next unheld recipient outside `except` is due; undefined when there is none. */
  nextDue(except: ReadonlySet<SpoolId>): Promise<number | undefined>;
  get(id: SpoolId): Promise<SpooledMessage | undefined>;
  body(id: SpoolId): Promise<Body | undefined>;
  /** Unheld recipients at a domain, in the order of their messages. */
  waiting(filter: WaitingFilter): Promise<Waiting>;
  list(filter: QueueFilter): Promise<readonly SpooledMessage[]>;
  stats(): Promise<SpoolStats>;
}
