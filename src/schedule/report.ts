/** From judged outcomes to events. */
import type { Emit } from '../std/mod.ts';
import type { RecipientTried, ScheduleEvents } from './events.ts';
import type { Judged, Judgement, Tried } from './judge.ts';

export interface Report extends Tried {
  readonly destination: string;
  readonly judgement: Judgement;
  readonly waitUntil?: number;
  readonly now: number;
  readonly emit: Emit<ScheduleEvents>;
}

/** Tells what became of every recipient; of those only put off with their destination, `destination.rests` has told. */
export function reportOutcomes(report: Report): void {
  const { emit, judgement, message, waitUntil } = report;
  let failed = 0;
  for (const judged of judgement.judged) {
    const { verdict } = judged;
    switch (verdict.kind) {
      case 'delivered':
        emit('recipient.delivered', triedOf(report, judged));
        break;
      case 'failed':
        failed += 1;
        emit('recipient.failed', { ...triedOf(report, judged), expired: verdict.expired });
        break;
      case 'deferred':
        if (waitUntil !== undefined) break;
        emit('recipient.deferred', {
          ...triedOf(report, judged),
          nextAttempt: new Date(verdict.nextAttempt).toISOString(),
        });
    }
  }
  if (failed > 0 && message.envelope.sender === '') {
    emit('bounce.suppressed', { id: message.id, recipients: failed });
  }
}

function triedOf(
  { message, destination, waitUntil, now }: Report,
  { recipient, outcome }: Judged,
): RecipientTried {
  return {
    id: message.id,
    recipient: recipient.address,
    sender: message.envelope.sender,
    target: destination,
    remote: outcome.remote ?? null,
    tls: outcome.tls ?? null,
    status: outcome.status,
    reply: outcome.reply,
    attempts: recipient.attempts + (waitUntil === undefined ? 1 : 0),
    queuedMs: now - message.envelope.receivedAt,
  };
}
