/**
 * A deadline that is moved very often and almost never met: moving it is one assignment. The timer behind it is armed again
 * only when it fires too early, or when the new deadline is sooner than it would fire.
 */
export interface Deadline {
  /** In so many milliseconds from now. */
  set(ms: number): void;
  /** For good: leaves no timer. */
  stop(): void;
}

export function createDeadline(expired: () => void): Deadline {
  let due = Number.POSITIVE_INFINITY;
  let fires = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function arm(ms: number): void {
    clearTimeout(timer);
    fires = performance.now() + ms;
    timer = setTimeout(look, ms);
  }

  function look(): void {
    fires = Number.POSITIVE_INFINITY;
    const left = due - performance.now();
    // Timers may fire up to a millisecond early.
    if (left >= 1) arm(left);
    else expired();
  }

  return {
    set(ms) {
      due = performance.now() + ms;
      if (due < fires) arm(ms);
    },
    stop() {
      clearTimeout(timer);
      fires = Number.POSITIVE_INFINITY;
    },
  };
}
