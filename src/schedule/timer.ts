/** Timers, passed in like the clock, so that a test can let days pass. */

export interface Timer {
  /** Calls `run` once after `ms` milliseconds, unless cancelled by calling what is returned. */
  after(ms: number, run: () => void): () => void;
}

export const systemTimer: Timer = {
  after(ms, run) {
    const timeout = setTimeout(run, ms);
    return () => clearTimeout(timeout);
  },
};
