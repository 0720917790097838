/**
 * Writes YAML with comments.
 *
 * Texts come from files that others wrote: whatever they hold, a value reads back as exactly that text, and a comment
 * stays a comment. Keys are ours.
 */

/** A value on one line. */
export type Inline = string | number | boolean | readonly Inline[] | InlineMap;
export interface InlineMap {
  readonly fields: readonly (readonly [key: string, value: Inline])[];
}

/** A value with lines of its own. */
export type Block = YamlMap | YamlList;
export interface YamlMap {
  readonly entries: readonly YamlEntry[];
}
export interface YamlList {
  readonly items: readonly YamlItem[];
}

export interface YamlItem {
  readonly value: Inline | Block;
  /** Behind a value on one line; above one with lines of its own. */
  readonly comment?: string;
  /** Lines above. */
  readonly above?: readonly string[];
}
export interface YamlEntry extends YamlItem {
  readonly key: string;
}

export function inlineMap(...fields: InlineMap['fields']): InlineMap {
  return { fields };
}

/** The text of a YAML file; `head` stands above it as comments, `''` is an empty line. */
export function writeYaml(head: readonly string[], document: YamlMap): string {
  const lines = head.map(commentLine);
  for (const entry of document.entries) {
    lines.push('', ...entryLines(entry, ''));
  }
  return `${lines.join('\n')}\n`;
}

function entryLines(entry: YamlEntry, indent: string): readonly string[] {
  const { key, value } = entry;
  const head = `${indent}${key}:`;
  if (!isBlock(value)) return withComments(entry, indent, [`${head} ${inline(value)}`]);
  const inner = blockLines(value, `${indent}  `);
  return withComments(entry, indent, inner.length === 0 ? [`${head} ${empty(value)}`] : [head, ...inner]);
}

function blockLines(block: Block, indent: string): readonly string[] {
  if ('entries' in block) return block.entries.flatMap((entry) => entryLines(entry, indent));
  return block.items.flatMap((item) => itemLines(item, indent));
}

function itemLines(item: YamlItem, indent: string): readonly string[] {
  const { value } = item;
  if (!isBlock(value)) return withComments(item, indent, [`${indent}- ${inline(value)}`]);
  const inner = blockLines(value, `${indent}  `);
  if (inner.length === 0) return withComments(item, indent, [`${indent}- ${empty(value)}`]);
  // The hyphen takes the place of two blanks in the first line that is no comment.
  const first = inner.findIndex((line) => !/^\s*#/.test(line));
  const lines = inner.map((line, index) =>
    index === first ? `${indent}- ${line.slice(indent.length + 2)}` : line,
  );
  return withComments(item, indent, lines);
}

function withComments(item: YamlItem, indent: string, lines: readonly string[]): readonly string[] {
  const { comment, value, above = [] } = item;
  const before = above.map((text) => `${indent}${commentLine(text)}`.trimEnd());
  if (comment === undefined) return [...before, ...lines];
  const [first = '', ...others] = lines;
  if (isBlock(value)) return [...before, `${indent}${commentLine(comment)}`, ...lines];
  return [...before, `${first}   # ${oneLine(comment)}`, ...others];
}

/** Whether a value has lines of its own. A list of values on one line has a method `entries`, which is not its own. */
export function isBlock(value: YamlItem['value']): value is Block {
  return typeof value === 'object' && (Object.hasOwn(value, 'entries') || Object.hasOwn(value, 'items'));
}

function empty(block: Block): string {
  return 'entries' in block ? '{}' : '[]';
}

function commentLine(text: string): string {
  return text === '' ? '' : `# ${oneLine(text)}`;
}

/** Controls, line separators and direction marks, which could end a comment or hide what stands in it. */
const HIDDEN = /[\p{Cc}\p{Cs}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu;

/** A text that can stand in a comment: what is hidden or would end it is shown as `\u…`. */
export function oneLine(text: string): string {
  return text.replace(HIDDEN, (hidden) => `\\u${(hidden.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

/** Texts that every version of YAML reads as the same text without quotes, also inside brackets and braces. */
const PLAIN = /^[A-Za-z0-9_./][A-Za-z0-9_./@+=-]*(?: [A-Za-z0-9_./@+=-]+)*$/;
const NOT_TEXT =
  /^(?:true|false|yes|no|on|off|y|n|null|~|[-+]?[\d_]*\.?[\d_]*(?:e[-+]?\d+)?|0x[\da-f_]+|0o?[0-7_]+|[-+]?\.inf|\.nan|\d{4}-\d\d?-\d\d?.*)$/i;

/** A value on one line of YAML. */
export function inline(value: Inline): string {
  if (typeof value === 'string') return PLAIN.test(value) && !NOT_TEXT.test(value) ? value : quote(value);
  if (typeof value !== 'object') return String(value);
  if ('fields' in value) {
    const fields = value.fields.map(([key, inner]) => `${key}: ${inline(inner)}`);
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  }
  return `[${value.map(inline).join(', ')}]`;
}

/** JSON's string is one of YAML's, as long as nothing in it is hidden. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g,
    (hidden) => {
      return `\\u${hidden.charCodeAt(0).toString(16).padStart(4, '0')}`;
    },
  );
}
