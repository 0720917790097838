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
import { triedUntil } from './retry.ts';
import type { Notice, Settings } from './types.ts';

/** Octets of the original that a notification is given of which it returns the header only (RFC 6522 4). */
const NOTICE_OCTETS = 64 * 1024;
/** A larger message is not returned whole, though its sender asked for it (RFC 3461 6.2). */
const WHOLE_OCTETS = 1 << 20;
/** In the order in which they are written. */
const NOTICES = ['failure', 'delay', 'delivered', 'relayed'] as const satisfies readonly NoticeKind[];

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
      const told = NOTICES.some((kind) => judgement.told[kind].length > 0);
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
    { told }: Judgement,
    { now, policy }: JudgeFacts,
  ): Promise<readonly Composed[]> {
    const { id, envelope } = message;
    const { sender, receivedAt, envelopeId, smtpUtf8, requireTls, holdUntil } = envelope;
    const deliverBy = envelope.deliverBy?.at;
    const { targetOf, notify } = settings();
    const route = targetOf(sender);
    if ('unroutable' in route) {
      emit('bounce.unroutable', { id, recipient: sender, reason: route.unroutable });
      return [];
    }
    const whole = told.failure.length > 0 && returnsWhole(message);
    const start = await startOfMessage(message, whole ? message.size : NOTICE_OCTETS);
    const retryUntil = triedUntil(envelope, policy);
    const times = { receivedAt, triedAt: now, retryUntil, deliverBy, holdUntil };
    const said = { id, sender, ...times, envelopeId, smtpUtf8, requireTls };
    const composed: Composed[] = [];
    for (const kind of NOTICES) {
      const [first, ...others] = told[kind];
      if (first === undefined) continue;
      // RFC 3461 6.2: what tells of no failure returns the header only.
      const content = { start, whole: whole && kind === 'failure' && start.length === message.size };
      const notice: Notice = { ...said, ...content, kind, recipients: [first, ...others] };
      composed.push({ kind, message: notify.compose(notice), recipients: notice.recipients.length });
    }
    return composed;
  }

  /** A notification without the original's header is better than none. */
  async function startOfMessage(message: ActiveMessage, octets: number): Promise<Buffer> {
    try {
      const body = message.body ?? (await spool.body(message.id));
      return body === undefined ? Buffer.alloc(0) : await startOf(body, octets);
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

/** RFC 8689 5: never a message that was to be protected. */
function returnsWhole({ envelope, size }: ActiveMessage): boolean {
  return envelope.ret === 'full' && !envelope.requireTls && size <= WHOLE_OCTETS;
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
