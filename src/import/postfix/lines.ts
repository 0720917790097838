/** The lines of Postfix's text files, as postconf(5) and postmap(1) define them. */

export interface LogicalLine {
  /** With its continuation lines, each joined by one blank. */
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

/**
 * Blank lines and lines that begin with `#` say nothing, also between the parts of a longer line; a line that begins
 * with a blank continues the one before.
 */
export function logicalLines(text: string): readonly LogicalLine[] {
  const lines: { parts: string[]; line: number }[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const last = lines.at(-1);
    if (/^\s/.test(raw) && last !== undefined) last.parts.push(content);
    else lines.push({ parts: [content], line: index + 1 });
  }
  return lines.map(({ parts, line }) => ({ text: parts.join(' '), line }));
}

/** Splits a list at commas and blanks; what stands in braces is one item, its braces kept. */
export function splitList(text: string): readonly string[] {
  const items: string[] = [];
  let item = '';
  let depth = 0;
  for (const character of text) {
    if (character === '{') depth += 1;
    if (character === '}' && depth > 0) depth -= 1;
    if (depth === 0 && /[\s,]/.test(character)) {
      if (item !== '') items.push(item);
      item = '';
    } else {
      item += character;
    }
  }
  if (item !== '') items.push(item);
  return items;
}

/** What stands in braces, without them and the blanks inside; a text without braces as it is. */
export function unbraced(text: string): string {
  return text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1).trim() : text;
}
