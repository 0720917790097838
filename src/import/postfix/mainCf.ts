/** main.cf: names and values. What is wrong with a line is a problem with its place, as Postfix refuses such a file, too. */
import type { ConfigProblem } from '../../config/mod.ts';
import { logicalLines } from './lines.ts';

export interface Assignment {
  /** As written: variables are not expanded. */
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

export interface MainCf {
  /** The last assignment of a name wins. */
  readonly settings: ReadonlyMap<string, Assignment>;
  readonly problems: readonly ConfigProblem[];
}

/** `file` is what places call it. */
export function parseMainCf(text: string, file: string): MainCf {
  const settings = new Map<string, Assignment>();
  const problems: ConfigProblem[] = [];
  for (const { text: content, line } of logicalLines(text)) {
    const assignment = parseAssignment(content);
    if (assignment === undefined) {
      problems.push({
        place: { file, line, column: 1 },
        message: `${JSON.stringify(content.slice(0, 60))} is not a setting`,
        remedy: 'Postfix has it as: name = value.',
      });
      continue;
    }
    settings.set(assignment.name, { value: assignment.value, line });
  }
  return { settings, problems };
}

/** `name = value`; also what stands behind -o in master.cf. */
export function parseAssignment(text: string): { readonly name: string; readonly value: string } | undefined {
  const [, name, value] = /^([A-Za-z0-9_.-]+)\s*=\s*(.*)$/s.exec(text) ?? [];
  return name === undefined || value === undefined ? undefined : { name, value: value.trim() };
}
