/** Names that administrators give to things, and paths. */
import { quoted, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The name of a rule: it stands in replies, logs and commands, so it has no blanks and is ASCII. */
export function parseName(text: string): string | TextProblem {
  if (NAME.test(text)) return text;
  return textProblem(
    `${quoted(text)} is not a name`,
    'A name has 1 to 64 letters, digits, dots, hyphens or underscores, and begins with a letter or digit.',
  );
}

/** A path of a file or folder, as written; it is resolved against the folder of the configuration file. */
export function parsePath(text: string): string | TextProblem {
  if (text === '') return textProblem('the path is empty');
  if (text.includes('\0')) return textProblem(`${quoted(text)} has a NUL character`);
  if (text.startsWith('~')) {
    return textProblem(`${quoted(text)} begins with ~, which only a shell replaces`, 'Write the whole path.');
  }
  return text;
}

/** A text for people; one line. */
export function parseLine(text: string): string | TextProblem {
  if (text.trim() === '') return textProblem('the text is empty');
  return /\p{Cc}/u.test(text) ? textProblem(`${quoted(text)} is more than one line`) : text;
}
