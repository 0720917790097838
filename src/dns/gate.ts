/** Lets a bounded number of things happen at once; the others wait in line. */

export interface Gate {
  /** True once inside, then `leave()` must follow; false when `signal` aborted while waiting. */
  enter(signal: AbortSignal): Promise<boolean>;
  leave(): void;
}

export function createGate(limit: number): Gate {
  // A Set keeps the order of arrival, and one who gives up leaves it at once.
  const waiting = new Set<() => void>();
  let inside = 0;
  return {
    enter(signal) {
      if (signal.aborted) return Promise.resolve(false);
      if (inside < limit) {
        inside += 1;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        const admit = (): void => {
          signal.removeEventListener('abort', giveUp);
          resolve(true);
        };
        const giveUp = (): void => {
          waiting.delete(admit);
          resolve(false);
        };
        waiting.add(admit);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
    leave() {
      const next = waiting.values().next();
      if (next.done === true) {
        inside -= 1;
        return;
      }
      // The place passes straight on.
      waiting.delete(next.value);
      next.value();
    },
  };
}
