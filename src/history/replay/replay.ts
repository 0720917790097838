/**
 * Judges recorded decisions by a policy and sums up what would be different. Decisions are added in the order of time, a few hundred
 * at a time, so that the caller can show how far it is, or stop. They are judged as cases; only what would be different, or cannot be
 * told, is read whole.
 */
import type { Policy } from '../../policy/mod.ts';
import type { DecisionPage } from '../reader.ts';
import type { DecisionRecord } from '../types.ts';
import { changeOf, createCaseJudge } from './judge.ts';
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
  /** A page whose records turn out to be damaged counts for nothing. */
  add(page: DecisionPage): void;
  result(): Replayed;
}

type Judged = Extract<Judgement, { kind: 'judged' }>;

/** Pairs of rules that are told apart. */
const MOST_PAIRS = 1000;

export function createReplay(policy: Policy, { lookup, until }: ReplayOptions): Replay {
  const judge = createCaseJudge(policy, lookup);
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

  function changed(record: DecisionRecord, judgement: Judged): void {
    const { before, after, ruleBefore, rule: ruleAfter, decision, today } = judgement;
    counts.changed += 1;
    const transition = { kind: changeOf(before, after), before, after, ruleBefore, ruleAfter };
    tally.add({ record, decision, today, transition });
  }

  return {
    add(page) {
      const judgements = page.cases.map((one) => judge(one));
      const different = Array.from(judgements.keys()).filter((index) => isDifferent(judgements[index]));
      const records = page.records(different);
      if (records === undefined) return;
      counts.total += judgements.length;
      for (const judgement of judgements) {
        if (judgement.kind !== 'judged') continue;
        if (judgement.today) counts.today += 1;
        if (isDifferent(judgement) || judgement.rule === judgement.ruleBefore) continue;
        byOtherRule(judgement.ruleBefore, judgement.rule);
      }
      for (const [place, record] of records.entries()) {
        const judgement = judgements[different[place] ?? 0];
        if (judgement?.kind === 'judged') changed(record, judgement);
        else if (judgement !== undefined) cannotTell(record, judgement.missing);
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

/** What is read whole: it would be different, or cannot be told. */
function isDifferent(judgement: Judgement | undefined): boolean {
  return judgement?.kind !== 'judged' || judgement.before !== judgement.after;
}
