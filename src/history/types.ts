/**
 * What is remembered of the mail that passed: every decision on a recipient with the facts it was made from, every message that
 * was accepted, every attempt at a delivery. Plain values that can be sent to another process.
 */
import type { Decision, MailboxFact, RefusalReason } from '../policy/mod.ts';

/** One decision at RCPT: the facts, and what was answered. */
export interface DecisionRecord {
  readonly kind: 'decision';
  /** Milliseconds since the epoch: `facts.at`. */
  readonly at: number;
  /** The name of the session, which a refusal ends in: `[id]`. */
  readonly session: string;
  /** Which MAIL of the session, from 1: with `session` it leads to the message. */
  readonly transaction: number;
  readonly client: string;
  readonly localAddress: string;
  readonly listener: string;
  readonly helo: string;
  readonly account: string | null;
  /** Empty: the null reverse-path. */
  readonly sender: string;
  /** As the client gave it. */
  readonly recipient: string;
  /** After rewriting: what is spooled, and what attempts name. */
  readonly address: string;
  readonly mailbox: MailboxFact;
  readonly outcome: AcceptedAs | RefusalReason;
  /** `grant:office`, as `formatRule()` writes it. */
  readonly rule: string;
  /** The reply that was sent: `550 5.7.1 Relaying …`. */
  readonly reply: string;
  /** Accepted by the policy and refused all the same; null: no. */
  readonly restrained: 'limit' | 'suspectGateway' | 'unavailable' | 'screened' | null;
}

export type AcceptedAs = Extract<Decision, { verdict: 'accepted' }>['as'];

/** A message was answered with 250. */
export interface MessageRecord {
  readonly kind: 'message';
  readonly at: number;
  /** Its name in the queue. */
  readonly id: string;
  readonly session: string;
  readonly transaction: number;
  /** The Message-ID field without its brackets, at most 998 octets; null: there is none. */
  readonly messageId: string | null;
  readonly sender: string;
  readonly size: number;
}

/** An attempt at one recipient, or what else became of it. */
export interface AttemptRecord {
  readonly kind: 'attempt';
  readonly at: number;
  readonly id: string;
  readonly recipient: string;
  readonly outcome: 'delivered' | 'deferred' | 'failed' | 'expired' | 'deleted';
  /** `mail.example [192.0.2.1]:25`, or a path; null: nobody answered. */
  readonly remote: string | null;
  readonly reply: string;
}

/** A notification to the sender of a message was queued. */
export interface NoticeRecord {
  readonly kind: 'notice';
  readonly at: number;
  /** Its own name in the queue. */
  readonly id: string;
  /** The name of the message it is about. */
  readonly about: string;
  readonly notice: 'failure' | 'delay' | 'delivered' | 'relayed';
  /** To whom it goes. */
  readonly recipient: string;
}

export type HistoryRecord = DecisionRecord | MessageRecord | AttemptRecord | NoticeRecord;
