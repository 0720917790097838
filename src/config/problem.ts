/** What is wrong with a configuration, where, and what to write instead. */
import type { Place } from '../policy/mod.ts';

export interface ConfigProblem {
  readonly place: Place;
  /** Without a full stop: `10.0.9.9/24 has host bits set`, `unknown key "reroutes": did you mean "reroute"?` */
  readonly message: string;
  /** One or more whole sentences. */
  readonly remedy?: string;
}

/** More than these are not of use at once; the rest is counted. */
export const MAX_PROBLEMS = 50;

/** In the order of the file, each once. */
export function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const sorted = problems.toSorted(
    (one, other) => one.place.line - other.place.line || one.place.column - other.place.column,
  );
  const seen = new Set<string>();
  return sorted.filter((problem) => {
    const line = formatProblem(problem, false);
    return !seen.has(line) && seen.add(line);
  });
}

export interface FormatOptions {
  /** Set place and message in bold; for terminals. */
  readonly color: boolean;
}

/** One line for each problem, at most 50: `postern.yaml:27:18: 10.0.9.9/24 has host bits set. Write …`. No final line end. */
export function formatProblems(problems: readonly ConfigProblem[], { color }: FormatOptions): string {
  const lines = problems.slice(0, MAX_PROBLEMS).map((problem) => formatProblem(problem, color));
  const more = problems.length - lines.length;
  if (more > 0) lines.push(`and ${more} more ${more === 1 ? 'problem' : 'problems'}`);
  return lines.join('\n');
}

function formatProblem({ place, message, remedy }: ConfigProblem, color: boolean): string {
  const end = remedy === undefined || /[.?!:]$/.test(message) ? '' : '.';
  const head = `${place.file}:${place.line}:${place.column}: ${message}${end}`;
  const shown = color ? `\u001b[1m${head}\u001b[22m` : head;
  return remedy === undefined ? shown : `${shown} ${remedy}`;
}
