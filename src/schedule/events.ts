/** What the schedule tells. Emitted only after the spool has it on the disk. Never content, never secrets. */

/** One recipient of one message and what an attempt for it ended in. */
export interface RecipientTried {
  /** Of the message. */
  readonly id: string;
  readonly recipient: string;
  /** Empty for the null reverse-path. */
  readonly sender: string;
  /** Where it was to go, as `destinationOf()` names it; empty when there is no route. */
  readonly target: string;
  /** Who answered; null when nobody did. */
  readonly remote: string | null;
  /** The TLS version; null in clear text. */
  readonly tls: string | null;
  /** RFC 3463. */
  readonly status: string;
  readonly reply: string;
  /** Attempts so far, this one included. */
  readonly attempts: number;
  /** Milliseconds since the message arrived. */
  readonly queuedMs: number;
}

export interface ScheduleEvents {
  'recipient.delivered': RecipientTried;
  /** Tried and put off. */
  'recipient.deferred': RecipientTried & { /** RFC 3339 */ readonly nextAttempt: string };
  /** Refused for good, or given up for its age (`expired`). */
  'recipient.failed': RecipientTried & { readonly expired: boolean };
  /** A notification to the sender of a message is in the spool. */
  'bounce.queued': {
    /** Of the message it is about. */
    readonly id: string;
    /** Of the notification itself. */
    readonly notification: string;
    readonly kind: NoticeKind;
    /** To whom it goes. */
    readonly recipient: string;
    /** How many recipients it reports. */
    readonly recipients: number;
  };
  /** No notification, since the message has the null reverse-path: RFC 5321 6.1. */
  'bounce.suppressed': { readonly id: string; readonly recipients: number };
  /** No notification, since nothing can be sent to the sender. */
  'bounce.unroutable': { readonly id: string; readonly recipient: string; readonly reason: string };
  /** A destination cannot be reached; its messages wait until then. */
  'destination.rests': {
    readonly target: string;
    /** RFC 3339 */
    readonly until: string;
    /** How often in a row. */
    readonly failures: number;
    readonly reply: string;
  };
  /** A destination that could not be reached answers again. */
  'destination.recovered': { readonly target: string; readonly failures: number };
  /** Outcomes cannot be recorded because the disk is full; they are kept and no attempt is started until they can. */
  'schedule.stalled': { readonly error: string };
  /** There is room again; so many outcomes had waited for it. */
  'schedule.resumed': { readonly outcomes: number };
  /** The spool failed: no attempt is started any more, the worker has to restart. */
  'schedule.failed': { readonly error: string };
  /** A bug in a courier, in the routing or in writing a notification; the recipients are put off and nothing is lost. */
  'schedule.bug': { readonly id: string; readonly target: string; readonly error: string };
  /** An administrator deleted the message before it was delivered to this recipient. */
  'recipient.deleted': {
    readonly id: string;
    readonly recipient: string;
    /** Empty for the null reverse-path. */
    readonly sender: string;
  };
  /** What an administrator did. */
  'queue.rescheduled': { readonly messages: number };
  /** The queue of a domain was started from outside (ETRN). */
  'queue.turned': { readonly domain: string; /** That are due now. */ readonly recipients: number };
  'queue.held': { readonly id: string };
  'queue.released': { readonly id: string };
  'queue.removed': { readonly id: string };
}

export type NoticeKind =
  | 'failure'
  | 'delay'
  /** It is in a mailbox, as the sender wanted to know (RFC 3461 4.1). */
  | 'delivered'
  /** It went to a server that will tell no more (RFC 3461 5.2.2), or the sender wanted to follow it (RFC 2852). */
  | 'relayed';
