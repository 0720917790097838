/** Bounds how often the same thing is told: at once, and then with how often it happened since. */

export interface Telling {
  /** It happened again: how often since it was told last, when it is to be told now. `now`: milliseconds. */
  note(now: number): number | undefined;
}

export function createTelling(everyMs: number): Telling {
  let times = 0;
  let told: number | undefined;
  return {
    note(now) {
      times += 1;
      if (told !== undefined && now - told < everyMs) return undefined;
      const count = times;
      times = 0;
      told = now;
      return count;
    },
  };
}
