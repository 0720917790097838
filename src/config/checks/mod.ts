/** What only shows when several values are looked at together. */
import type { Config } from '../config.ts';
import type { Positions } from '../positions.ts';
import type { ConfigProblem } from '../problem.ts';
import type { Section } from '../read.ts';
import type { CheckContext } from './context.ts';
import { checkBounds } from './bounds.ts';
import { checkClients } from './clients.ts';
import { checkListeners } from './listeners.ts';
import { checkOurselves } from './ourselves.ts';
import { checkRouting, policyOf, policyProblems } from './routing.ts';
import { checkRules, checkTests } from './rules.ts';
import { checkSending } from './sending.ts';

/** Every problem between the values of a configuration; `incomplete`: sections that could not be read whole. */
export function checkConfig(
  config: Config,
  positions: Positions,
  incomplete: ReadonlySet<string>,
): readonly ConfigProblem[] {
  const complete = (...sections: readonly Section[]): boolean =>
    sections.every(
      (section) =>
        ![...incomplete].some((missing) => section === missing || section.startsWith(`${missing}.`)),
    );
  const isTable = complete('routing.domains', 'routing.literals');
  const context: CheckContext = { config, positions, complete, policy: policyOf(config, isTable) };
  return [
    ...policyProblems(config, isTable),
    ...checkListeners(context),
    ...checkOurselves(context),
    ...checkRouting(context),
    ...checkRules(context),
    ...checkTests(context),
    ...checkSending(context),
    ...checkBounds(context),
    ...checkClients(context),
  ];
}
