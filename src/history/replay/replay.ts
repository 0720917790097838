/**
 * Judges recorded decisions by a policy and sums up what would be different. Decisions are added in the order of time, a few thousand
 * at a time, so that the caller can show how far it is, or stop.
 */
import type { Policy } from '../../policy/mod.ts';
import type { DecisionRecord } from '../types.ts';
import { changeOf, createJudge } from './judge.ts';
import type { Judgement, Lookup, Missing } from './judge.ts';
import { makeStatements } from './statement.ts';
import type { Statement } from './statement.ts';
import { Tally } from './tally.ts';

/** Why some decisions cannot be judged. */
export interface Untold {
  readonly missing: Missing;
  readonly recipients: number;
  readonly example: DecisionRecord;
}

/** The same to everybody outside, by another rule. */
export interface OtherRule {
  /** As `formatRule()` writes them. */
  readonly before: string;
  readonly after: string;
  readonly recipients: number;
}

/** All counts are of decisions. */
export interface Replayed {
  readonly total: number;
  /** Those that stay as they were, by whatever rule. */
  readonly same: number;
  readonly changed: number;
  readonly untold: number;
  readonly statements: readonly Statement[];
  readonly reasons: readonly Untold[];
  /** The most frequent first, as far as they are told apart. */
  readonly otherRules: readonly OtherRule[];
  /** Of all that were judged: by what the directory says today. */
  readonly today: number;
}

export interface ReplayOptions {
  /** Asks the directory of today. */
  readonly lookup: Lookup;
  /** The end of the period, milliseconds since the epoch. */
  readonly until: number;
}

export interface Replay {
  add(records: readonly DecisionRecord[]): void;
  result(): Replayed;
}

/** Pairs of rules that are told apart. */
const MOST_PAIRS = 1000;

export function createReplay(policy: Policy, { lookup, until }: ReplayOptions): Replay {
  const judge = createJudge(policy, lookup);
  const tally = new Tally({ until });
  const reasons = new Map<Missing, { missing: Missing; recipients: number; example: DecisionRecord }>();
  const otherRules = new Map<string, { before: string; after: string; recipients: number }>();
  const counts = { total: 0, changed: 0, untold: 0, today: 0 };

  function cannotTell(record: DecisionRecord, missing: Missing): void {
    counts.untold += 1;
    const known = reasons.get(missing);
    if (known === undefined) reasons.set(missing, { missing, recipients: 1, example: record });
    else known.recipients += 1;
  }

  function byOtherRule(before: string, after: string): void {
    const key = `${before}\n${after}`;
    const known = otherRules.get(key);
    if (known !== undefined) known.recipients += 1;
    else if (otherRules.size < MOST_PAIRS) otherRules.set(key, { before, after, recipients: 1 });
  }

  function judged(record: DecisionRecord, judgement: Extract<Judgement, { kind: 'judged' }>): void {
    const { before, after, rule, decision, today } = judgement;
    if (today) counts.today += 1;
    if (before !== after) {
      counts.changed += 1;
      const transition = {
        kind: changeOf(before, after),
        before,
        after,
        ruleBefore: record.rule,
        ruleAfter: rule,
      };
      tally.add({ record, decision, today, transition });
    } else if (rule !== record.rule) byOtherRule(record.rule, rule);
  }

  return {
    add(records) {
      for (const record of records) {
        counts.total += 1;
        const judgement = judge(record);
        if (judgement.kind === 'judged') judged(record, judgement);
        else cannotTell(record, judgement.missing);
      }
    },
    result: () => ({
      ...counts,
      same: counts.total - counts.changed - counts.untold,
      statements: makeStatements(tally.counted()),
      reasons: [...reasons.values()],
      otherRules: [...otherRules.values()].sort((a, b) => b.recipients - a.recipients),
    }),
  };
}
