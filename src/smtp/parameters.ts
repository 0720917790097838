/** Parameters of MAIL and RCPT (`esmtp-param`, RFC 5321 4.1.2): taken apart, and put together without a name twice. */
import type { CommandProblem } from './types.ts';

export interface Parameter {
  /** Upper case. */
  readonly name: string;
  /** Undefined without `=`. */
  readonly value: string | undefined;
}

/** RFC 6531 3.3 adds what is not ASCII to the values; only ORCPT may have it. */
const PARAMETER = /^([A-Za-z0-9][A-Za-z0-9-]{0,63})(?:=([!-<>-~\u0080-\u{10ffff}]+))?$/u;

/** The parameters in `text`, between any number of spaces; `malformed` for a word that cannot be one. */
function splitParameters(text: string): (Parameter | 'malformed')[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const match = PARAMETER.exec(word);
      return match?.[1] === undefined ? 'malformed' : { name: match[1].toUpperCase(), value: match[2] };
    });
}

/** What one parameter gives; `bad` when its value is not legal, `unknown` when it is none of the command's. */
export type Read<T> = (name: string, value: string | undefined) => Partial<T> | 'bad' | 'unknown';

/** Reads all parameters; the first thing that is wrong is what is reported. None gives an empty object. */
export function readParameters<T extends object>(
  text: string,
  read: Read<T>,
): { readonly parameters: Partial<T> } | CommandProblem {
  let parameters: Partial<T> = {};
  for (const parameter of splitParameters(text)) {
    if (parameter === 'malformed') return { kind: 'syntax' };
    const { name, value } = parameter;
    const result = read(name, value);
    if (result === 'unknown') return { kind: 'unknownParameter', name };
    if (result === 'bad') return { kind: 'badParameter', name };
    // Nothing is said twice, in one way or in two (HOLDFOR and HOLDUNTIL, RFC 4865 4.1).
    const again = Object.keys(result).some((key) => Object.hasOwn(parameters, key));
    if (again) return { kind: 'badParameter', name };
    parameters = { ...parameters, ...result };
  }
  return { parameters };
}
