/** One attempt, from the job to its outcomes: the edge at which a courier's bugs are caught. */
import type { Courier, Outcome } from '../deliver/mod.ts';
import type { Body, Spool } from '../spool/mod.ts';
import type { Clock, Emit } from '../std/mod.ts';
import type { ActiveMessage, ActiveSet } from './active.ts';
import { contentOf } from './content.ts';
import type { ScheduleEvents } from './events.ts';
import { ourOwn } from './judge.ts';
import type { Job } from './job.ts';
import { isOverdue } from './retry.ts';

/**
 * `ended`: the courier's outcomes. `broken`: it threw, or was not asked; the outcomes are ours and say nothing about the
 * destination.
 * `lost`: the body could not be had from the spool, which has failed.
 */
export type AttemptEnd =
  | { readonly kind: 'ended' | 'broken'; readonly outcomes: readonly Outcome[] }
  | { readonly kind: 'lost'; readonly error: unknown };

export interface AttemptOptions {
  readonly courier: Courier;
  readonly spool: Spool;
  readonly active: ActiveSet;
  readonly clock: Clock;
  readonly emit: Emit<ScheduleEvents>;
}

/** Makes attempts. The promise never rejects. */
export type MakeAttempt = (job: Job, signal: AbortSignal) => Promise<AttemptEnd>;

export function createAttempts({ courier, spool, active, clock, emit }: AttemptOptions): MakeAttempt {
  return async (job, signal) => {
    const { message, target, recipients } = job;
    let body: Body | undefined = message.body;
    if (isOverdue(message.envelope, clock.now())) return tooLate(job);
    if (body === undefined) {
      try {
        body = await spool.body(message.id);
      } catch (error) {
        return { kind: 'lost', error };
      }
      if (body !== undefined) keepForOthers(message, body);
    }
    try {
      if (body === undefined) throw new Error('the spool has no body for this message');
      const { id, envelope } = message;
      const content = contentOf(body);
      const outcomes = await courier.attempt({ ...envelope, id, target, recipients, content }, signal);
      return { kind: 'ended', outcomes };
    } catch (error) {
      if (!signal.aborted) {
        emit('schedule.bug', { id: message.id, target: job.destination, error: describe(error) });
      }
      const outcomes = recipients.map(({ index }) => ourOwn(index, '4.3.0', 'internal error, see the log'));
      return { kind: 'broken', outcomes };
    }
  };

  /** Other attempts for the message need it as well; it is let go with the message. */
  function keepForOthers(message: ActiveMessage, body: Body): void {
    if (message.uses > 1) active.keep(message, body);
  }
}

/** Its time ran out while it waited for its turn: it is put off, which is then found to be too late. */
function tooLate({ recipients }: Job): AttemptEnd {
  const reply = 'the time that the sender gave (DELIVERBY) was over before it could be delivered';
  return { kind: 'broken', outcomes: recipients.map(({ index }) => ourOwn(index, '4.4.7', reply)) };
}

/** A thrown thing in one line; a bug is worth its stack. */
export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
