/** What is proved of an imported configuration, told before anybody puts it in force. */
import {
  describeExample,
  describeOpening,
  describePosture,
  examine,
  openingRemedy,
  verdictOf,
} from '../../check/mod.ts';
import type { Examination } from '../../check/mod.ts';
import type { Config } from '../../config/mod.ts';
import { printable } from '../printable.ts';
import { formatCount } from '../quantity.ts';

export interface ImportVerdict {
  /** Whether Postern would start with it. */
  readonly fit: boolean;
  readonly lines: readonly string[];
}

/**
 * Proves the policy of a configuration for a machine that is not known: what depends on the host or on accounts is for
 * `postern check` there to say. `now` in milliseconds since the epoch.
 */
export function verdictOn(config: Config, now: number): ImportVerdict {
  const examination = examine(config, { now, host: undefined, lookup: () => 'unavailable' });
  const verdict = verdictOf(examination);
  const lines = [...headOf(config, examination), ...errorsOf(examination), ...failuresOf(examination)];
  return { fit: verdict === 'proved' || verdict === 'cannotTell', lines };
}

function headOf(config: Config, { proof }: Examination): readonly string[] {
  if (proof.openings.length === 0) return [`Proved. ${describePosture(config, proof).join(' ')}`];
  return proof.openings.map(
    (opening) =>
      `Not proved: ${describeOpening(opening)}. Example: ${describeExample(opening.example)}. ${openingRemedy(opening)}`,
  );
}

function errorsOf({ findings }: Examination): readonly string[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return [];
  return [
    `Not fit for use: ${formatCount(errors.length, 'error')}.`,
    ...errors.map(({ place: { file, line, column }, message, remedy, code }) =>
      printable(`${file}:${line}:${column}: ${message}. ${remedy} [${code}]`),
    ),
  ];
}

function failuresOf({ tests }: Examination): readonly string[] {
  return tests.flatMap((result) => (result.passed ? [] : [printable(result.message)]));
}
