/** Runs every rule of the findings on a scene. */
import type { Finding, Scene, Severity } from '../types.ts';
import { formatCount } from '../../std/mod.ts';
import { findingRules } from './catalogue.ts';
import type { FindingCode } from './catalogue.ts';

/** More of one kind are not of use at once; that there are more is said. */
const MOST_OF_A_KIND = 20;

const WEIGHT: Record<Severity, number> = { error: 0, warning: 1, note: 2 };

export interface Found {
  /** Errors first, then warnings and notes, each in the order of the file. */
  readonly findings: readonly Finding<FindingCode>[];
  /** Of which codes there are more. */
  readonly more: readonly string[];
}

export function findAll(scene: Scene): Found {
  const findings: Finding<FindingCode>[] = [];
  const more: string[] = [];
  for (const [code, { severity, find }] of findingRules()) {
    let number = 0;
    for (const { acknowledged = false, ...draft } of find(scene)) {
      number += 1;
      if (number > MOST_OF_A_KIND) {
        more.push(
          `There are more than ${formatCount(MOST_OF_A_KIND, 'finding')} of ${code}; the first are shown.`,
        );
        break;
      }
      findings.push({ code, severity, ...draft, acknowledged });
    }
  }
  findings.sort(
    (one, other) =>
      WEIGHT[one.severity] - WEIGHT[other.severity] ||
      one.place.line - other.place.line ||
      one.place.column - other.place.column,
  );
  return { findings, more };
}
