/** What a parser of one configuration value answers when the value is not one: what is wrong, and what to write instead. */
import { listOf } from '../../std/mod.ts';
export interface TextProblem {
  /** Begins with the quoted value or with what it is, has no full stop: `10.0.9.9/24 has host bits set`. */
  readonly problem: string;
  /** One or more whole sentences: `Write 10.0.9.9 for that host, or 10.0.9.0/24 for all 256.` */
  readonly remedy?: string;
}

export function textProblem(problem: string, remedy?: string): TextProblem {
  return remedy === undefined ? { problem } : { problem, remedy };
}

export function isTextProblem(value: unknown): value is TextProblem {
  return typeof value === 'object' && value !== null && 'problem' in value;
}

/** Characters that could disturb a terminal or hide in it: controls, line separators, direction marks. */
const HIDDEN = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** `text` safe to print on one line: hidden characters as `\u…`, at most 60 characters. */
export function shown(text: string): string {
  return unhidden(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}

/** `text` with hidden characters as `\u…`. */
export function unhidden(text: string): string {
  return text.replace(HIDDEN, (hidden) => `\\u${hidden.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `shown(text)` in double quotes. */
export function quoted(text: string): string {
  return `"${shown(text)}"`;
}

/** `a`, `a or b`, `a, b or c`. */
export function either(words: readonly string[], conjunction: 'or' | 'and' = 'or'): string {
  return listOf(words, conjunction);
}
