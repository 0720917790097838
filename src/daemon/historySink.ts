/** What a worker remembers of its mail: from what sessions and the schedule tell to records, which go to the supervisor. */
import { HistorySink, type HistoryRecord } from '../history/mod.ts';
import type { HistoryEvents } from '../history/mod.ts';
import { formatRule, type Decision } from '../policy/mod.ts';
import type { RecipientTried, ScheduleEvents } from '../schedule/mod.ts';
import type { SessionHistory } from '../session/mod.ts';
import { formatReply } from '../smtp/mod.ts';
import type { Clock, Emit, EventOf } from '../std/mod.ts';
import type { SupervisorChannel } from './upward.ts';

export interface HistorySinkOptions {
  readonly supervisor: SupervisorChannel;
  /** Whether anything is recorded; a reload may change it. */
  readonly recorded: () => boolean;
  readonly clock: Clock;
  readonly emit: Emit<HistoryEvents>;
}

export interface WorkerHistory {
  readonly sessions: SessionHistory;
  /** Listens to the schedule: what it emits is recorded, then passed on. */
  tap(emit: Emit<ScheduleEvents>): Emit<ScheduleEvents>;
  /** Resolves when everything is with the supervisor. */
  flush(): Promise<void>;
}

export function historySink({ supervisor, recorded, clock, emit }: HistorySinkOptions): WorkerHistory {
  const sink = new HistorySink({
    send: (batch, sent) => supervisor.tell('history', batch, sent),
    clock,
    emit,
  });
  const add = (record: HistoryRecord): void => {
    if (recorded()) sink.add(record);
  };
  return {
    sessions: {
      decided: ({ session, transaction, helo, decision, reply, restrained }) =>
        add({
          kind: 'decision',
          session,
          transaction,
          helo,
          ...factsOf(decision),
          reply: formatReply(reply).trimEnd(),
          restrained,
        }),
      accepted: ({ messageId, ...message }) =>
        add({ kind: 'message', ...message, messageId: messageId ?? null }),
    },
    tap:
      (pass) =>
      (...event) => {
        const record = recordOf(event, clock.now());
        if (record !== undefined) add(record);
        pass(...event);
      },
    flush: () => sink.flush(),
  };
}

function factsOf(
  decision: Decision,
): Omit<
  Extract<HistoryRecord, { kind: 'decision' }>,
  'kind' | 'session' | 'transaction' | 'helo' | 'reply' | 'restrained'
> {
  const { facts, rule, recipient } = decision;
  return {
    at: facts.at,
    client: facts.client.text,
    localAddress: facts.localAddress.text,
    listener: facts.listener,
    account: facts.account ?? null,
    sender: facts.sender?.address ?? '',
    recipient: facts.recipient.address,
    address: recipient.address,
    mailbox: facts.mailbox,
    outcome: decision.verdict === 'accepted' ? decision.as : decision.reason,
    rule: formatRule(rule),
  };
}

/** Undefined for what does not concern a recipient of a message. */
function recordOf([name, fields]: EventOf<ScheduleEvents>, at: number): HistoryRecord | undefined {
  switch (name) {
    case 'recipient.delivered':
      return attemptOf(fields, { at, outcome: 'delivered' });
    case 'recipient.deferred':
      return attemptOf(fields, { at, outcome: 'deferred' });
    case 'recipient.failed':
      return attemptOf(fields, { at, outcome: fields.expired ? 'expired' : 'failed' });
    case 'recipient.deleted':
      return {
        kind: 'attempt',
        at,
        id: fields.id,
        recipient: fields.recipient,
        outcome: 'deleted',
        remote: null,
        reply: '',
      };
    case 'bounce.queued':
      return {
        kind: 'notice',
        at,
        id: fields.notification,
        about: fields.id,
        notice: fields.kind,
        recipient: fields.recipient,
      };
    case 'bounce.suppressed':
    case 'bounce.unroutable':
    case 'destination.rests':
    case 'destination.recovered':
    case 'queue.rescheduled':
    case 'queue.turned':
    case 'queue.held':
    case 'queue.released':
    case 'queue.removed':
    case 'schedule.stalled':
    case 'schedule.resumed':
    case 'schedule.failed':
    case 'schedule.bug':
      return undefined;
    default:
      return name satisfies never;
  }
}

type Attempt = Extract<HistoryRecord, { kind: 'attempt' }>;

function attemptOf(
  { id, recipient, remote, reply }: RecipientTried,
  { at, outcome }: Pick<Attempt, 'at' | 'outcome'>,
): Attempt {
  return { kind: 'attempt', at, id, recipient, outcome, remote, reply };
}
