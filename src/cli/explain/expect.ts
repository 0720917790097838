/** `--expect`: what a script wants the verdict to be. */
import type { Decision } from '../../policy/mod.ts';

export const EXPECTATIONS = ['accepted', 'refused', 'relayed', 'inbound', 'forwarded'] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

type Acceptance = Extract<Decision, { verdict: 'accepted' }>['as'];

const NAMES: Record<Acceptance, Expectation> = {
  inbound: 'inbound',
  forward: 'forwarded',
  relay: 'relayed',
  alwaysRelay: 'relayed',
};

/** What became of a recipient in one word; undefined stands for a refusal before the policy was asked. */
export function nameOf(decision: Decision | undefined): Expectation {
  return decision?.verdict === 'accepted' ? NAMES[decision.as] : 'refused';
}

export function isMet(expectation: Expectation, decision: Decision | undefined): boolean {
  const name = nameOf(decision);
  return expectation === name || (expectation === 'accepted' && name !== 'refused');
}
