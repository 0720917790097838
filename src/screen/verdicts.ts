/** Several verdicts on one thing: each can only narrow what the others leave. */
import { PASS, type Verdict } from './types.ts';

const SEVERITY = { pass: 0, quarantine: 1, refuse: 2 } as const satisfies Record<Verdict['kind'], number>;

/** The first of the strictest. */
export function strictest(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce(stricter, PASS);
}

/** The stricter of two; of two alike the first. */
export function stricter(one: Verdict, other: Verdict): Verdict {
  return SEVERITY[other.kind] > SEVERITY[one.kind] ? other : one;
}
