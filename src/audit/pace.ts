/** How fast the audit talks: so many commands a second, and so many in all. */
import type { Clock } from '../std/mod.ts';

export interface Pace {
  /** Waits for its turn; what it says instead of going on ends the audit. */
  turn(): Promise<'go' | 'interrupted' | 'over'>;
  /** Waits, unless interrupted. */
  pause(ms: number): Promise<void>;
}

export interface PaceOptions {
  /** Undefined: as fast as the server answers. */
  readonly perSecond: number | undefined;
  /** Commands in all. */
  readonly most: number;
  /** When the audit has to be over, milliseconds since the epoch. */
  readonly until: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export function createPace({ perSecond, most, until, clock, signal }: PaceOptions): Pace {
  let next = 0;
  let spent = 0;

  async function pause(ms: number): Promise<void> {
    if (signal.aborted || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  return {
    pause,
    async turn() {
      if (signal.aborted) return 'interrupted';
      spent += 1;
      if (spent > most || clock.now() >= until) return 'over';
      if (perSecond === undefined) return 'go';
      // Steady, never in bursts: a server that watches us sees the rate it was promised.
      const now = performance.now();
      const at = Math.max(next, now);
      next = at + 1000 / perSecond;
      await pause(at - now);
      return signal.aborted ? 'interrupted' : 'go';
    },
  };
}
