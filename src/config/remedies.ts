/** What to write instead of a value of the wrong type. */
import { alternativesOf, isNode } from './jsonSchema.ts';
import type { SchemaNode } from './jsonSchema.ts';
import { quoted } from './text/problem.ts';
import { flow } from './words.ts';

/** The remedy for `value`, where `node` wants something else; undefined when the message says enough. */
export function typeRemedy(value: unknown, node: SchemaNode): string | undefined {
  const types = new Set(alternativesOf(node).map(({ type }) => type));
  if (types.has('array')) {
    const remedy = listRemedy(value, node);
    if (remedy !== undefined) return remedy;
  }
  if (types.has('object') && !isNode(value)) {
    const example = node.examples?.find(isNode);
    return example === undefined ? undefined : `Write it like ${flow(example)}.`;
  }
  // YAML takes a colon at the end of a text for the end of a key: [2001:db8::].
  const [key = '', ...others] = isNode(value) && types.has('string') ? Object.keys(value) : [];
  if (key !== '' && others.length === 0)
    return `If a text is meant, write it in quotes: ${quoted(`${key}:`)}.`;
  if (typeof value === 'number' && alternativesOf(node).some(isFreeText))
    return `Write it in quotes: "${value}".`;
  const isNumber = typeof value === 'string' && /^\d{1,15}$/.test(value);
  return isNumber && types.has('integer') ? `Write ${value} without quotes.` : undefined;
}

function listRemedy(value: unknown, node: SchemaNode): string | undefined {
  if (typeof value === 'string') return `Write it as a list: ${flow([value])}.`;
  if (isNode(value)) return 'Begin each entry with "- ", or put the group in brackets: [{ … }].';
  const example = node.examples?.find(Array.isArray);
  return example === undefined ? undefined : `Write it like ${flow(example)}.`;
}

/** Whether a node takes texts that could look like a number. */
function isFreeText({ type, title, enum: words, const: word }: SchemaNode): boolean {
  if (type !== 'string' || words !== undefined || word !== undefined) return false;
  return title === undefined || ['name', 'text', 'path'].includes(title);
}
