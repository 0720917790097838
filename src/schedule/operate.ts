/** What an administrator does to the queue. */
import type { Spool, SpoolChange, SpooledMessage, SpoolId } from '../spool/mod.ts';
import type { Clock, Emit } from '../std/mod.ts';
import type { ActiveMessage, ActiveSet } from './active.ts';
import type { ScheduleEvents } from './events.ts';
import type { Exclusive } from '../std/mod.ts';
import type { Health } from './health.ts';
import type { Recorder } from './recorder.ts';
import { groupByTarget } from './target.ts';
import type { Scheduler, Settings } from './types.ts';

/** Messages changed in one transaction. */
const PAGE = 500;

export interface OperateOptions {
  readonly spool: Spool;
  readonly recorder: Recorder;
  readonly active: ActiveSet;
  readonly health: Health;
  readonly clock: Clock;
  readonly emit: Emit<ScheduleEvents>;
  /** Shared with loading: a load under way may be bringing in what is changed here. */
  readonly exclusive: Exclusive;
  readonly settings: () => Settings;
  readonly wake: (at: number) => void;
  /** One use of the message has ended. */
  readonly release: (message: ActiveMessage) => void;
}

export type Operations = Pick<Scheduler, 'retry' | 'hold' | 'release' | 'remove'>;

export function createOperations(options: OperateOptions): Operations {
  const { spool, recorder, active, health, clock, emit, exclusive, settings, wake, release } = options;

  return {
    retry: (ids) =>
      exclusive(async () => {
        const messages = ids === 'all' ? await retryAll() : await retryThese(ids);
        if (messages > 0) emit('queue.rescheduled', { messages });
        return messages;
      }),
    hold: (id) => exclusive(() => setHeld(id, true)),
    release: (id) => exclusive(() => setHeld(id, false)),
    async remove(id) {
      const { removed } = await exclusive(async () => {
        const message = active.get(id);
        if (message === undefined) return { removed: await removeFromSpool(id) };
        // Waited for outside: an attempt in flight may take minutes, and others want to load and operate meanwhile.
        return { removed: (message.removal ??= removeActive(message)) };
      });
      return removed;
    },
  };

  async function retryAll(): Promise<number> {
    health.probeAll(clock.now());
    let changed = 0;
    let after: SpoolId | undefined;
    for (;;) {
      const filter = { held: false, limit: PAGE };
      const page = await spool.list(after === undefined ? filter : { ...filter, after });
      changed += await reschedule(page);
      after = page.at(-1)?.id;
      if (after === undefined || page.length < PAGE) return changed;
    }
  }

  async function retryThese(ids: readonly SpoolId[]): Promise<number> {
    let changed = 0;
    for (let at = 0; at < ids.length; at += PAGE) {
      const found = await Promise.all(ids.slice(at, at + PAGE).map((id) => spool.get(id)));
      const messages = found.filter((message) => message !== undefined).filter((message) => !isHeld(message));
      for (const message of messages) endRests(message);
      changed += await reschedule(messages);
    }
    return changed;
  }

  /** Makes messages due now; resolves to how many. */
  async function reschedule(messages: readonly SpooledMessage[]): Promise<number> {
    if (messages.length === 0) return 0;
    const now = clock.now();
    const changes = messages.map(({ id, envelope }): SpoolChange => ({
      kind: 'reschedule',
      id,
      nextAttempt: soonest(envelope, now),
      held: false,
    }));
    if (!(await recorder.record(changes))) return 0;
    for (const { id, envelope } of messages) dueAt(id, soonest(envelope, now));
    return messages.length;
  }

  function endRests(message: SpooledMessage): void {
    const now = clock.now();
    for (const { destination } of groupByTarget(message.recipients, settings().targetOf).groups) {
      health.probe(destination, now);
    }
  }

  async function setHeld(id: SpoolId, held: boolean): Promise<boolean> {
    const spooled = await spool.get(id);
    if (spooled === undefined) return false;
    const nextAttempt = soonest(spooled.envelope, clock.now());
    const message = active.get(id);
    // First here, so that nothing is started while it is being recorded.
    if (held && message?.state === 'active') message.state = 'held';
    if (!(await recorder.record([{ kind: 'reschedule', id, nextAttempt, held }]))) return false;
    emit(held ? 'queue.held' : 'queue.released', { id });
    if (held) return true;
    if (message?.state === 'held') message.state = 'active';
    dueAt(id, nextAttempt);
    return true;
  }

  /** A message in memory is loaded again when it leaves, the others at once. */
  function dueAt(id: SpoolId, at: number): void {
    const message = active.get(id);
    if (message === undefined) wake(at);
    else message.nextDue = at;
  }

  async function removeActive(message: ActiveMessage): Promise<boolean> {
    message.state = 'removed';
    message.uses += 1;
    try {
      await landing(message);
      return await removeFromSpool(message.id);
    } finally {
      release(message);
    }
  }

  async function removeFromSpool(id: SpoolId): Promise<boolean> {
    const message = await spool.get(id);
    if (message === undefined) return false;
    const removed = await recorder.record([{ kind: 'remove', id }]);
    if (!removed) return false;
    emit('queue.removed', { id });
    for (const { address } of message.recipients)
      emit('recipient.deleted', { id, recipient: address, sender: message.envelope.sender });
    return true;
  }
}

/** Now, but not before its sender lets it go (RFC 4865): that is not ours to overrule. */
function soonest({ holdUntil }: SpooledMessage['envelope'], now: number): number {
  return Math.max(now, holdUntil ?? now);
}

function isHeld(message: SpooledMessage): boolean {
  return message.recipients.every((recipient) => recipient.held);
}

/** Waits until nothing of a message is in flight. Nothing new is started for one that is being removed. */
function landing(message: ActiveMessage): Promise<void> {
  if (message.inFlight === 0) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  message.landed = resolve;
  return promise;
}
