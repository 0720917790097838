/** What the checks of several values together are given. */
import type { Policy } from '../../policy/mod.ts';
import type { Config } from '../config.ts';
import type { Path, Positions } from '../positions.ts';
import type { ConfigProblem } from '../problem.ts';
import type { Section } from '../read.ts';
import type { TextProblem } from '../text/problem.ts';

export interface CheckContext {
  readonly config: Config;
  readonly positions: Positions;
  /** Undefined when the routing table itself is wrong. */
  readonly policy: Policy | undefined;
  /** Whether all of these sections could be read: else a name that is missing there may only be misspelt. */
  readonly complete: (...sections: readonly Section[]) => boolean;
}

/** A problem of the value at `path`. */
export function problemAt(
  { positions }: CheckContext,
  path: Path,
  { problem, remedy }: TextProblem,
): ConfigProblem {
  const place = positions.at(path);
  return remedy === undefined ? { place, message: problem } : { place, message: problem, remedy };
}
