/**
 * A recorded decision, judged again: `decide()` is asked with the facts of then, and its answer compared with that of then.
 *
 * All facts are recorded, but for one that belongs to the policy: whether the mailbox exists at which the routes end. When the policy
 * that is asked ends at the same mailbox, what the directory said then counts. When it ends at another, nobody asked for that one
 * then, and the directory is asked now.
 */
import type { Mailbox } from '../../mail/mod.ts';
import { decide, formatRule } from '../../policy/mod.ts';
import type { Decision, MailboxFact, Policy, RuleRef } from '../../policy/mod.ts';
import type { DecisionRecord } from '../types.ts';
import { effectOf, isAccepted } from './effect.ts';
import type { Effect } from './effect.ts';
import { caseOf } from './facts.ts';
import type { Case, RecordedFacts, Unreadable } from './facts.ts';
import { Memo } from './memo.ts';

export type Judgement =
  | {
      readonly kind: 'judged';
      /** What it would be. */
      readonly decision: Decision;
      readonly before: Effect;
      readonly after: Effect;
      /** The rule that decided then, as `formatRule()` writes it. */
      readonly ruleBefore: string;
      /** The rule that would decide. */
      readonly rule: string;
      /** The mailbox was not asked for then: it is judged by what the directory says today. */
      readonly today: boolean;
    }
  | { readonly kind: 'cannotTell'; readonly missing: Missing };

/** Why a decision cannot be judged. `mailbox`: it was not asked for then, and cannot be asked for now. */
export type Missing = 'mailbox' | Unreadable['unreadable'];

export type ChangeKind = 'opens' | 'closes' | 'alters';

/** What the directory says of a mailbox today. */
export type Lookup = (mailbox: Mailbox) => MailboxFact;

export type Judge = (record: DecisionRecord) => Judgement;

/** So many answers of the directory are remembered, as a power of 2. */
const REMEMBERED = 14;

/** Judges by `policy`. What restrained a decision that the policy had accepted (a limit, say) is not part of it. */
export function createJudge(policy: Policy, lookup: Lookup): Judge {
  const judge = createCaseJudge(policy, lookup);
  return (record) => judge(caseOf(record));
}

/** The same for decisions that were read as cases. */
export function createCaseJudge(policy: Policy, lookup: Lookup): (one: Case) => Judgement {
  const today = rememberLookup(lookup);
  const nameOf = rememberNames();

  return (one) => {
    if ('unreadable' in one) return { kind: 'cannotTell', missing: one.unreadable };
    const first = decide(one, policy);
    if (one.senderProblem) return { kind: 'cannotTell', missing: 'sender' };
    if (!endsInMailbox(first) || wasAskedFor(first.recipient, one)) return judged(one, first, false);
    const now = today(first.recipient);
    if (now === 'unavailable') return { kind: 'cannotTell', missing: 'mailbox' };
    return judged(one, decide(one.withMailbox(now), policy), true);
  };

  function judged({ verdict }: RecordedFacts, decision: Decision, byToday: boolean): Judgement {
    return {
      kind: 'judged',
      decision,
      before: effectOf(verdict.outcome),
      after: effectOf(outcomeOf(decision)),
      ruleBefore: verdict.rule,
      rule: nameOf(decision.rule),
      today: byToday,
    };
  }
}

/** What kind of change two different effects are. */
export function changeOf(before: Effect, after: Effect): ChangeKind {
  if (isAccepted(before) === isAccepted(after)) return 'alters';
  return isAccepted(after) ? 'opens' : 'closes';
}

function outcomeOf(decision: Decision): DecisionRecord['outcome'] {
  return decision.verdict === 'accepted' ? decision.as : decision.reason;
}

/** Whether the routes end in a domain of ours, so that the mailbox made the difference. */
function endsInMailbox(decision: Decision): boolean {
  const outcome = outcomeOf(decision);
  return outcome === 'inbound' || outcome === 'unknownMailbox' || outcome === 'mailboxUnavailable';
}

/** Whether the directory was asked for this very mailbox then. */
function wasAskedFor({ address }: Mailbox, one: RecordedFacts): boolean {
  return one.mailbox !== 'notAsked' && one.address === address;
}

function rememberLookup(lookup: Lookup): Lookup {
  let asked: Mailbox | undefined;
  const memo = new Memo(REMEMBERED, (): MailboxFact => (asked === undefined ? 'notAsked' : lookup(asked)));
  return (mailbox) => {
    asked = mailbox;
    return memo.get(mailbox.address);
  };
}

/** A policy has one object for each of its rules. */
function rememberNames(): (rule: RuleRef) => string {
  const names = new Map<RuleRef, string>();
  return (rule) => {
    const known = names.get(rule);
    if (known !== undefined) return known;
    const name = formatRule(rule);
    names.set(rule, name);
    return name;
  };
}
