/** What zod found, in words for administrators: the value, its place, and what to write instead. */
import type { z } from 'zod';
import { foreignRemedy } from './foreign.ts';
import {
  accepts,
  alternativeFor,
  alternativesOf,
  annotatedSchema,
  isNode,
  nodeAt,
  propertiesOf,
  valueIn,
} from './jsonSchema.ts';
import type { SchemaNode } from './jsonSchema.ts';
import type { Path, Positions } from './positions.ts';
import type { ConfigProblem } from './problem.ts';
import { typeRemedy } from './remedies.ts';
import { suggest } from './suggest.ts';
import { parseDuration } from './text/duration.ts';
import { either, isTextProblem, quoted, shown } from './text/problem.ts';
import { parseRate } from './text/rate.ts';
import { flow, kindOf, valueWords } from './words.ts';

type Issue = z.core.$ZodIssue;

interface Source {
  readonly tree: unknown;
  readonly positions: Positions;
  readonly schema: SchemaNode;
  /** Paths of keys that unknown keys were taken for. */
  readonly misspelt: Set<string>;
}

/** The problems behind the issues of one parse of `tree`. */
export function explainIssues(
  issues: readonly Issue[],
  tree: unknown,
  positions: Positions,
): ConfigProblem[] {
  const source: Source = { tree, positions, schema: annotatedSchema(), misspelt: new Set() };
  // Unknown keys first: a key that is missing only because it is misspelt is not told a second time.
  const unknown = issues.filter(({ code }) => code === 'unrecognized_keys');
  const groups = new Set(unknown.map(({ path }) => JSON.stringify(path)));
  const others = issues.filter(
    (issue) => issue.code !== 'unrecognized_keys' && !isConsequence(issue, groups),
  );
  return [...unknown, ...others].flatMap((issue) => explain(issue, pathOf(issue.path), source));
}

/** Whether an issue is about keys that do not go together, in a group where a key is not known at all. */
function isConsequence(issue: Issue, groups: ReadonlySet<string>): boolean {
  const below: unknown = issue.code === 'custom' ? issue.params?.['below'] : undefined;
  if (typeof below !== 'number') return false;
  return groups.has(JSON.stringify(issue.path.slice(0, issue.path.length - below)));
}

/** Where an issue stands: symbols are never keys of a YAML file. */
export function pathOf(path: readonly PropertyKey[]): Path {
  return path.map((part) => (typeof part === 'number' ? part : String(part)));
}

function explain(issue: Issue, path: Path, source: Source): ConfigProblem[] {
  const value = path.reduce<unknown>(valueIn, source.tree);
  const node = nodeAt(source.schema, path, source.tree) ?? {};
  const at = { path, value, node, source };
  if (value === undefined && source.misspelt.has(JSON.stringify(path))) return [];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, at));
    case 'invalid_union':
      return explainUnion(issue, at);
    case 'invalid_type':
      return [wrongType(issue.expected, at)];
    case 'invalid_value':
      return [value === undefined || value === null ? absent(at) : wrongValue(issue.values, at)];
    case 'invalid_key':
      return [{ place: source.positions.keyAt(path), message: issue.issues[0]?.message ?? issue.message }];
    case 'too_small':
    case 'too_big':
      return [outOfBounds(issue, at)];
    case 'custom':
      return [{ place: source.positions.at(path), message: issue.message, ...remedyOf(issue.params) }];
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
      // The schema uses none of these checks; should one be added, zod's own words are better than nothing.
      return [{ place: source.positions.at(path), message: issue.message }];
    default:
      return issue satisfies never;
  }
}

/** A value with what the schema says of it. */
interface At {
  readonly path: Path;
  readonly value: unknown;
  readonly node: SchemaNode;
  readonly source: Source;
}

function remedyOf(params: Readonly<Record<string, unknown>> | undefined): { remedy?: string } {
  const remedy = params?.['remedy'];
  return typeof remedy === 'string' ? { remedy } : {};
}

/** Only the alternative that takes this type of value has something to say. */
function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>, at: At): ConfigProblem[] {
  const options = alternativesOf(at.node);
  const chosen = options.findIndex((option) => accepts(option, at.value));
  const inner = issue.errors[chosen];
  if (inner === undefined) return [wrongType('', at)];
  return inner.flatMap((each) => explain(each, [...at.path, ...pathOf(each.path)], at.source));
}

function label(path: Path): string {
  const last = path.at(-1);
  if (typeof last === 'number') return `item ${last + 1} of ${label(path.slice(0, -1))}`;
  return last === undefined ? 'the configuration' : quoted(last);
}

/** A key that is not there, or that has nothing behind its colon. */
function absent({ path, value, node, source }: At): ConfigProblem {
  const [example] = node.examples ?? [];
  const last = path.at(-1);
  const remedy =
    example === undefined || typeof last !== 'string'
      ? {}
      : { remedy: `Write ${shown(last)}: ${flow(example)}.` };
  if (value === undefined) {
    return { place: source.positions.at(path.slice(0, -1)), message: `${label(path)} is missing`, ...remedy };
  }
  return {
    place: source.positions.keyAt(path),
    message: `${label(path)} has no value`,
    remedy: remedy.remedy ?? 'Give it one, or remove the key.',
  };
}

function wrongType(expected: string, at: At): ConfigProblem {
  const { path, value, node, source } = at;
  if (value === undefined || value === null) return absent(at);
  const place = source.positions.at(path);
  const special = specialType(value, node);
  if (special !== undefined) return { place, ...special };
  const wanted = expected === 'int' && typeof value === 'number' ? 'a whole number' : kindOf(node);
  const remedy =
    path.length === 0
      ? 'Write every setting as a key, a colon and a value: hostname: mail.contoso.example.'
      : typeRemedy(value, node);
  const message = `${label(path)} must be ${wanted}, not ${valueWords(value)}`;
  return remedy === undefined ? { place, message } : { place, message, remedy };
}

/** Mistakes with an explanation of their own. */
function specialType(value: unknown, node: SchemaNode): { message: string; remedy?: string } | undefined {
  if (
    node.type === 'boolean' &&
    typeof value === 'string' &&
    /^(?:yes|no|on|off|y|n|true|false)$/i.test(value)
  ) {
    return {
      message: `${quoted(value)} is a text in YAML 1.2, not a truth value`,
      remedy: `Write ${String(meansTrue(value))}.`,
    };
  }
  if (node.title?.startsWith('duration') === true && typeof value === 'number') {
    return messageOf(parseDuration(String(value)));
  }
  const isRate = typeof value === 'number' && alternativesOf(node).some(({ title }) => title === 'rate');
  return isRate ? messageOf(parseRate(String(value))) : undefined;
}

/** What the parser of a text would say of a number. */
function messageOf(parsed: unknown): { message: string; remedy?: string } | undefined {
  if (!isTextProblem(parsed)) return undefined;
  const { problem, remedy } = parsed;
  return remedy === undefined ? { message: problem } : { message: problem, remedy };
}

function meansTrue(value: unknown): boolean {
  return typeof value === 'string' && /^(?:yes|on|y|true)$/i.test(value);
}

function wrongValue(values: readonly unknown[], { path, value, node, source }: At): ConfigProblem {
  const place = source.positions.at(path);
  if (values.length === 1 && values[0] === true) {
    const remedy = meansTrue(value) ? 'Write true.' : 'Remove the key instead.';
    return { place, message: `${label(path)} can only be true`, remedy };
  }
  const known = [...new Set(values.map(String))];
  const given = typeof value === 'string' ? quoted(value) : valueWords(value);
  const near = typeof value === 'string' ? suggest(value, known) : undefined;
  const message = `${given} is not a value of ${label(path)}`;
  if (near !== undefined) return { place, message: `${message}: did you mean ${quoted(near)}?` };
  const group = node.examples?.find(isNode);
  const others = group === undefined ? '' : `, or a group of keys such as ${flow(group)}`;
  return { place, message, remedy: `Write ${either(known)}${others}.` };
}

function outOfBounds(
  issue: Extract<Issue, { code: 'too_small' | 'too_big' }>,
  { path, value, source }: At,
): ConfigProblem {
  const place = source.positions.at(path);
  if (Array.isArray(value)) {
    const message = `${label(path)} is an empty list`;
    return { place: source.positions.keyAt(path), message, remedy: emptyRemedy(path, source) };
  }
  if (typeof value === 'string') return { place, message: `${label(path)} is empty` };
  const bound = issue.code === 'too_small' ? `the least is ${issue.minimum}` : `the most is ${issue.maximum}`;
  return { place, message: `${label(path)} is ${String(value)}; ${bound}` };
}

function emptyRemedy(path: Path, { schema, tree }: Source): string {
  const group = nodeAt(schema, path.slice(0, -1), tree) ?? {};
  const isRequired = group.required?.includes(String(path.at(-1))) === true;
  const remedy = `Name at least one${isRequired ? '' : ', or remove the key'}`;
  return path[0] === 'relay' && path.at(-1) !== 'limit'
    ? `${remedy}; an empty list never means everyone.`
    : `${remedy}.`;
}

function unknownKey(key: string, { path, value, node, source }: At): ConfigProblem {
  const place = source.positions.keyAt([...path, key]);
  const known = propertiesOf(alternativeFor(node, value)).map(([name]) => name);
  const message = `unknown key ${quoted(key)}`;
  const foreign = foreignRemedy(key);
  if (foreign !== undefined) return { place, message, remedy: foreign };
  const near = suggest(key, known);
  if (near !== undefined) {
    source.misspelt.add(JSON.stringify([...path, near]));
    return { place, message: `${message}: did you mean ${quoted(near)}?` };
  }
  // Deeper in, a key of the same name elsewhere has another meaning.
  const sections = path.length > 1 ? [] : propertiesOf(source.schema);
  const elsewhere = sections.find(([, section]) => propertiesOf(section).some(([name]) => name === key))?.[0];
  if (elsewhere !== undefined && elsewhere !== path[0])
    return { place, message, remedy: `It belongs to ${elsewhere}.` };
  return { place, message, remedy: `Known here: ${known.join(', ')}.` };
}
