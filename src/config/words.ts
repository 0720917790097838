/** Values and kinds of values in words, and as they are written in a configuration file. */
import { alternativesOf, isNode } from './jsonSchema.ts';
import type { SchemaNode } from './jsonSchema.ts';
import { either, quoted } from './text/problem.ts';

const KINDS = new Map<string, string>([
  ['string', 'text'],
  ['boolean', 'true or false'],
  ['integer', 'a whole number'],
  ['array', 'a list'],
  ['object', 'a group of keys'],
]);

/** What a node takes: `a duration`, `text`, `true or a list`. */
export function kindOf(node: SchemaNode): string {
  if (node.title !== undefined) return `${/^[aeiou]/.test(node.title) ? 'an' : 'a'} ${node.title}`;
  const alternatives = alternativesOf(node);
  if (alternatives.length > 1) return either([...new Set(alternatives.map(kindOf))]);
  if (node.const !== undefined) return String(node.const);
  if (node.enum !== undefined) return either([...new Set(node.enum.map(String))]);
  return KINDS.get(String(node.type)) ?? 'something else';
}

/** What was given instead: `the number 300`, `the text "x"`, `a list`. */
export function valueWords(value: unknown): string {
  if (typeof value === 'string') return `the text ${quoted(value)}`;
  if (typeof value === 'number') return `the number ${numberText(value)}`;
  if (typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'a group of keys';
}

/** A number as YAML writes it. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  return Number.isFinite(value) ? String(value) : `${value < 0 ? '-' : ''}.inf`;
}

/** Texts that YAML reads as the same text without quotes, also inside brackets and braces. */
const PLAIN = /^[A-Za-z0-9_./<][A-Za-z0-9_./@+>=-]*(?: [A-Za-z0-9_./@+=-]+)*$/;
const NOT_TEXT =
  /^(?:true|false|null|~|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?|0x[\da-f]+|0o[0-7]+|[-+]?\.inf|\.nan)$/i;

/** A value as one line of YAML, in flow style. */
export function flow(value: unknown): string {
  if (typeof value === 'string')
    return PLAIN.test(value) && !NOT_TEXT.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (!isNode(value)) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${flow(key)}: ${flow(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
