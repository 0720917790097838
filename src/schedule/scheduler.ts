/**
 * The scheduler: it knows what to try next and when.
 *
 * A message enters the active set when it is offered or loaded (`load.ts`), its due recipients become jobs (`dispatch.ts`), jobs
 * wait in the plan for their turn (`plan.ts`), an attempt gives outcomes (`run.ts`), and those are recorded (`settle.ts`). When
 * nothing of the message is left to do in memory it leaves; what was put off is loaded again when it is due. There is one
 * timer, and no cost per message that grows with the queue.
 *
 * What holds throughout: a message in the active set is never loaded a second time, so no recipient is ever in flight twice;
 * and whatever is in memory is in the spool as well, so all of it can be lost at any moment.
 */
import type { Body, SpooledMessage, SpooledRecipient } from '../spool/mod.ts';
import { createActiveSet, type ActiveMessage } from './active.ts';
import { createAlarm } from './alarm.ts';
import { createAttempts } from './attempt.ts';
import { createDispatch } from './dispatch.ts';
import { createExclusive } from '../std/mod.ts';
import { createHealth } from './health.ts';
import type { Job } from './job.ts';
import { createLines } from './line.ts';
import { createLoader, ROOM_PAUSE_MS } from './load.ts';
import { createOperations } from './operate.ts';
import { createPlan, type PlanLimits } from './plan.ts';
import { createRecorder } from './recorder.ts';
import { createPump } from './run.ts';
import { createSettle, noteDue } from './settle.ts';
import { takeSnapshot } from './snapshot.ts';
import { systemTimer } from './timer.ts';
import type { Scheduler, SchedulerOptions, SchedulerState, Settings } from './types.ts';
import { createTurn } from './turn.ts';
import { createWork } from './work.ts';

/** How often what is remembered of destinations is looked through, in milliseconds. */
const SWEEP_MS = 60_000;
/** Destinations in a snapshot unless the caller wants another number. */
const SNAPSHOT_DESTINATIONS = 100;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { spool, courier, clock, emit, onFailed, timer = systemTimer } = options;
  let settings: Settings = options;
  let generation = 0;
  let state: SchedulerState = 'idle';
  /** More is due than fits into memory. */
  let overflowed = false;
  let loadQueued = false;
  let sweptAt = 0;

  const abort = new AbortController();
  const exclusive = createExclusive();
  const shared = { spool, clock, emit, settings: () => settings };
  const active = createActiveSet(settings.active);
  const health = createHealth();
  const lines = createLines();
  const plan = createPlan<Job>(planLimits());
  const work = createWork({ leave, onBug: fail });
  const alarm = createAlarm({ clock, timer, ring: () => void load() });
  const recorder = createRecorder({ spool, timer, emit, onResumed: () => pump(), onFailed: fail });
  const settle = createSettle({ ...shared, recorder, offer });
  const dispatch = createDispatch({
    active,
    plan,
    health,
    lines,
    settings: () => settings,
    generation: () => generation,
    settle: (settling) => void work.using(settling.message, () => settle(settling)),
    postpone: (message, recipients, until) => {
      void work.using(message, () => postpone(message, recipients, until));
    },
  });
  const pump = createPump({
    plan,
    health,
    work,
    clock,
    emit,
    dispatch,
    settle,
    makeAttempt: createAttempts({ courier, spool, active, clock, emit }),
    signal: abort.signal,
    mayStart: () => state === 'running' && !recorder.stalled,
    generation: () => generation,
    onFailed: fail,
  });
  const loader = createLoader({
    spool,
    active,
    clock,
    wake,
    overflow,
    running: () => state === 'running',
    enter,
  });
  const queue = { ...shared, recorder, active, health, exclusive, wake };
  const operations = createOperations({ ...queue, release: work.release });
  const turn = createTurn(queue);

  /** The one setter: `failed` and `closed` are final, and nothing becomes `running` again. */
  function setState(next: SchedulerState): void {
    if (state === 'closed' || (state === 'failed' && next !== 'closed')) return;
    state = next;
    if (next !== 'running') alarm.cancel();
  }

  function planLimits(): PlanLimits {
    const { total, perDestination } = settings.concurrency;
    return {
      total,
      // One at a time on probation.
      perDestination: (destination) =>
        health.size > 0 && health.rest(destination) !== undefined ? 1 : perDestination,
    };
  }

  function wake(at: number): void {
    if (state === 'running') alarm.set(at);
  }

  function overflow(): void {
    overflowed = true;
    wake(clock.now() + ROOM_PAUSE_MS);
  }

  function offer(message: SpooledMessage, body: Body): void {
    if (state !== 'running' || active.get(message.id) !== undefined) return;
    if (active.room === 0) return overflow();
    enter(message, body);
  }

  /** Takes a message into memory and gives its due recipients a place. */
  function enter(message: SpooledMessage, body?: Body): void {
    const now = clock.now();
    const entered = active.enter(message);
    if (body !== undefined) active.keep(entered, body);
    entered.uses += 1;
    const due = message.recipients.filter((recipient) => !recipient.held && recipient.nextAttempt <= now);
    for (const { held, nextAttempt } of message.recipients) {
      if (!held && nextAttempt > now) entered.nextDue = Math.min(entered.nextDue, nextAttempt);
    }
    dispatch(entered, due, now);
    work.release(entered);
    pump();
  }

  /** Nothing of the message is left to do in memory. */
  function leave(message: ActiveMessage): void {
    active.leave(message);
    loader.left(message.id);
    if (message.nextDue !== Infinity) wake(message.nextDue);
    if (overflowed && active.room * 2 >= settings.active.messages) {
      overflowed = false;
      wake(clock.now());
    }
  }

  /** No attempt was made and nothing is said of the recipients but that they wait. */
  async function postpone(
    message: ActiveMessage,
    recipients: readonly SpooledRecipient[],
    until: number,
  ): Promise<void> {
    const changes = recipients.map(({ index, attempts, lastReply, warned }) => {
      return {
        kind: 'defer',
        id: message.id,
        index,
        attempts,
        nextAttempt: until,
        lastReply,
        warned,
      } as const;
    });
    if (await recorder.record(changes)) noteDue(message, changes);
  }

  async function load(): Promise<void> {
    const now = clock.now();
    if (now >= sweptAt + SWEEP_MS) {
      sweptAt = now;
      health.sweep(now);
      lines.sweep(now);
    }
    if (loadQueued) return;
    loadQueued = true;
    try {
      await exclusive(() => {
        loadQueued = false;
        return loader.load();
      });
    } catch (error) {
      fail(error);
    }
  }

  function fail(error: unknown): void {
    if (state === 'failed' || state === 'closed') return;
    setState('failed');
    abort.abort();
    recorder.giveUp();
    emit('schedule.failed', { error: String(error) });
    onFailed(error);
  }

  async function drain(signal: AbortSignal): Promise<void> {
    setState('draining');
    const giveUp = (): void => {
      abort.abort();
      recorder.giveUp();
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    await exclusive(() => work.idle());
    signal.removeEventListener('abort', giveUp);
  }

  function reconfigure(changed: Partial<Settings>): void {
    settings = { ...settings, ...changed };
    generation += 1;
    active.resize(settings.active);
    plan.refresh(planLimits());
    pump();
  }

  return {
    ...operations,
    turn,
    offer,
    drain,
    reconfigure,
    start() {
      if (state !== 'idle') throw new Error(`the scheduler cannot start: it is ${state}`);
      setState('running');
      wake(clock.now());
    },
    snapshot: (most = SNAPSHOT_DESTINATIONS) => takeSnapshot({ state, active, plan, health }, most),
    async [Symbol.asyncDispose]() {
      await drain(AbortSignal.abort());
      setState('closed');
    },
  };
}
