/**
 * What follows an attempt: the outcomes are recorded, together with the notification they call for, in one transaction; only
 * then is anything told or sent. A crash before it repeats the attempt; a crash after it has nothing left to do.
 */
import { Buffer } from 'node:buffer';
import { freshlySpooled } from '../spool/mod.ts';
import type { Body, NewMessage, Spool, SpoolChange, SpooledMessage } from '../spool/mod.ts';
import type { Clock, Emit } from '../std/mod.ts';
import type { ActiveMessage } from './active.ts';
import { describe } from './attempt.ts';
import { startOf } from './content.ts';
import type { NoticeKind, ScheduleEvents } from './events.ts';
import { judge, postponed, type JudgeFacts, type Judgement, type Tried } from './judge.ts';
import type { Recorder } from './recorder.ts';
import { reportOutcomes } from './report.ts';
import type { NoticeRecipient, Settings } from './types.ts';

/** Octets of the original that a notification is given; it returns the header only (RFC 6522 4). */
const NOTICE_OCTETS = 64 * 1024;

export interface Settling extends Tried {
  readonly message: ActiveMessage;
  /** As `destinationOf()` names it; empty when there is no route. */
  readonly destination: string;
  /** They were not tried: their destination rests until then. */
  readonly waitUntil?: number;
}

export interface SettleOptions {
  readonly spool: Spool;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly emit: Emit<ScheduleEvents>;
  readonly settings: () => Settings;
  /** Takes a notification that has just been committed. */
  readonly offer: (message: SpooledMessage, body: Body) => void;
}

/** Records what became of recipients. Never rejects. */
export type Settle = (settling: Settling) => Promise<void>;

export function createSettle(options: SettleOptions): Settle {
  const { spool, recorder, clock, emit, settings, offer } = options;

  return async (settling) => {
    const facts = factsFor(settling);
    try {
      const judgement = judge(settling, facts);
      const told = judgement.failed.length + judgement.delayed.length > 0;
      const notifications = told ? await composeAll(settling, judgement, facts) : [];
      const changes =
        notifications.length === 0
          ? judgement.changes
          : [...judgement.changes, ...notifications.map(({ message }) => append(message))];
      if (!(await recorder.record(changes))) return;
      noteDue(settling.message, changes);
      reportOutcomes({ ...settling, judgement, now: facts.now, emit });
      for (const { kind, message, recipients } of notifications) {
        queued(settling, { kind, message, recipients });
      }
    } catch (error) {
      await postpone(settling, facts, error);
    }
  };

  function factsFor({ waitUntil }: Settling): JudgeFacts {
    const facts = { now: clock.now(), policy: settings().retry };
    return waitUntil === undefined ? facts : { ...facts, waitUntil };
  }

  async function postpone(settling: Settling, facts: JudgeFacts, error: unknown): Promise<void> {
    const { message, destination } = settling;
    emit('schedule.bug', { id: message.id, target: destination, error: describe(error) });
    const changes = postponed(settling, facts, 'internal error, see the log');
    if (await recorder.record(changes)) noteDue(message, changes);
  }

  interface Composed {
    readonly kind: NoticeKind;
    readonly message: NewMessage;
    readonly recipients: number;
  }

  async function composeAll(
    { message }: Settling,
    { failed, delayed }: Judgement,
    { now, policy }: JudgeFacts,
  ): Promise<readonly Composed[]> {
    const { id } = message;
    const { sender, receivedAt } = message.envelope;
    const { targetOf, notify } = settings();
    const route = targetOf(sender);
    if ('unroutable' in route) {
      emit('bounce.unroutable', { id, recipient: sender, reason: route.unroutable });
      return [];
    }
    const start = await startOfMessage(message);
    const retryUntil = receivedAt + policy.expireMs;
    const about = { id, sender, receivedAt, triedAt: now, retryUntil, start };
    const composed: Composed[] = [];
    const compose = (kind: NoticeKind, [first, ...others]: readonly NoticeRecipient[]): void => {
      if (first === undefined) return;
      const recipients = [first, ...others] as const;
      composed.push({
        kind,
        message: notify.compose({ ...about, kind, recipients }),
        recipients: recipients.length,
      });
    };
    compose('failure', failed);
    compose('delay', delayed);
    return composed;
  }

  /** A notification without the original's header is better than none. */
  async function startOfMessage(message: ActiveMessage): Promise<Buffer> {
    try {
      const body = message.body ?? (await spool.body(message.id));
      return body === undefined ? Buffer.alloc(0) : await startOf(body, NOTICE_OCTETS);
    } catch {
      return Buffer.alloc(0);
    }
  }

  function queued(settling: Settling, { kind, message, recipients }: Composed): void {
    const { id, envelope } = settling.message;
    emit('bounce.queued', { id, notification: message.id, kind, recipient: envelope.sender, recipients });
    offer(freshlySpooled(message), message.body);
  }
}

function append(message: NewMessage): SpoolChange {
  return { kind: 'append', message };
}

/** When what was put off is due: the message must be loaded by then. */
export function noteDue(message: ActiveMessage, changes: readonly SpoolChange[]): void {
  for (const change of changes) {
    if (change.kind === 'defer') message.nextDue = Math.min(message.nextDue, change.nextAttempt);
  }
}
