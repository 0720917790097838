/** One decision with the steps that led to it. The decision is `decide()`'s: both run the same code. */
import type { Policy } from './compile.ts';
import { evaluate } from './decide.ts';
import { remediesFor } from './remedies.ts';
import { formatReplyCode, replyFor } from './reply.ts';
import type { DecisionReply } from './reply.ts';
import { recordSteps } from './steps.ts';
import type { Step } from './steps.ts';
import type { Decision, Facts } from './types.ts';
import { formatPlace } from './words.ts';

/** For administrators: it names rules and their places. */
export interface Explanation {
  readonly decision: Decision;
  /** What the client is told. */
  readonly reply: DecisionReply;
  readonly steps: readonly Step[];
  /** Sentences: what would have allowed a refused recipient, the nearest first. Empty when accepted. */
  readonly wouldHaveBeenAllowed: readonly string[];
}

export function explain(facts: Facts, policy: Policy): Explanation {
  const steps: Step[] = [];
  const decision = evaluate(facts, policy, recordSteps(steps, facts, policy));
  const reply = replyFor(decision);
  return { decision, reply, steps, wouldHaveBeenAllowed: remediesFor(decision, policy) };
}

/** The numbered steps and the verdict as lines of plain text, without a line end after the last. */
export function formatExplanation(explanation: Explanation): string {
  const { decision, reply, steps, wouldHaveBeenAllowed } = explanation;
  const width = String(steps.length).length;
  const lines = steps.map(({ ok, text, place }, index) => {
    const number = String(index + 1).padStart(width);
    return `${number} ${ok ? '✓' : '✕'} ${text}${place === undefined ? '' : `   ${formatPlace(place)}`}`;
  });
  return [...lines, `→ ${formatVerdict(decision, reply)}`, ...wouldHaveBeenAllowed].join('\n');
}

function formatVerdict(decision: Decision, reply: DecisionReply): string {
  const code = formatReplyCode(reply);
  if (decision.verdict === 'refused') {
    return `Refused${reply.code < 500 ? ' for now' : ''}, ${code} ${reply.text}.`;
  }
  switch (decision.as) {
    case 'inbound':
      return `Accepted for ${decision.recipient.address}, ${code}.`;
    case 'forward':
      return `Accepted to be forwarded, ${code}.`;
    case 'relay':
    case 'alwaysRelay':
      return `Accepted for relay, ${code}.`;
    default:
      return decision.as satisfies never;
  }
}
