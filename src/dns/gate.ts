/** Lets a bounded number of things happen at once; a bounded number of others wait in line; who comes then is turned away. */

export interface Gate {
  /** After `inside`, `leave()` must follow. `full`: the line is full too. `cancelled`: `signal` aborted while waiting. */
  enter(signal: AbortSignal): Promise<'inside' | 'full' | 'cancelled'>;
  leave(): void;
}

export interface GateLimits {
  readonly inside: number;
  readonly waiting: number;
}

export function createGate(limits: GateLimits): Gate {
  // A Set keeps the order of arrival, and one who gives up leaves it at once.
  const waiting = new Set<() => void>();
  let inside = 0;
  return {
    enter(signal) {
      if (signal.aborted) return Promise.resolve('cancelled');
      if (inside < limits.inside) {
        inside += 1;
        return Promise.resolve('inside');
      }
      if (waiting.size >= limits.waiting) return Promise.resolve('full');
      return new Promise((resolve) => {
        const admit = (): void => {
          signal.removeEventListener('abort', giveUp);
          resolve('inside');
        };
        const giveUp = (): void => {
          waiting.delete(admit);
          resolve('cancelled');
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
