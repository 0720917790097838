/** A bound on how much runs at once and how much waits for it, first come, first served. */

export interface GateOptions {
  /** At most this many inside. */
  readonly running: number;
  /** At most this many waiting to get in. */
  readonly waiting: number;
}

export interface Gate {
  /**
   * Resolves to true once inside; the caller then owes one `leave()`. Resolves to false, and nothing is owed, when as many
   * wait as may or when the signal aborts first.
   */
  enter(signal?: AbortSignal): Promise<boolean>;
  leave(): void;
}

export function createGate(options: GateOptions): Gate {
  let running = 0;
  /** In order of arrival: what lets each one in. */
  const waiting = new Set<() => void>();

  function enter(signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted === true) return Promise.resolve(false);
    if (running < options.running) {
      running += 1;
      return Promise.resolve(true);
    }
    if (waiting.size >= options.waiting) return Promise.resolve(false);
    return queue(signal);
  }

  function queue(signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const admit = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve(true);
      };
      const giveUp = (): void => {
        waiting.delete(admit);
        resolve(false);
      };
      waiting.add(admit);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    // The place passes on as it is, so that nobody who comes now gets in before those who wait.
    waiting.delete(next);
    next();
  }

  return { enter, leave };
}
