/**
 * Reads YAML into plain values and remembers where each of them stands.
 *
 * YAML 1.2, core schema: only `true` and `false` are truth values, dates and addresses are text. Anchors and aliases are
 * expanded, within bounds; merge keys, tags and several documents are refused.
 */
import { LineCounter, isAlias, isMap, isScalar, parseDocument } from 'yaml';
import type { Document, ParsedNode, Scalar, YAMLError, YAMLMap, YAMLSeq } from 'yaml';
import { Positions } from './positions.ts';
import type { Path } from './positions.ts';
import type { ConfigProblem } from './problem.ts';
import { quoted, shown } from './text/problem.ts';
import { explainYamlError } from './yamlErrors.ts';

/** Characters of a file: 100,000 routes and as many networks are well below it. */
export const MAX_TEXT = 16 * 2 ** 20;
/** The configuration has seven levels. */
const MAX_DEPTH = 32;
/** Values that aliases stand for, in all; what is written out is bounded by the size of the file. */
const MAX_EXPANDED = 100_000;

export type YamlReading =
  { readonly tree: unknown; readonly positions: Positions } | { readonly problems: readonly ConfigProblem[] };

export function readYaml(text: string, file: string): YamlReading {
  const lines = new LineCounter();
  const positions = new Positions(file, lines);
  if (text.length > MAX_TEXT) {
    return {
      problems: [
        { place: positions.offset(0), message: `the file is larger than ${MAX_TEXT / 2 ** 20} MiB` },
      ],
    };
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    // Told by the walk below, which can name the line of the first one.
    uniqueKeys: false,
  });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) {
    return { problems: errors.map((error) => yamlProblem(error, text, positions)) };
  }
  const walk: Walk = {
    positions,
    problems: [],
    anchors: new Map(),
    open: new Set(),
    aliases: 0,
    expanded: 0,
  };
  const tree = valueOf(contentsOf(document), [], walk);
  return walk.problems.length > 0 ? { problems: walk.problems } : { tree: tree ?? {}, positions };
}

function contentsOf(document: Document.Parsed): ParsedNode | null {
  return document.contents;
}

function yamlProblem(error: YAMLError, text: string, positions: Positions): ConfigProblem {
  return { place: positions.offset(error.pos[0]), ...explainYamlError(error, text) };
}

/** What the walk over the nodes of one file collects. */
interface Walk {
  readonly positions: Positions;
  readonly problems: ConfigProblem[];
  readonly anchors: Map<string, ParsedNode>;
  /** The collections that the walk is in: an alias of one of them would have no end. */
  readonly open: Set<unknown>;
  /** Aliases that the walk is in. */
  aliases: number;
  /** Values met inside aliases. */
  expanded: number;
}

function valueOf(node: ParsedNode | null, path: Path, walk: Walk, key?: number): unknown {
  if (walk.aliases > 0) walk.expanded += 1;
  if (walk.expanded > MAX_EXPANDED) return undefined;
  if (node === null) return null;
  const offset = node.range[0];
  walk.positions.mark(path, isScalar(node) && node.value === null ? (key ?? offset) : offset, key);
  if (path.length > MAX_DEPTH) return complain(walk, offset, 'this is nested too deeply');
  if (isAlias(node)) return aliasOf(node.source, offset, { path, walk, key });
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (isScalar(node)) return scalarOf(node, walk);
  walk.open.add(node);
  const value = isMap(node) ? mapOf(node, path, walk) : listOf(node, path, walk);
  walk.open.delete(node);
  return value;
}

function aliasOf(
  name: string,
  offset: number,
  { path, walk, key }: { readonly path: Path; readonly walk: Walk; readonly key: number | undefined },
): unknown {
  const node = walk.anchors.get(name);
  if (node === undefined) return complainOfAlias(walk, offset, name);
  if (walk.open.has(node)) return complain(walk, offset, `the alias *${shown(name)} contains itself`);
  walk.aliases += 1;
  const value = valueOf(node, path, walk, key);
  walk.aliases -= 1;
  if (walk.aliases === 0 && walk.expanded > MAX_EXPANDED && walk.problems.length === 0) {
    complain(walk, offset, 'the aliases expand to too much');
  }
  // Problems of the value as a whole stand at the alias; those inside it at the anchor, where the text is.
  walk.positions.mark(path, offset, key);
  return value;
}

/** `*.contoso.example` without quotes is what most aliases of nothing are meant to be. */
function complainOfAlias(walk: Walk, offset: number, name: string): void {
  if (/^\.?[\w-]+(?:\.[\w-]+)+$|^\./.test(name)) {
    complain(walk, offset, `*${shown(name)} without quotes is a YAML alias`, `Write "*${shown(name)}".`);
  } else {
    complain(
      walk,
      offset,
      `the alias *${shown(name)} has no anchor &${shown(name)} before it`,
      'If a text is meant, write it in quotes.',
    );
  }
}

function scalarOf(node: Scalar.Parsed, walk: Walk): unknown {
  const { value } = node;
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    return value;
  }
  return complain(walk, node.range[0], `the tag ${shown(node.tag ?? '')} has no use in a configuration`);
}

function listOf(node: YAMLSeq.Parsed, path: Path, walk: Walk): unknown[] {
  return node.items.map((item, index) => valueOf(item, [...path, index], walk));
}

function mapOf(node: YAMLMap.Parsed, path: Path, walk: Walk): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const first = new Map<string, number>();
  for (const { key: keyNode, value } of node.items) {
    const offset = keyNode.range[0];
    const key = keyOf(keyNode, walk);
    if (key === undefined) continue;
    const earlier = first.get(key);
    if (earlier !== undefined) {
      const { line } = walk.positions.offset(earlier);
      complain(
        walk,
        offset,
        `the key ${quoted(key)} is here a second time`,
        `The first one is in line ${line}.`,
      );
      continue;
    }
    first.set(key, offset);
    values[key] = valueOf(value, [...path, key], walk, offset);
  }
  return values;
}

function keyOf(node: ParsedNode, walk: Walk): string | undefined {
  const offset = node.range[0];
  if (!isScalar(node)) {
    complain(
      walk,
      offset,
      isAlias(node) ? 'a key cannot be an alias' : 'a key must be a text',
      isAlias(node) ? undefined : 'If a value is meant that begins with [ or {, write it in quotes.',
    );
    return undefined;
  }
  const key = typeof node.value === 'string' ? node.value : (node.source ?? '');
  if (key === '<<') {
    complain(walk, offset, 'merge keys (<<) are not part of YAML 1.2', 'Write the keys out.');
  } else if (key === '__proto__' || (key === '' && typeof node.value !== 'string')) {
    complain(
      walk,
      offset,
      key === '' ? 'a key is missing before the colon' : `${quoted(key)} cannot be a key`,
    );
  } else {
    return key;
  }
  return undefined;
}

function complain(walk: Walk, offset: number, message: string, remedy?: string): undefined {
  const place = walk.positions.offset(offset);
  walk.problems.push(remedy === undefined ? { place, message } : { place, message, remedy });
}
