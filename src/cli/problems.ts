/** Configuration problems as lines. */
import { formatProblems } from '../config/mod.ts';
import type { ConfigProblem } from '../config/mod.ts';
import type { Problem } from '../api/mod.ts';
import { printable } from './printable.ts';

/** One line a problem, with its place: `postern.yaml:27:18: …`. */
export function describeProblems(problems: readonly (ConfigProblem | Problem)[], color = false): string {
  const clean = problems.map(({ place, message, remedy }): ConfigProblem => {
    const shown = { place, message: printable(message) };
    return remedy === undefined ? shown : { ...shown, remedy: printable(remedy) };
  });
  return formatProblems(clean, { color });
}
