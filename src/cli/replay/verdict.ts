/** What a replay comes to, in one word. */
import type { HistoryProblem, Replayed } from '../../history/mod.ts';

export type Verdict = 'same' | 'different' | 'cannotTell';

/** `cannotTell`: nothing is seen to change, but not everything could be judged, or read. */
export function verdictOf({ changed, untold }: Replayed, unread: readonly HistoryProblem[]): Verdict {
  if (changed > 0) return 'different';
  return untold > 0 || unread.length > 0 ? 'cannotTell' : 'same';
}
