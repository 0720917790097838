/** Several verdicts on one thing: each can only narrow what the others leave. */
import { PASS, type Verdict } from './types.ts';

const SEVERITY = { pass: 0, quarantine: 1, refuse: 2 } as const satisfies Record<Verdict['kind'], number>;

/** The first of the strictest. */
export function strictest(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((worst, next) => (SEVERITY[next.kind] > SEVERITY[worst.kind] ? next : worst), PASS);
}
