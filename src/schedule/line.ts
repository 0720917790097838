/**
 * A place in line for messages that find no room in memory.
 *
 * The active set is bounded. A destination that gets more than it takes would fill it and then keep everybody else's mail out;
 * so what exceeds its share is put off on the disk, without counting an attempt. Until when? Too early, and the same messages
 * are read and put off again and again; too late, and the destination runs idle. So each gets its own place in line, and the
 * places follow each other at the pace at which the destination finished its jobs of late.
 *
 * Pure: the time is given.
 */

/** The soonest place, and the farthest, in milliseconds from now. */
export const SOONEST_MS = 1_000;
export const FARTHEST_MS = 15 * 60_000;
/** The pace assumed while none has been measured, in milliseconds per job. */
const ASSUMED_PACE_MS = 1;
/** A pace is measured over at least the first and at most the second of these, in milliseconds. */
const MEASURE_MS = 1_000;
const MEASURE_AGAIN_MS = 60_000;

interface Line {
  /** The last place given, milliseconds since the epoch. */
  end: number;
  /** Milliseconds per job. */
  pace: number;
  measuredFrom: number;
  finishedThen: number;
}

export interface Lines {
  /** The next place in a destination's line; `finished` is the number of jobs it has finished, counted up. */
  place(destination: string, now: number, finished: number): number;
  /** Forgets lines whose last place has passed. */
  sweep(now: number): void;
  readonly size: number;
}

export function createLines(): Lines {
  const lines = new Map<string, Line>();
  return {
    get size() {
      return lines.size;
    },
    place(destination, now, finished) {
      let line = lines.get(destination);
      if (line === undefined) {
        line = { end: 0, pace: ASSUMED_PACE_MS, measuredFrom: now, finishedThen: finished };
        lines.set(destination, line);
      }
      measure(line, now, finished);
      const next = Math.max(line.end + line.pace, now + SOONEST_MS);
      line.end = Math.min(next, now + FARTHEST_MS);
      return Math.round(line.end);
    },
    sweep(now) {
      for (const [destination, line] of lines) if (line.end < now) lines.delete(destination);
    },
  };
}

function measure(line: Line, now: number, finished: number): void {
  const elapsed = now - line.measuredFrom;
  const jobs = finished - line.finishedThen;
  const counterRestarted = jobs < 0;
  if (elapsed >= MEASURE_MS && !counterRestarted) line.pace = elapsed / Math.max(jobs, 1);
  if (elapsed >= MEASURE_AGAIN_MS || elapsed < 0 || counterRestarted) {
    line.measuredFrom = now;
    line.finishedThen = finished;
  }
}
