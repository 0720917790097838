/** Parameters of MAIL and RCPT (`esmtp-param`, RFC 5321 4.1.2) and those of the extensions that are offered. */
import { foldAscii } from '../mail/mod.ts';
import type { BodyType, CommandProblem, MailParameters } from './types.ts';

export interface Parameter {
  /** Upper case. */
  readonly name: string;
  /** Undefined without `=`. */
  readonly value: string | undefined;
}

const PARAMETER = /^([A-Za-z0-9][A-Za-z0-9-]{0,63})(?:=([!-<>-~]+))?$/;
/** RFC 1870 section 5: at most 20 digits. */
const SIZE = /^[0-9]{1,20}$/;
/** RFC 4954 section 5: a mailbox in xtext (RFC 3461 section 4), or `<>`. What cannot be either. */
const BAD_XTEXT = /=|\+(?![0-9A-F]{2})/;

/** The parameters in `text`, between any number of spaces; `malformed` for a word that cannot be one. */
export function splitParameters(text: string): (Parameter | 'malformed')[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const match = PARAMETER.exec(word);
      return match?.[1] === undefined ? 'malformed' : { name: match[1].toUpperCase(), value: match[2] };
    });
}

type Draft = { -readonly [Key in keyof MailParameters]: MailParameters[Key] };

/** Parses what follows the reverse-path; the first thing that is wrong is what is reported. */
export function parseMailParameters(text: string): MailParameters | CommandProblem {
  const parameters: Draft = {};
  if (text === '') return parameters;
  for (const parameter of splitParameters(text)) {
    if (parameter === 'malformed') return { kind: 'syntax' };
    const problem = add(parameters, parameter);
    if (problem !== undefined) return problem;
  }
  return parameters;
}

function add(parameters: Draft, { name, value }: Parameter): CommandProblem | undefined {
  switch (name) {
    case 'SIZE':
      if (parameters.size !== undefined || value === undefined || !SIZE.test(value)) break;
      parameters.size = Number(value);
      return undefined;
    case 'BODY': {
      const body = bodyType(value);
      if (parameters.body !== undefined || body === undefined) break;
      parameters.body = body;
      return undefined;
    }
    case 'AUTH':
      if (parameters.auth !== undefined || value === undefined || BAD_XTEXT.test(value)) break;
      parameters.auth = value;
      return undefined;
    default:
      return { kind: 'unknownParameter', name };
  }
  return { kind: 'badParameter', name };
}

function bodyType(value: string | undefined): BodyType | undefined {
  const folded = foldAscii(value ?? '');
  if (folded === '8bitmime') return '8BITMIME';
  return folded === '7bit' ? '7BIT' : undefined;
}
