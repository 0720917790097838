/** From the outcomes of an attempt to what the spool has to record and whom to tell. Pure. */
import type { Outcome } from '../deliver/mod.ts';
import type { SpoolChange, SpooledMessage, SpooledRecipient } from '../spool/mod.ts';
import { afterOutcome, type RetryPolicy, type Verdict } from './retry.ts';
import type { NoticeRecipient } from './types.ts';

/** RFC 3463 3.5: delivery time expired. */
const EXPIRED_STATUS = '4.4.7';

/** Recipients of one message that share an outcome list. */
export interface Tried {
  readonly message: Pick<SpooledMessage, 'id' | 'envelope'>;
  readonly recipients: readonly SpooledRecipient[];
  readonly outcomes: readonly Outcome[];
}

export interface JudgeFacts {
  readonly now: number;
  readonly policy: RetryPolicy;
  /** They were not tried: their destination rests until then. */
  readonly waitUntil?: number;
}

export interface Judged {
  readonly recipient: SpooledRecipient;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
}

export interface Judgement {
  /** One for every recipient, in their order. */
  readonly judged: readonly Judged[];
  readonly changes: readonly SpoolChange[];
  /** To be told to the sender, together; empty for the null reverse-path (RFC 5321 6.1). */
  readonly failed: readonly NoticeRecipient[];
  readonly delayed: readonly NoticeRecipient[];
}

/** Judges the recipients of one message. Outcomes of other recipients are ignored. */
export function judge(tried: Tried, facts: JudgeFacts): Judgement {
  const { id, envelope } = tried.message;
  const judged: Judged[] = [];
  const changes: SpoolChange[] = [];
  const failed: NoticeRecipient[] = [];
  const delayed: NoticeRecipient[] = [];
  const tellSender = envelope.sender !== '';
  for (const [at, recipient] of tried.recipients.entries()) {
    const outcome = outcomeFor(recipient.index, tried.outcomes, at);
    const verdict = afterOutcome(recipient, outcome, { ...facts, receivedAt: envelope.receivedAt });
    judged.push({ recipient, outcome, verdict });
    if (verdict.kind === 'deferred') {
      const warn = verdict.warn && tellSender;
      if (warn) delayed.push(noticeOf(recipient, outcome, false));
      const { attempts, nextAttempt } = verdict;
      const warned = recipient.warned || warn;
      changes.push({
        kind: 'defer',
        id,
        index: recipient.index,
        attempts,
        nextAttempt,
        lastReply: outcome.reply,
        warned,
      });
      continue;
    }
    if (verdict.kind === 'failed' && tellSender) failed.push(noticeOf(recipient, outcome, verdict.expired));
    changes.push({ kind: 'finish', id, index: recipient.index });
  }
  return { judged, changes, failed, delayed };
}

/** Couriers mostly answer in the order in which they were asked. */
function outcomeFor(index: number, outcomes: readonly Outcome[], at: number): Outcome {
  const inPlace = outcomes[at];
  if (inPlace?.index === index) return inPlace;
  return (
    outcomes.find((outcome) => outcome.index === index) ??
    ourOwn(index, '4.3.0', 'the attempt ended without an outcome for this recipient')
  );
}

/** An outcome of ours, when no courier could be asked: the recipient is tried again. */
export function ourOwn(index: number, status: string, reply: string): Outcome {
  return { index, kind: 'deferred', status, reply, remote: undefined, tls: undefined, handed: undefined };
}

/**
 * The change for recipients whose outcome could not be dealt with because of a bug: tried again after the longest pause,
 * whatever their age, so that a bug loses no mail and makes no busy loop.
 */
export function postponed(tried: Omit<Tried, 'outcomes'>, facts: JudgeFacts, reply: string): SpoolChange[] {
  const pause = Math.max(...facts.policy.delaysMs);
  return tried.recipients.map((recipient) => ({
    kind: 'defer',
    id: tried.message.id,
    index: recipient.index,
    attempts: recipient.attempts + 1,
    nextAttempt: facts.now + pause,
    lastReply: reply,
    warned: recipient.warned,
  }));
}

function noticeOf(recipient: SpooledRecipient, outcome: Outcome, expired: boolean): NoticeRecipient {
  return {
    address: recipient.address,
    original: recipient.original,
    status: expired ? EXPIRED_STATUS : outcome.status,
    reply: outcome.reply,
    remote: outcome.remote,
    expired,
  };
}
