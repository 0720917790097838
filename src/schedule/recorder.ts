/**
 * Recording changes in the spool.
 *
 * A full disk is the one failure that passes: the transaction did not happen and the same changes are tried again until they
 * can be written, since a delivery that was made and not recorded would be made twice. While an outcome waits to be recorded
 * no attempt is started. (A notification that waits for room stops nothing: deliveries are what makes room.) Every other
 * failure of the spool is final: nothing is tried again as if it had worked.
 */
import { SpoolError, type Spool, type SpoolChange } from '../spool/mod.ts';
import type { Emit } from '../std/mod.ts';
import type { ScheduleEvents } from './events.ts';
import type { Timer } from './timer.ts';

/** How long to wait for room on the disk, in milliseconds. */
const FULL_PAUSE_MS = 1_000;

export interface Recorder {
  /** Outcomes wait for room on the disk: nothing may be started. */
  readonly stalled: boolean;
  /**
   * Resolves to true when the disk has the changes, to false when they were given up; then the spool is as it was. Rejects
   * for changes that no spool could make: a bug.
   */
  record(changes: readonly SpoolChange[]): Promise<boolean>;
  /** Gives up what waits for room, and whatever would have to wait from now on. */
  giveUp(): void;
}

export interface RecorderOptions {
  readonly spool: Spool;
  readonly timer: Timer;
  readonly emit: Emit<ScheduleEvents>;
  /** Attempts may be started again. */
  readonly onResumed: () => void;
  /** The spool has failed; called for every call that could not be recorded. */
  readonly onFailed: (error: unknown) => void;
}

export function createRecorder({ spool, timer, emit, onResumed, onFailed }: RecorderOptions): Recorder {
  /** Ends the pause of a change that waits for room. */
  const pauses = new Set<() => void>();
  let waiting = 0;
  let waited = 0;
  let givenUp = false;

  function failed(error: unknown): false {
    if (!(error instanceof SpoolError)) throw error;
    onFailed(error);
    return false;
  }

  async function pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    pauses.add(resolve);
    const cancel = timer.after(FULL_PAUSE_MS, resolve);
    await promise;
    cancel();
    pauses.delete(resolve);
  }

  /** Tries again until there is room. */
  async function insist(changes: readonly SpoolChange[]): Promise<boolean> {
    for (;;) {
      if (givenUp) return false;
      await pause();
      if (givenUp) return false;
      try {
        await spool.commit(changes);
        return true;
      } catch (error) {
        if (!isFull(error)) return failed(error);
      }
    }
  }

  async function waitForRoom(changes: readonly SpoolChange[], error: unknown): Promise<boolean> {
    if (changes.some((change) => change.kind === 'append')) return insist(changes);
    if (waiting === 0) emit('schedule.stalled', { error: String(error) });
    waiting += 1;
    waited += 1;
    const recorded = await insist(changes);
    waiting -= 1;
    if (waiting === 0) {
      if (recorded) emit('schedule.resumed', { outcomes: waited });
      waited = 0;
      if (recorded) onResumed();
    }
    return recorded;
  }

  return {
    get stalled() {
      return waiting > 0;
    },
    async record(changes) {
      try {
        await spool.commit(changes);
        return true;
      } catch (error) {
        return isFull(error) ? waitForRoom(changes, error) : failed(error);
      }
    },
    giveUp() {
      givenUp = true;
      for (const end of pauses) end();
    },
  };
}

function isFull(error: unknown): boolean {
  return error instanceof SpoolError && error.code === 'full';
}
