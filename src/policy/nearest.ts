/** Of the grants that did not fit, those that came nearest: what an administrator wants to read of a refusal. */
import { unmetConditions } from './grants.ts';
import type { Condition, Grant, GrantTable, Question } from './grants.ts';

/** As many as anyone reads; a policy may have ten thousand. */
export const NEAREST = 10;

export interface NearMiss {
  readonly grant: Grant;
  /** At least one. */
  readonly unmet: readonly Condition[];
}

/** At most `NEAREST` grants that do not fit: those with the fewest unmet conditions, earlier ones first among equals. */
export function nearestGrants(table: GrantTable, question: Question): readonly NearMiss[] {
  return table.grants
    .map((grant) => ({ grant, unmet: unmetConditions(grant, question) }))
    .filter(({ unmet }) => unmet.length > 0)
    .sort((a, b) => a.unmet.length - b.unmet.length)
    .slice(0, NEAREST);
}
