/** The waits of a session for a time, which end with it: nothing of a session that is over stays in a timer. */
import type { After } from './types.ts';

export class Waiting {
  readonly #after: After;
  readonly #waits = new Set<() => void>();

  constructor(after: After) {
    this.#after = after;
  }

  /** Resolves after so many milliseconds, or with `release()`. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waits.delete(end);
        cancel();
        resolve();
      };
      this.#waits.add(end);
      const cancel = this.#after(milliseconds, end);
    });
  }

  /** Nobody waits any longer. */
  release(): void {
    for (const end of this.#waits) end();
  }
}
