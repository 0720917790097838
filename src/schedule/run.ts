/** Starting jobs as the plan allows, and what their ends mean for the destination. */
import type { Outcome } from '../deliver/mod.ts';
import type { SpooledRecipient } from '../spool/mod.ts';
import type { Clock, Emit } from '../std/mod.ts';
import type { AttemptEnd, MakeAttempt } from './attempt.ts';
import { resting, type Dispatch } from './dispatch.ts';
import type { ScheduleEvents } from './events.ts';
import { isAnswered, type Health, type Rest } from './health.ts';
import type { Job } from './job.ts';
import type { Plan } from './plan.ts';
import type { Settle } from './settle.ts';
import type { Work } from './work.ts';

/** Jobs put off in one go: the event loop belongs to the sessions, too. */
const PUT_OFF_BATCH = 200;

export interface RunOptions {
  readonly plan: Plan<Job>;
  readonly health: Health;
  readonly work: Work;
  readonly clock: Clock;
  readonly emit: Emit<ScheduleEvents>;
  readonly makeAttempt: MakeAttempt;
  readonly dispatch: Dispatch;
  readonly settle: Settle;
  /** Aborts attempts. */
  readonly signal: AbortSignal;
  /** Whether anything may be started now. */
  readonly mayStart: () => boolean;
  /** Grows with every reconfiguration; a job of an older one is routed anew. */
  readonly generation: () => number;
  /** The spool has failed. */
  readonly onFailed: (error: unknown) => void;
}

/** Starts whatever may start now. To be called whenever something became ready or a place became free. */
export type Pump = () => void;

export function createPump(options: RunOptions): Pump {
  const { plan, health, work, clock, emit, makeAttempt, dispatch, settle, signal } = options;
  const { mayStart, generation, onFailed } = options;

  function pump(): void {
    while (mayStart()) {
      const job = plan.next();
      if (job === undefined) return;
      const { message, destination } = job;
      if (message.state === 'active' && job.generation === generation()) {
        void work.using(message, () => run(job));
      } else {
        plan.finished(destination, false);
        if (message.state === 'active') dispatch(message, job.recipients, clock.now());
      }
      // Its place in the plan was a use of the message; it is not the last one while the job runs.
      work.release(message);
    }
  }

  async function run(job: Job): Promise<void> {
    const startedAt = clock.now();
    const answeredBefore = plan.lane(job.destination)?.answered ?? 0;
    const end = await makeAttempt(job, signal);
    const rest = land(job, end, { startedAt, answeredBefore });
    if (rest !== undefined) void work.during(() => putOffAll(job.destination, rest));
    pump();
    if (end.kind === 'lost') return onFailed(end.error);
    const { recipients, outcomes } = signal.aborted ? settledOnly(job, end.outcomes) : { ...job, ...end };
    if (recipients.length === 0) return;
    await settle({ message: job.message, destination: job.destination, recipients, outcomes });
  }

  /** Frees the place in flight; answers with the rest that the destination has to take now. */
  function land(
    job: Job,
    end: AttemptEnd,
    before: { readonly startedAt: number; readonly answeredBefore: number },
  ): Rest | undefined {
    const { destination, target } = job;
    const outcomes = end.kind === 'ended' ? end.outcomes : [];
    const answered = isAnswered(target, outcomes);
    const [outcome] = outcomes;
    let rest: Rest | undefined;
    if (outcome !== undefined && !signal.aborted) {
      const answeredMeanwhile = (plan.lane(destination)?.answered ?? 0) > before.answeredBefore;
      const result = { startedAt: before.startedAt, now: clock.now(), answered, answeredMeanwhile, outcome };
      const change = health.attempted(destination, result);
      if (change?.kind === 'recovered') {
        emit('destination.recovered', { target: destination, failures: change.rest.failures });
      }
      if (change?.kind === 'rests') rest = change.rest;
    }
    plan.finished(destination, answered);
    return rest;
  }

  /** What is ready for a destination that rests makes room for others: it waits on the disk. */
  async function putOffAll(destination: string, rest: Rest): Promise<void> {
    const { failures, until, outcome } = rest;
    const untilText = new Date(until).toISOString();
    emit('destination.rests', { target: destination, until: untilText, failures, reply: outcome.reply });
    const jobs = plan.take(destination);
    for (let at = 0; at < jobs.length; at += PUT_OFF_BATCH) {
      await Promise.all(jobs.slice(at, at + PUT_OFF_BATCH).map((job) => putOff(job, rest)));
    }
  }

  function putOff(job: Job, rest: Rest): Promise<void> {
    const { message } = job;
    const done = work.using(message, async () => {
      if (message.state === 'active') await settle(resting(message, job, rest));
    });
    work.release(message);
    return done;
  }

  return pump;
}

interface Settled {
  readonly recipients: readonly SpooledRecipient[];
  readonly outcomes: readonly Outcome[];
}

/** Of an aborted attempt only what is final counts; the rest was not the peer's fault and stays as it was. */
function settledOnly({ recipients }: Job, outcomes: readonly Outcome[]): Settled {
  const final = outcomes.filter((outcome) => outcome.kind !== 'deferred');
  const indexes = new Set(final.map((outcome) => outcome.index));
  return { recipients: recipients.filter((recipient) => indexes.has(recipient.index)), outcomes: final };
}
