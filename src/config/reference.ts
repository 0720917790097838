/** The reference page of the configuration, made from the schema. */
import { alternativesOf, annotatedSchema, isNode, propertiesOf } from './jsonSchema.ts';
import type { SchemaNode } from './jsonSchema.ts';
import { flow, kindOf } from './words.ts';

/** Markdown: every key with its type, its default, its meaning and examples. */
export function configurationReference(): string {
  const schema = annotatedSchema();
  const sections = propertiesOf(schema).filter(([, node]) => hasKeys(node));
  const single = propertiesOf(schema).filter(([, node]) => !hasKeys(node));
  const required = new Set(schema.required);
  return [
    INTRODUCTION,
    '## First level\n',
    table(single.map(([key, node]) => ({ key, node, isRequired: required.has(key) }))),
    ...sections.map(([key, node]) => section(key, node)),
  ].join('\n');
}

const INTRODUCTION = `<!-- Made by scripts/docs.ts from the schema in src/config/schema/. Do not edit. -->

# Configuration

Postern reads one YAML file: \`-c FILE\`, else \`./postern.yaml\`, else \`/etc/postern/postern.yaml\`. Only \`hostname\` must be
there. An unknown key, an unknown name, a contradiction or a value that cannot be meant is an error with its line and
column, and a configuration with an error is never put to work. \`postern check\` tells all of them at once.

How values are written:

- **Text** needs quotes when it begins with \`@\`, \`*\`, \`[\`, \`{\`, \`%\` or \`&\`, or when it has a comma inside brackets.
- **Paths** are relative to the folder of the file.
- **Durations** have units: \`30s\`, \`15m\`, \`1h30m\`, \`5d\`, \`2w\`.
- **Rates** are a number and a time: \`200/hour\`, \`20/minute\`, \`5000/day\`, \`10/10m\`.
- **Sizes** are octets, or have a unit: \`50MB\` is 50,000,000 octets, \`50MiB\` is 52,428,800.
- **Address ranges** are \`192.0.2.7\`, \`192.0.2.0/24\`, \`2001:db8::/48\`, or an address with its mask:
  \`"192.0.2.0 mask 255.255.255.0"\`, \`"192.0.2.0/255.255.255.0"\`, \`"IP=192.0.2.0, MASK=255.255.255.0"\`. Host bits, holes in
  a mask and leading zeros are errors. A rule for an IPv4 address also holds for its IPv4-mapped IPv6 address.
- **Domains** may be written with any letters; case and a trailing dot do not count.
- **Dates** are \`2027-06-30\`, in UTC, or a moment with its zone: \`2027-06-30T18:00:00+02:00\`.

A key that ends in \`[]\` is a list of such entries; \`NAME\` stands for a name of your choice.
`;

interface Row {
  readonly key: string;
  readonly node: SchemaNode;
  readonly isRequired: boolean;
}

function section(key: string, node: SchemaNode): string {
  const head = `\n## ${key}\n\n${node.description ?? ''}\n${fallback(key, node)}`;
  return `${head}\n${table(rowsOf(key, node))}${examples(key, node)}`;
}

/** What holds when the whole section is missing; where its keys have defaults of their own, those say it. */
function fallback(key: string, node: SchemaNode): string {
  if (node.default === undefined || flow(node.default) === '{}' || flow(node.default) === '[]') return '';
  return `\nWithout this key: \`${key}: ${flow(node.default)}\`.\n`;
}

/** The rows below a node, nested groups after the key that holds them. */
function rowsOf(prefix: string, node: SchemaNode): readonly Row[] {
  return alternativesOf(node).flatMap((option) => {
    const required = new Set(option.required);
    const named = propertiesOf(option).flatMap(([key, child]) => [
      { key: `${prefix}.${key}`, node: child, isRequired: required.has(key) },
      ...rowsOf(`${prefix}.${key}`, child),
    ]);
    const items = isNode(option.items) ? rowsOf(`${prefix}[]`, option.items) : [];
    const others = isNode(option.additionalProperties)
      ? rowsOf(`${prefix}.NAME`, option.additionalProperties)
      : [];
    return [...named, ...items, ...others];
  });
}

function hasKeys(node: SchemaNode): boolean {
  return rowsOf('', node).length > 0;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ key, node, isRequired }) =>
      `| \`${key}\` | ${cell(typeWords(node))} | ${cell(defaultWords(node, isRequired))} | ${cell(meaning(node))} |`,
  );
  return ['| Key | Value | Default | Meaning |', '|---|---|---|---|', ...lines, ''].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function meaning(node: SchemaNode): string {
  const shown = (node.examples ?? []).map((example) => `\`${flow(example)}\``);
  const example = shown.length > 0 ? ` Example: ${shown.join(', ')}.` : '';
  return `${node.description ?? ''}${choice(node)}${example}`;
}

/** Of some keys exactly one, or at least one, must be there. */
function choice(node: SchemaNode): string {
  const groups = [node, ...alternativesOf(node), ...(isNode(node.items) ? [node.items] : [])];
  const exactly = groups.flatMap((group) => requiredIn(group.oneOf))[0];
  const least = groups.flatMap((group) => requiredIn(group.anyOf))[0];
  if (exactly !== undefined) return ` Exactly one of ${exactly} is there.`;
  return least === undefined ? '' : ` At least one of ${least} is there.`;
}

/** The keys that each alternative of a node requires and nothing else: `a`, `b`, `c`. */
function requiredIn(alternatives: SchemaNode['oneOf']): readonly string[] {
  const nodes = (alternatives ?? []).filter(isNode);
  const keys = nodes.flatMap(({ required, type }) => (type === undefined ? (required ?? []) : []));
  return keys.length > 1 ? [keys.map((key) => `\`${key}\``).join(', ')] : [];
}

function typeWords(node: SchemaNode): string {
  const alternatives = alternativesOf(node);
  if (node.title === undefined && alternatives.length > 1) return alternatives.map(typeWords).join(' or ');
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined)
    return [...new Set(node.enum.map(String))].map((value) => `\`${value}\``).join(', ');
  if (node.type === 'array' && isNode(node.items)) return `list of: ${typeWords(node.items)}`;
  if (node.type === 'object') return 'group of keys';
  return `${kindOf(node).replace(/^an? /, '')}${bounds(node)}`;
}

function bounds({ minimum, maximum }: SchemaNode): string {
  const isBounded = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return isBounded ? `, ${minimum} to ${maximum}` : '';
}

function defaultWords(node: SchemaNode, isRequired: boolean): string {
  const words = node['x-default'];
  if (typeof words === 'string') return words;
  if (isRequired) return 'required';
  if (node.default === undefined) return '';
  const text = flow(node.default);
  if (text === '{}') return '';
  return text === '[]' ? 'none' : `\`${text}\``;
}

function examples(key: string, node: SchemaNode): string {
  const shown = (node.examples ?? []).map((example) => `\`\`\`yaml\n${key}: ${flow(example)}\n\`\`\`\n`);
  return shown.length === 0 ? '' : `\n${shown.join('\n')}`;
}
