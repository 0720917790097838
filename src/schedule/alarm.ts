/** One alarm for the earliest of many times: there is no timer per message. */
import type { Clock } from '../std/mod.ts';
import type { Timer } from './timer.ts';

export interface Alarm {
  /** Rings at `at` (milliseconds since the epoch) at the latest. Does nothing when it rings earlier anyhow. */
  set(at: number): void;
  cancel(): void;
}

/** It looks at the clock this often, in milliseconds, since the clock may be changed while a timer runs. */
const GLANCE_MS = 60_000;

export function createAlarm(options: { clock: Clock; timer: Timer; ring: () => void }): Alarm {
  const { clock, timer, ring } = options;
  let wanted = Infinity;
  let stop: (() => void) | undefined;

  function arm(): void {
    stop?.();
    const wait = Math.min(Math.max(wanted - clock.now(), 0), GLANCE_MS);
    stop = timer.after(wait, () => {
      stop = undefined;
      if (clock.now() < wanted) return arm();
      wanted = Infinity;
      ring();
    });
  }

  return {
    set(at) {
      if (at >= wanted) return;
      wanted = at;
      arm();
    },
    cancel() {
      wanted = Infinity;
      stop?.();
      stop = undefined;
    },
  };
}
