/** The JSON Schema of the configuration file, for editors, and the walk over it that messages and reference need. */
import { z } from 'zod';
import { root } from './schema/root.ts';

/** A node of the schema; `x-default` is a default in words, only for the reference. */
export type SchemaNode = z.core.JSONSchema.BaseSchema;

/** The schema with our own annotations. */
export function annotatedSchema(): SchemaNode {
  return mapNodes(z.toJSONSchema(root, { io: 'input', unrepresentable: 'throw' }), (key) =>
    // zod drops `examples` of what it transforms, since they could be meant for the result; ours are of the file.
    key === 'x-examples' ? 'examples' : key,
  );
}

/** The schema as it is published. */
export function jsonSchema(): SchemaNode {
  const schema = mapNodes(annotatedSchema(), (key) => (key.startsWith('x-') ? undefined : key));
  return { ...schema, title: 'Configuration of Postern' };
}

/** A copy with every keyword renamed; undefined leaves it out. Values in `default` and `examples` are not looked into. */
function mapNodes(node: SchemaNode, rename: (keyword: string) => string | undefined): SchemaNode {
  const copy: SchemaNode = {};
  for (const [key, value] of Object.entries(node)) {
    const name = rename(key);
    if (name === undefined) continue;
    if (key === 'properties' && isNode(value)) copy[name] = mapValues(value, rename);
    else copy[name] = name === 'default' || name === 'examples' ? value : mapPart(value, rename);
  }
  return copy;
}

/** The keys of `properties` are those of the configuration, not keywords. */
function mapValues(properties: SchemaNode, rename: (keyword: string) => string | undefined): SchemaNode {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, mapPart(value, rename)]));
}

function mapPart(value: unknown, rename: (keyword: string) => string | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => mapPart(item, rename));
  return isNode(value) ? mapNodes(value, rename) : value;
}

export function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The keys of an object node with their nodes. */
export function propertiesOf(node: SchemaNode): readonly (readonly [string, SchemaNode])[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, value]) =>
    isNode(value) ? [[key, value] as const] : [],
  );
}

/** The alternatives of a node; a node without any is its own only one. */
export function alternativesOf(node: SchemaNode): readonly SchemaNode[] {
  const alternatives = (node.anyOf ?? []).filter(isNode).filter((option) => typeOf(option) !== undefined);
  return alternatives.length === 0 ? [node] : alternatives;
}

/** The JSON type that a node takes; undefined for a node that only constrains. */
export function typeOf(node: SchemaNode): string | undefined {
  if (typeof node.type === 'string') return node.type;
  return node.enum === undefined && node.const === undefined && node.anyOf === undefined
    ? undefined
    : 'value';
}

/** Whether a value has the JSON type of a node. */
export function accepts(node: SchemaNode, value: unknown): boolean {
  const type = typeOf(node);
  if (type === 'object') return isNode(value);
  if (type === 'array') return Array.isArray(value);
  return typeof value === (type === 'integer' ? 'number' : type);
}

/** The node for the value at `path`, following the alternative that fits each value on the way. */
export function nodeAt(
  schema: SchemaNode,
  path: readonly PropertyKey[],
  tree: unknown,
): SchemaNode | undefined {
  let node: SchemaNode | undefined = schema;
  let value = tree;
  for (const part of path) {
    if (node === undefined) return undefined;
    node = childOf(alternativeFor(node, value), part);
    value = valueIn(value, part);
  }
  return node;
}

/** The alternative of a node that takes the type of `value`; the node itself when none does. */
export function alternativeFor(node: SchemaNode, value: unknown): SchemaNode {
  return alternativesOf(node).find((option) => accepts(option, value)) ?? node;
}

function childOf(node: SchemaNode, part: PropertyKey): SchemaNode | undefined {
  if (typeof part === 'number') return isNode(node.items) ? node.items : undefined;
  const named = propertiesOf(node).find(([key]) => key === part)?.[1];
  if (named !== undefined) return named;
  return isNode(node.additionalProperties) ? node.additionalProperties : undefined;
}

/** The value below `value` at `part`; undefined when there is none. */
export function valueIn(value: unknown, part: PropertyKey): unknown {
  if (Array.isArray(value)) return typeof part === 'number' ? value[part] : undefined;
  return isNode(value) && typeof part === 'string' && Object.hasOwn(value, part) ? value[part] : undefined;
}
