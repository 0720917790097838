/** A clock and timers that stand still until a test moves them. */
import type { Clock } from '../../std/mod.ts';
import type { Timer } from '../timer.ts';

export interface ManualTime {
  readonly clock: Clock;
  readonly timer: Timer;
  /** When the next timer is due; undefined when none is set. */
  next(): number | undefined;
  /** Moves on by so many milliseconds, and runs what is due on the way, in order. */
  advance(ms: number): void;
}

interface Entry {
  readonly at: number;
  readonly run: () => void;
}

export function manualTime(start: number): ManualTime {
  let now = start;
  const entries = new Set<Entry>();

  function earliest(): Entry | undefined {
    let found: Entry | undefined;
    for (const entry of entries) if (found === undefined || entry.at < found.at) found = entry;
    return found;
  }

  return {
    clock: { now: () => now },
    timer: {
      after(ms, run) {
        const entry = { at: now + ms, run };
        entries.add(entry);
        return () => void entries.delete(entry);
      },
    },
    next: () => earliest()?.at,
    advance(ms) {
      const until = now + ms;
      for (let entry = earliest(); entry !== undefined && entry.at <= until; entry = earliest()) {
        entries.delete(entry);
        now = Math.max(now, entry.at);
        entry.run();
      }
      now = until;
    },
  };
}
