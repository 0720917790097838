/** Bringing messages that are due from the disk into the active set. */
import type { Spool, SpooledMessage, SpoolId } from '../spool/mod.ts';
import type { Clock } from '../std/mod.ts';
import type { ActiveSet } from './active.ts';

/** Messages read at once: placing them must not keep the event loop from the sessions for long. */
const BATCH = 500;
/** How long to wait for room in the active set, in milliseconds, unless half of it becomes free before. */
export const ROOM_PAUSE_MS = 1_000;

export interface LoadOptions {
  readonly spool: Spool;
  readonly active: ActiveSet;
  readonly clock: Clock;
  /** Whether to go on. */
  readonly running: () => boolean;
  readonly enter: (message: SpooledMessage) => void;
  /** There is more than fits. */
  readonly overflow: () => void;
  /** The next load is to be at that time, milliseconds since the epoch. */
  readonly wake: (at: number) => void;
}

export interface Loader {
  /** Loads what is due and fits. Rejects when the spool fails. Never more than one at a time. */
  load(): Promise<void>;
  /**
   * A message has left the active set. A load that is under way may have read it before, as something still to be delivered;
   * it must not enter again from there.
   */
  left(id: SpoolId): void;
}

export function createLoader(options: LoadOptions): Loader {
  const { spool, active, clock, running, enter, overflow, wake } = options;
  let leftMeanwhile: Set<SpoolId> | undefined;

  /** Resolves to `more` when more may be due, and to `later` when that will be looked at again. */
  async function loadBatch(): Promise<'more' | 'done' | 'later'> {
    const limit = Math.min(BATCH, active.room);
    if (limit === 0) {
      overflow();
      return 'later';
    }
    leftMeanwhile = new Set();
    const due = await spool.due(clock.now(), limit, new Set(active.ids()));
    for (const message of due) {
      if (!running()) return 'later';
      if (active.get(message.id) === undefined && !leftMeanwhile.has(message.id)) enter(message);
    }
    return due.length === limit ? 'more' : 'done';
  }

  return {
    left: (id) => void leftMeanwhile?.add(id),
    async load() {
      try {
        while (running()) {
          const loaded = await loadBatch();
          if (loaded === 'later') return;
          if (loaded === 'more') continue;
          // Whatever else was known of times to come went with the alarm that led here.
          const next = await spool.nextDue(new Set(active.ids()));
          if (next !== undefined) wake(next);
          return;
        }
      } finally {
        leftMeanwhile = undefined;
      }
    },
  };
}
