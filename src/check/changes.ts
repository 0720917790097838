/** What a configuration changes when it takes the place of another one: decisions, limits and names, and every other setting. */
import { policySource } from '../config/mod.ts';
import type { Config } from '../config/mod.ts';
import { difference } from '../proof/mod.ts';
import { formatCount, listOf } from '../std/mod.ts';
import { describeSetting, settingChanges } from './settings.ts';
import type { SettingChange } from './settings.ts';
import { statementsOf } from './statements.ts';
import type { Statement } from './statements.ts';

export interface Changes {
  /** Openings first; then what closes, what is altered, limits, names. */
  readonly statements: readonly Statement[];
  readonly settings: readonly SettingChange[];
}

/** Both are valid; from `now` on (milliseconds since the epoch). */
export function changesBetween(before: Config, after: Config, now: number): Changes {
  const policies = { before: policySource(before), after: policySource(after), now };
  return {
    statements: statementsOf(difference(policies.before, policies.after, { now }), policies),
    settings: settingChanges(before, after),
  };
}

/** More sentences than these are not read. */
const MOST_STATED = 50;

export interface DescribedChanges {
  /** `Opens relaying for 10.0.9.0/24 …`, at most 50. */
  readonly sentences: readonly (readonly [head: string, text: string, statement: Statement])[];
  /** What else there is to say: that there are more, other settings, `Nothing else changes.`; the last line of a report. */
  readonly rest: readonly string[];
}

/** The answer to "what changes?" and then to "did anything else change?". */
export function describeChanges({ statements, settings }: Changes): DescribedChanges {
  const shown = statements.slice(0, MOST_STATED);
  const more = statements.length - shown.length;
  return {
    sentences: shown.map((statement) => [statement.head, statement.text, statement]),
    rest: [
      ...(more > 0 ? [`and ${formatCount(more, 'change')} more.`] : []),
      settings.length === 0
        ? lastWord(statements)
        : `Also changes: ${settings.map(describeSetting).join('; ')}.`,
    ],
  };
}

function lastWord(statements: readonly Statement[]): string {
  const decisions = statements.filter(({ kind }) => kind !== 'renames');
  if (decisions.length > 0) return 'Nothing else changes.';
  if (statements.length === 0) return 'Every client gets the same verdict, and no setting differs.';
  return 'Every client gets the same verdict; only names differ.';
}

/** Whether nothing differs but names. */
export function isSame({ statements, settings }: Changes): boolean {
  return settings.length === 0 && statements.every(({ kind }) => kind === 'renames');
}

/** How many statements there are of each kind of decisions. */
export function countChanges({ statements }: Changes): Record<'opens' | 'closes' | 'alters', number> {
  const of = (kind: Statement['kind']): number =>
    statements.filter((statement) => statement.kind === kind).length;
  return { opens: of('opens'), closes: of('closes'), alters: of('alters') };
}

/** One line for `postern status`: `1 opening, 2 closings and 3 other settings`. */
export function summariseChanges(changes: Changes): string {
  const { opens, closes, alters } = countChanges(changes);
  const counted = [
    ...(opens === 0 ? [] : [formatCount(opens, 'opening')]),
    ...(closes === 0 ? [] : [formatCount(closes, 'closing')]),
    ...(alters === 0 ? [] : [formatCount(alters, 'alteration')]),
  ];
  const settings = changes.settings.length;
  const others = settings === 0 ? [] : [formatCount(settings, 'other setting')];
  const parts = [...counted, ...others];
  return parts.length === 0 ? 'no decision differs' : listOf(parts);
}
