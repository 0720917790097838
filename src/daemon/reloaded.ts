/** What a reload is told with: to the one who asked for it, to the log, to `postern status`. Pure. */
import type { ReloadOutcome } from '../api/mod.ts';
import {
  changesBetween,
  countChanges,
  describeChanges,
  summariseChanges,
  type Examination,
  type Finding,
} from '../check/mod.ts';
import type { Config } from '../config/mod.ts';
import type { DaemonEvents } from './events.ts';

export interface Reloaded {
  readonly outcome: Extract<ReloadOutcome, { ok: true }>;
  readonly event: Omit<DaemonEvents['reload.done'], 'configuration'>;
}

/** `after` comes into force instead of `before`; `now` is in milliseconds since the epoch. */
export function describeReload(
  { before, after, examination }: { before: Config; after: Config; examination: Examination },
  now: number,
): Reloaded {
  const changes = changesBetween(before, after, now);
  const { sentences, rest } = describeChanges(changes);
  const warnings = warningsOf(examination);
  return {
    outcome: {
      ok: true,
      summary: `${after.file} is in force: ${summariseChanges(changes)}.`,
      changes: sentences.map(([head, text, { kind }]) => ({ kind, text: `${head} ${text}` })),
      rest: [...rest],
      warnings: warnings.map(
        ({ place, message, remedy, code }) =>
          `${place.file}:${place.line}:${place.column}: ${message}. ${remedy} [${code}]`,
      ),
    },
    event: { ...countChanges(changes), warnings: warnings.length },
  };
}

/** What the log tells of a configuration that comes into force: not what was acknowledged, and no notes. */
export function warningsOf({ findings }: Examination): readonly Finding[] {
  return findings.filter(({ severity, acknowledged }) => severity === 'warning' && !acknowledged);
}
