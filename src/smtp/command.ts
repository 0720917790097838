/**
 * Command lines (RFC 5321 4.1.1 and the extensions offered) to `Command` values. Pure and total: every sequence of
 * octets gives a command, an illegal one `MALFORMED` or `UNKNOWN`. Strict on syntax; tolerated are spaces after
 * `FROM:` and `TO:` and at the end of a line, which many clients send.
 */
import { isAddressError, parseForwardPath, parseReversePath, pathLength } from '../mail/mod.ts';
import { parseMailParameters, splitParameters } from './parameters.ts';
import type { Command, CommandProblem, Compat, KnownVerb } from './types.ts';

const SYNTAX: CommandProblem = { kind: 'syntax' };
const OCTETS: CommandProblem = { kind: 'octets' };

/** The longest of our verbs is STARTTLS. */
const VERB = /^[A-Za-z]{4,8}(?![!-~])/;
const WORD = /^[!-~]{0,16}/;
const UNPRINTABLE = /[^ -~]/;
/**
 * A name in EHLO or HELO grants nothing, and old devices send underscores and worse. Refused is only what could not
 * stand in a `Received` field without quoting, and what is too long (RFC 5321 4.5.3.1.2).
 */
const CLIENT_NAME = /^[^ "()<>\\,;]{1,255}$/;
/** A mechanism (RFC 4422 3.1) and the initial response; white space within it is nothing a client may send. */
const AUTH_ARGUMENT = /^([A-Za-z0-9_-]{1,20})(?: +([!-~]+))?$/;

type Parse = (argument: string, compat: Compat) => Command;

const PARSERS: Readonly<Record<KnownVerb, Parse>> = {
  EHLO: (argument, compat) => greeting('EHLO', argument, compat),
  HELO: (argument, compat) => greeting('HELO', argument, compat),
  MAIL: mail,
  RCPT: rcpt,
  DATA: (argument) => bare('DATA', argument),
  RSET: (argument) => bare('RSET', argument),
  QUIT: (argument) => bare('QUIT', argument),
  STARTTLS: (argument) => bare('STARTTLS', argument),
  // RFC 5321 4.1.1.9 and 4.1.1.8: an argument is permitted, and ignored.
  NOOP: () => ({ verb: 'NOOP' }),
  HELP: () => ({ verb: 'HELP' }),
  VRFY: (argument) => withText('VRFY', argument),
  EXPN: (argument) => withText('EXPN', argument),
  AUTH: auth,
};
/** The word comes from the client: it is looked for in a set, so that `constructor` is no verb. */
const KNOWN_VERBS: ReadonlySet<string> = new Set(Object.keys(PARSERS));

function isKnownVerb(word: string): word is KnownVerb {
  return KNOWN_VERBS.has(word);
}

/** Parses one line, given without its CRLF; the reader has bounded its length. Never throws. */
export function parseCommand(line: Buffer, compat: Compat): Command {
  const text = line.toString('latin1');
  // RFC 5321 2.4: verbs are not case-sensitive.
  const verb = VERB.exec(text)?.[0].toUpperCase() ?? '';
  if (!isKnownVerb(verb)) return { verb: 'UNKNOWN', word: WORD.exec(text)?.[0] ?? '' };
  // RFC 5321 4.1.1.1: commands are ASCII. A TAB is not a space in the grammar of any of them.
  if (UNPRINTABLE.test(text)) return { verb: 'MALFORMED', of: verb, problem: OCTETS };
  return PARSERS[verb](argumentOf(text, verb.length), compat);
}

/** What follows the verb and its one space, without trailing spaces (RFC 5321 4.1.1 tolerates those). */
function argumentOf(text: string, verbLength: number): string {
  let end = text.length;
  while (end > verbLength && text.charCodeAt(end - 1) === 0x20) end -= 1;
  return text.slice(verbLength + 1, end);
}

function malformed(of: KnownVerb, problem: CommandProblem): Command {
  return { verb: 'MALFORMED', of, problem };
}

function greeting(verb: 'EHLO' | 'HELO', argument: string, compat: Compat): Command {
  const name = argument.trimStart();
  const legal = name === '' ? compat.ehloWithoutName : CLIENT_NAME.test(name);
  return legal ? { verb, name } : malformed(verb, SYNTAX);
}

function bare(verb: 'DATA' | 'RSET' | 'QUIT' | 'STARTTLS', argument: string): Command {
  return argument === '' ? { verb } : malformed(verb, SYNTAX);
}

function withText(verb: 'VRFY' | 'EXPN', argument: string): Command {
  return argument === '' ? malformed(verb, SYNTAX) : { verb, argument };
}

function mail(argument: string): Command {
  const parts = pathAndParameters(argument, /^from: */i);
  if (parts === undefined) return malformed('MAIL', SYNTAX);
  const from = parseReversePath(parts.path);
  if (isAddressError(from)) return malformed('MAIL', { kind: 'address', error: from });
  const parameters = parseMailParameters(parts.rest);
  return 'kind' in parameters ? malformed('MAIL', parameters) : { verb: 'MAIL', from, parameters };
}

function rcpt(argument: string): Command {
  const parts = pathAndParameters(argument, /^to: */i);
  if (parts === undefined) return malformed('RCPT', SYNTAX);
  const to = parseForwardPath(parts.path);
  if (isAddressError(to)) return malformed('RCPT', { kind: 'address', error: to });
  const [parameter] = splitParameters(parts.rest);
  if (parameter === undefined) return { verb: 'RCPT', to };
  if (parameter === 'malformed') return malformed('RCPT', SYNTAX);
  // No extension that is offered has a parameter of RCPT.
  return malformed('RCPT', { kind: 'unknownParameter', name: parameter.name });
}

/** Splits `FROM:<path> parameters`. What should be a path and is not is given whole, for its error to be found. */
function pathAndParameters(argument: string, keyword: RegExp): { path: string; rest: string } | undefined {
  const prefix = keyword.exec(argument)?.[0];
  if (prefix === undefined || prefix.length === argument.length) return undefined;
  const text = argument.slice(prefix.length);
  const length = pathLength(text);
  const rest = text.slice(length);
  return length === 0 || (rest !== '' && !rest.startsWith(' '))
    ? { path: text, rest: '' }
    : { path: text.slice(0, length), rest };
}

function auth(argument: string): Command {
  const match = AUTH_ARGUMENT.exec(argument);
  const mechanism = match?.[1]?.toUpperCase();
  if (mechanism === undefined) return malformed('AUTH', SYNTAX);
  const initial = match?.[2];
  // RFC 4954 section 4: a lone `=` is an initial response of no octets.
  return { verb: 'AUTH', mechanism, initial: initial === '=' ? '' : initial };
}
