/** Facts that are accepted and must not be, with the trace of the decision. */
import { explain } from '../policy/mod.ts';
import type { Facts } from '../policy/mod.ts';
import { contradiction } from './scene.ts';
import type { Scene } from './scene.ts';
import type { Counterexample } from './types.ts';

/** Throws when `decide()` does not accept the facts. */
export function counterexample(facts: Facts, scene: Scene): Counterexample {
  const decision = scene.ask(facts);
  if (decision.verdict === 'refused') throw contradiction(facts, 'accepted', decision);
  return { facts, explanation: explain(facts, scene.subject.policy) };
}
