/** What the scheduler is given and what it can be asked. */
import type { Courier } from '../deliver/mod.ts';
import type { Body, NewMessage, Spool, SpooledMessage, SpoolId } from '../spool/mod.ts';
import type { Clock, Emit } from '../std/mod.ts';
import type { NoticeKind, ScheduleEvents } from './events.ts';
import type { RetryPolicy } from './retry.ts';
import type { TargetOf } from './target.ts';
import type { Timer } from './timer.ts';

/** What a notification says of one recipient. */
export interface NoticeRecipient {
  readonly address: string;
  /** As the client gave it. */
  readonly original: string;
  /** ORCPT as given (RFC 3461 4.2). */
  readonly originalRecipient: string | undefined;
  /** RFC 3463; `4.4.7` when the recipient was given up for its age, `5.4.7` for the time that its sender gave. */
  readonly status: string;
  /** The last answer, or our own words when there was none. */
  readonly reply: string;
  readonly remote: string | undefined;
  /** Given up for its age. */
  readonly expired: boolean;
}

/** Everything a notification to the sender is made of. Times in milliseconds since the epoch. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly id: SpoolId;
  /** To whom it goes; never empty. */
  readonly sender: string;
  readonly receivedAt: number;
  /** When the recipients were tried last. */
  readonly triedAt: number;
  /** Until when they are tried. */
  readonly retryUntil: number;
  readonly recipients: readonly [NoticeRecipient, ...NoticeRecipient[]];
  /** ENVID (RFC 3461 4.4). */
  readonly envelopeId: string | undefined;
  /** BY (RFC 2852) and HOLDFOR or HOLDUNTIL (RFC 4865): until and from when on it was to be delivered. */
  readonly deliverBy: number | undefined;
  readonly holdUntil: number | undefined;
  /** SMTPUTF8: addresses and header may be UTF-8 (RFC 6533). */
  readonly smtpUtf8: boolean;
  /** REQUIRETLS: what tells of it is protected alike (RFC 8689 5). */
  readonly requireTls: boolean;
  /** The message, whole as the sender asked for it (`whole`), or its first 64 KiB; empty when it cannot be read. */
  readonly start: Buffer;
  readonly whole: boolean;
}

/** Writes notifications: the message to spool, with the null reverse-path. */
export interface Notifier {
  compose(notice: Notice): NewMessage;
}

export interface Concurrency {
  /** Attempts in flight over all destinations. */
  readonly total: number;
  /** Attempts in flight at one destination. */
  readonly perDestination: number;
}

/** What is kept in memory; the rest waits on the disk. */
export interface ActiveLimits {
  /** Messages; one with several recipients counts as that many. */
  readonly messages: number;
  /** Octets of bodies. A body that finds no room is read again just before its attempt. */
  readonly bytes: number;
}

/** What a reload may change. */
export interface Settings {
  readonly targetOf: TargetOf;
  readonly notify: Notifier;
  readonly retry: RetryPolicy;
  readonly concurrency: Concurrency;
  readonly active: ActiveLimits;
}

export interface SchedulerOptions extends Settings {
  readonly spool: Spool;
  readonly courier: Courier;
  readonly clock: Clock;
  readonly emit: Emit<ScheduleEvents>;
  /** Called once when the spool has failed and the worker has to restart. */
  readonly onFailed: (error: unknown) => void;
  /** The system's timers unless given. */
  readonly timer?: Timer;
}

/**
 * `idle` before `start()`; `running`; `draining`: what is in flight may finish, nothing is started; `failed`: outcomes can no
 * longer be recorded; `closed`. There is no way back.
 */
export type SchedulerState = 'idle' | 'running' | 'draining' | 'failed' | 'closed';

export interface DestinationSnapshot {
  readonly destination: string;
  readonly ready: number;
  readonly inFlight: number;
  /** Milliseconds since the epoch; undefined when it can be reached as far as we know. */
  readonly restsUntil: number | undefined;
  /** How often in a row it could not be reached. */
  readonly failures: number;
}

export interface ScheduleSnapshot {
  readonly state: SchedulerState;
  /** Messages in memory. */
  readonly messages: number;
  /** Octets of bodies in memory. */
  readonly bytes: number;
  readonly ready: number;
  readonly inFlight: number;
  /** Destinations that cannot be reached. */
  readonly unreachable: number;
  /** The busiest ones, at most as many as asked for. */
  readonly destinations: readonly DestinationSnapshot[];
}

export interface Scheduler extends AsyncDisposable {
  /** Begins to work, with what the spool has. */
  start(): void;
  /**
   * A message that this worker has just committed: it is tried at once, from memory, when there is room; else it is loaded
   * when there is. To be called in the turn in which the commit resolved, before anything else is waited for; a message that
   * was loaded in the meantime is recognised.
   */
  offer(message: SpooledMessage, body: Body): void;
  /**
   * Makes messages due now and ends the rest of unreachable destinations, as an administrator wants to see something happen.
   * Those on hold stay so. Resolves to the number of messages.
   */
  retry(ids: readonly SpoolId[] | 'all'): Promise<number>;
  /** Excludes a message from trying; an attempt in flight still ends. Resolves to false when there is no such message. */
  hold(id: SpoolId): Promise<boolean>;
  /** The message is tried again, at once. Resolves to false when there is no such message. */
  release(id: SpoolId): Promise<boolean>;
  /**
   * What waits for a domain, and for those below it if so asked, is due now (ETRN, RFC 1985); what is held stays so, by whomever.
   * Resolves to the number of recipients.
   */
  turn(domain: string, subdomains: boolean): Promise<number>;
  /**
   * Deletes a message without telling its sender. Waits for an attempt in flight; resolves to false when nothing was left to
   * delete (it was delivered, say).
   */
  remove(id: SpoolId): Promise<boolean>;
  /**
   * Starts nothing more and waits for what is in flight. When `signal` aborts, those attempts are aborted; what they had not
   * settled stays in the spool as it was, and counts as no attempt.
   */
  drain(signal: AbortSignal): Promise<void>;
  /** Takes over what a reload changed; messages that wait in memory are routed anew. */
  reconfigure(settings: Partial<Settings>): void;
  snapshot(most?: number): ScheduleSnapshot;
}
