/**
 * From the tree of the file to typed values. What is wrong is explained; what is right is kept, so that the checks that
 * look at several rules together can still tell what they see, and an administrator learns everything at once.
 */
import { explainIssues, pathOf } from './issues.ts';
import { isNode } from './jsonSchema.ts';
import type { Path, Positions } from './positions.ts';
import type { ConfigProblem } from './problem.ts';
import { root } from './schema/root.ts';
import type { Written } from './schema/root.ts';

/** Lists and groups whose entries stand for themselves: a bad one is left out and the others are kept. */
const ENTRIES = [
  'routing.domains',
  'routing.literals',
  'relay.never',
  'relay.allow',
  'tests',
  'listeners',
] as const;
/** `listeners` and the like, or a key of the first level. */
export type Section = (typeof ENTRIES)[number] | keyof Written;

export interface Reading {
  /** Undefined when nothing can be made of the file. */
  readonly written: Written | undefined;
  /** What was left out of `written`: nothing can be said about names that are looked up there. */
  readonly incomplete: ReadonlySet<string>;
  readonly problems: readonly ConfigProblem[];
}

export function readTree(tree: unknown, positions: Positions): Reading {
  const first = root.safeParse(tree);
  if (first.success) return { written: first.data, incomplete: new Set(), problems: [] };
  const problems = explainIssues(first.error.issues, tree, positions);
  const incomplete = new Set<string>();
  let rest: unknown = tree;
  let issues = first.error.issues;
  // Each round leaves out at least one entry or key of the first level, and a second one seldom follows.
  for (let round = 0; round < 4 && isNode(rest); round += 1) {
    rest = without(
      rest,
      issues.map((issue) => pathOf(issue.path)),
      { positions, incomplete },
    );
    const again = root.safeParse(rest);
    if (again.success) return { written: again.data, incomplete, problems };
    issues = again.error.issues;
  }
  return { written: undefined, incomplete, problems };
}

interface Salvage {
  readonly positions: Positions;
  readonly incomplete: Set<string>;
}

/** A host name that nobody has, for the checks of a file whose own is missing or wrong (RFC 2606). */
const NO_HOSTNAME = 'hostname.invalid';

/** A copy of the tree without the entries, or else the keys of the first level, that the paths lead into. */
function without(tree: Readonly<Record<string, unknown>>, paths: readonly Path[], salvage: Salvage): unknown {
  const copy: Record<string, unknown> = { hostname: NO_HOSTNAME, ...tree };
  const entries = new Map<string, Set<string | number>>();
  for (const path of paths) {
    const section = ENTRIES.find(
      (name) => path.length > name.split('.').length && isWithin(path, name.split('.')),
    );
    const [first] = path;
    if (section !== undefined) {
      const entry = path[section.split('.').length] ?? '';
      entries.set(section, (entries.get(section) ?? new Set()).add(entry));
    } else if (first !== undefined) {
      remove(copy, String(first), salvage);
    }
  }
  for (const [section, bad] of entries) leaveOut(copy, section.split('.'), bad, salvage);
  return Object.fromEntries(Object.entries(copy).filter(([key]) => Object.hasOwn(root.shape, key)));
}

function isWithin(path: Path, outer: readonly string[]): boolean {
  return outer.every((part, index) => path[index] === part);
}

function remove(copy: Record<string, unknown>, key: string, { incomplete }: Salvage): void {
  incomplete.add(key);
  if (key === 'hostname') copy[key] = NO_HOSTNAME;
  else delete copy[key];
}

function leaveOut(
  copy: Record<string, unknown>,
  path: readonly string[],
  bad: ReadonlySet<string | number>,
  salvage: Salvage,
): void {
  const [first = '', second] = path;
  const outer = copy[first];
  salvage.incomplete.add(path.join('.'));
  if (second === undefined) {
    copy[first] = remaining(outer, path, bad, salvage.positions);
  } else if (isNode(outer)) {
    copy[first] = { ...outer, [second]: remaining(outer[second], path, bad, salvage.positions) };
  }
}

function remaining(
  entries: unknown,
  path: Path,
  bad: ReadonlySet<string | number>,
  positions: Positions,
): unknown {
  if (isNode(entries)) return Object.fromEntries(Object.entries(entries).filter(([key]) => !bad.has(key)));
  if (!Array.isArray(entries)) return undefined;
  const kept = [...entries.keys()].filter((index) => !bad.has(index));
  positions.keep(path, kept);
  return kept.map((index) => entries[index]);
}
