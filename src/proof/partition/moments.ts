/** Time, cut where a grant ends. */

/** Atom i begins at `starts[i]`, milliseconds since the epoch, and ends before the next start; the last has no end. */
export interface MomentPartition {
  readonly starts: readonly number[];
  readonly size: number;
}

/** Time from `from` on; -Infinity: all of it. */
export function partitionMoments(ends: Iterable<number>, from: number): MomentPartition {
  const starts = [from, ...new Set([...ends].filter((end) => end > from))].sort((a, b) => a - b);
  return { starts, size: starts.length };
}

/** A moment before the beginning counts as the beginning. */
export function atomOfMoment({ starts }: MomentPartition, at: number): number {
  return Math.max(
    starts.findLastIndex((start) => start <= at),
    0,
  );
}

/** The beginning; the last moment where that is before all time. */
export function momentIn({ starts }: MomentPartition, atom: number): number {
  const start = starts[atom] ?? 0;
  return Number.isFinite(start) ? start : (starts[atom + 1] ?? 1) - 1;
}
