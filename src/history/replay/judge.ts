/** A recorded decision, judged again: `decide()` is asked with the facts of then, and its answer compared with that of then. */
import { decide, formatRule } from '../../policy/mod.ts';
import type { Decision, Policy, RuleRef } from '../../policy/mod.ts';
import type { DecisionRecord } from '../types.ts';
import { effectOf, isAccepted } from './effect.ts';
import type { Effect } from './effect.ts';
import { createRecall } from './facts.ts';
import type { Lookup, Recalled } from './facts.ts';

export type Judgement =
  | {
      readonly kind: 'judged';
      /** What it would be. */
      readonly decision: Decision;
      readonly before: Effect;
      readonly after: Effect;
      /** The rule that would decide, as `formatRule()` writes it. */
      readonly rule: string;
      /** The mailbox was not asked for then: it is judged by what the directory says today. */
      readonly today: boolean;
    }
  | { readonly kind: 'cannotTell'; readonly missing: Exclude<Recalled, { kind: 'facts' }> };

export type ChangeKind = 'opens' | 'closes' | 'alters';

/** Judges by `policy`. What restrained a decision that the policy had accepted (a limit, say) is not part of it. */
export function createJudge(policy: Policy, lookup: Lookup): (record: DecisionRecord) => Judgement {
  const recall = createRecall(policy, lookup);
  // A policy has one object for each of its rules.
  const rules = new Map<RuleRef, string>();
  const nameOf = (rule: RuleRef): string => {
    const known = rules.get(rule);
    if (known !== undefined) return known;
    const name = formatRule(rule);
    rules.set(rule, name);
    return name;
  };

  return (record) => {
    const recalled = recall(record);
    if (recalled.kind !== 'facts') return { kind: 'cannotTell', missing: recalled };
    const decision = decide(recalled.facts, policy);
    return {
      kind: 'judged',
      decision,
      before: effectOf(record.outcome),
      after: effectOf(decision.verdict === 'accepted' ? decision.as : decision.reason),
      rule: nameOf(decision.rule),
      today: recalled.today,
    };
  };
}

/** What kind of change two different effects are. */
export function changeOf(before: Effect, after: Effect): ChangeKind {
  if (isAccepted(before) === isAccepted(after)) return 'alters';
  return isAccepted(after) ? 'opens' : 'closes';
}
