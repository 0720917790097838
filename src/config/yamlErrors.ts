/** The errors of the YAML parser in words for administrators: what is at that place, and what to write. */
import type { YAMLError } from 'yaml';
import type { ConfigProblem } from './problem.ts';
import { quoted, shown, unhidden } from './text/problem.ts';

type Explanation = Omit<ConfigProblem, 'place'>;

/** Explains an error in `text`; what is not known here is told in the parser's own words. */
export function explainYamlError(error: YAMLError, text: string): Explanation {
  const unclosed = explainUnclosed(error);
  return unclosed ?? EXPLANATIONS.get(error.code)?.(text, error.pos[0], error) ?? inItsWords(error);
}

type Explain = (text: string, position: number, error: YAMLError) => Explanation;

const EXPLANATIONS: ReadonlyMap<YAMLError['code'], Explain> = new Map<YAMLError['code'], Explain>([
  ['TAB_AS_INDENT', () => ({ message: 'a tab cannot indent YAML', remedy: 'Use spaces.' })],
  ['BAD_SCALAR_START', explainReserved],
  [
    'MULTIPLE_DOCS',
    () => ({
      message: 'a second document begins here',
      remedy: 'A configuration is one document; remove this line.',
    }),
  ],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    () => ({
      message: 'a second key begins in a value',
      remedy: 'Put a value with a colon and a blank in quotes, or the key on a line of its own.',
    }),
  ],
  [
    'BLOCK_IN_FLOW',
    () => ({
      message: 'a second key or list begins inside brackets',
      remedy: 'Put a comma between entries, and quotes around a value with a colon and a blank.',
    }),
  ],
  ['BAD_DQ_ESCAPE', explainEscape],
  [
    'TAG_RESOLVE_FAILED',
    () => ({
      message: 'tags (!) have no use in a configuration',
      remedy: 'If a text is meant, write it in quotes.',
    }),
  ],
  [
    'BAD_DIRECTIVE',
    () => ({ message: 'directives (%) have no use in a configuration', remedy: 'Remove this line.' }),
  ],
  ['RESOURCE_EXHAUSTION', () => ({ message: 'this is nested too deeply' })],
  [
    'MISSING_CHAR',
    (_text, _position, error) =>
      error.message.startsWith('Sequence item without')
        ? {
            message: 'this line is neither an item of the list above nor a key of its last item',
            remedy: 'An item begins with "- "; the keys of an item stand in the column of its first key.',
          }
        : inItsWords(error),
  ],
  ['UNEXPECTED_TOKEN', explainToken],
  ['BAD_INDENT', explainIndent],
]);

/** The parser repeats what it found, whatever that would do on a terminal. */
function inItsWords(error: YAMLError): Explanation {
  return { message: `this is not YAML: ${lowerFirst(unhidden(error.message))}` };
}

/** Lists, groups and texts without an end; the parser notices where they should have ended. */
function explainUnclosed(error: YAMLError): Explanation | undefined {
  const { message } = error;
  if (message.includes('end with a ]'))
    return { message: 'a list that begins with [ has no end', remedy: 'Close it with ].' };
  if (message.includes('end with a }'))
    return { message: 'a group that begins with { has no end', remedy: 'Close it with }.' };
  if (message.startsWith('Missing closing'))
    return { message: 'a text in quotes has no end', remedy: 'Close it with the same quote.' };
  return undefined;
}

/** `@contoso.example`, `` `x` ``, `%x`: characters that cannot begin a text without quotes. */
function explainReserved(text: string, position: number): Explanation {
  const value = /^[^\s,\]}#]+/.exec(text.slice(position, position + 200))?.[0] ?? text.charAt(position);
  return {
    message: `a value that begins with ${value.charAt(0)} needs quotes`,
    remedy: `Write ${quoted(value)}.`,
  };
}

function explainEscape(text: string, position: number): Explanation {
  return {
    message: `${shown(text.slice(position, position + 2))} has no meaning in double quotes`,
    remedy: "Write the backslash twice, or use single quotes: 'CONTOSO\\alice'.",
  };
}

/** `bind: [::]:25`: what begins with a bracket is a list. */
function explainToken(text: string, position: number, error: YAMLError): Explanation {
  const line = text.slice(text.lastIndexOf('\n', position - 1) + 1, position + 1);
  const address = /\[[0-9A-Fa-f:.]*\]:?$/.exec(line)?.[0];
  if (address === undefined) return inItsWords(error);
  return {
    message: 'a value that begins with [ needs quotes',
    remedy: `Write "${shown(address.replace(/:$/, ''))}:25", or whatever port is meant.`,
  };
}

function explainIndent(_text: string, _position: number, error: YAMLError): Explanation {
  if (!error.message.startsWith('All mapping items')) return inItsWords(error);
  return {
    message: 'this line is indented differently from those it belongs to',
    remedy: 'Keys of one group stand in one column.',
  };
}

function lowerFirst(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}
