/** From the outcomes of an attempt to what the spool has to record and whom to tell. Pure. */
import type { Outcome } from '../deliver/mod.ts';
import type { DeliverBy, SpoolChange, SpooledMessage, SpooledRecipient, SpoolId } from '../spool/mod.ts';
import { afterOutcome, triedSince, type RetryPolicy, type Verdict } from './retry.ts';
import { tellsDelay, tellsFailure, toldOfDelivery, type Asked } from './telling.ts';
import type { NoticeKind } from './events.ts';
import type { NoticeRecipient } from './types.ts';

/** RFC 3463 3.5: delivery time expired. */
const EXPIRED_STATUS = '4.4.7';
/** The same for good, and by the sender's own order: RFC 2852 4.1.3. */
const OVERDUE_STATUS = '5.4.7';

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
  /** What the sender is to be told; nothing with the null reverse-path (RFC 5321 6.1). */
  readonly told: Readonly<Record<NoticeKind, readonly NoticeRecipient[]>>;
}

/** Judges the recipients of one message. Outcomes of other recipients are ignored. */
export function judge(tried: Tried, facts: JudgeFacts): Judgement {
  const { id, envelope } = tried.message;
  const { deliverBy } = envelope;
  const retry = { ...facts, receivedAt: triedSince(envelope), deliverBy };
  const judged: Judged[] = [];
  const changes: SpoolChange[] = [];
  const told: Record<NoticeKind, NoticeRecipient[]> = { failure: [], delay: [], delivered: [], relayed: [] };
  for (const [at, recipient] of tried.recipients.entries()) {
    const outcome = outcomeFor(recipient.index, tried.outcomes, at);
    const verdict = afterOutcome(recipient, outcome, retry);
    judged.push({ recipient, outcome, verdict });
    const notice =
      envelope.sender === ''
        ? undefined
        : noticeOf({ notify: recipient.notify, deliverBy }, outcome, verdict);
    if (notice !== undefined) told[notice].push(noticed({ recipient, outcome, verdict }, deliverBy));
    changes.push(changeFor(id, { recipient, outcome, verdict }, notice === 'delay'));
  }
  return { judged, changes, told };
}

function changeFor(id: SpoolId, { recipient, outcome, verdict }: Judged, warned: boolean): SpoolChange {
  const { index } = recipient;
  if (verdict.kind !== 'deferred') return { kind: 'finish', id, index };
  const { attempts, nextAttempt } = verdict;
  return {
    kind: 'defer',
    id,
    index,
    attempts,
    nextAttempt,
    lastReply: outcome.reply,
    warned: recipient.warned || warned,
  };
}

/** What the sender is to be told, if anything. */
function noticeOf(asked: Asked, outcome: Outcome, verdict: Verdict): NoticeKind | undefined {
  switch (verdict.kind) {
    case 'delivered':
      return toldOfDelivery(asked, outcome);
    case 'failed':
      return tellsFailure(asked) ? 'failure' : undefined;
    case 'deferred':
      return verdict.warn && tellsDelay(asked) ? 'delay' : undefined;
    default:
      return verdict satisfies never;
  }
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

function noticed(judged: Judged, deliverBy: DeliverBy | undefined): NoticeRecipient {
  const { recipient, outcome, verdict } = judged;
  const { address, original, originalRecipient } = recipient;
  return {
    address,
    original,
    originalRecipient,
    status: statusOf(judged, deliverBy),
    reply: outcome.reply,
    remote: outcome.remote,
    expired: verdict.kind === 'failed' && verdict.expired,
  };
}

function statusOf({ outcome, verdict }: Judged, deliverBy: DeliverBy | undefined): string {
  switch (verdict.kind) {
    case 'delivered':
      return outcome.status;
    case 'failed':
      if (!verdict.expired) return outcome.status;
      return verdict.overdue === true ? OVERDUE_STATUS : EXPIRED_STATUS;
    case 'deferred':
      // RFC 2852 4.1.3: told of because the sender's time is over, whatever stands against the delivery.
      return deliverBy?.mode === 'notify' ? EXPIRED_STATUS : outcome.status;
    default:
      return verdict satisfies never;
  }
}
