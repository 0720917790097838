/**
 * Command lines (RFC 5321 4.1.1, LMTP and the extensions) to `Command` values. Pure and total: every sequence of octets
 * gives a command, an illegal one `MALFORMED` or `UNKNOWN`. Strict on syntax; tolerated are spaces after `FROM:` and
 * `TO:` and at the end of a line, which many clients send.
 */
import { isAscii } from 'node:buffer';
import { decodeUtf8, hasNonAscii, isAddressError, parseForwardPath } from '../mail/mod.ts';
import { parseReversePath, pathLength } from '../mail/mod.ts';
import { parseEtrnTarget } from './etrn.ts';
import { parseMailParameters } from './mailParameters.ts';
import { parseRcptParameters } from './rcptParameters.ts';
import { NO_COMPAT, type Command, type CommandProblem, type Compat, type KnownVerb } from './types.ts';
import { parseXclientAttributes } from './xclient.ts';
import { parseXforwardAttributes } from './xforward.ts';

const SYNTAX: CommandProblem = { kind: 'syntax' };
const OCTETS: CommandProblem = { kind: 'octets' };

/** The longest of our verbs is STARTTLS. */
const VERB = /^[A-Za-z]{4,8}(?![!-~])/;
const WORD = /^[!-~]{0,16}/;
const CONTROL = /\p{Cc}/u;
/**
 * A name in EHLO or HELO grants nothing, and old devices send underscores and worse. Refused is only what could not
 * stand in a `Received` field without quoting, and what is too long (RFC 5321 4.5.3.1.2).
 */
const CLIENT_NAME = /^[^ "()<>\\,;]{1,255}$/;
/** A mechanism (RFC 4422 3.1) and the initial response; white space within it is nothing a client may send. */
const AUTH_ARGUMENT = /^([A-Za-z0-9_-]{1,20})(?: +([!-~]+))?$/;
/** RFC 3030 2: a size, and whether it is the last. 15 digits are counted exactly, and more than ever come. */
const CHUNK = /^([0-9]{1,15})( LAST)?$/i;

type Parse = (argument: string, compat: Compat) => Command;

const PARSERS: Readonly<Record<KnownVerb, Parse>> = {
  EHLO: (argument, compat) => greeting('EHLO', argument, compat),
  HELO: (argument, compat) => greeting('HELO', argument, compat),
  // RFC 2033 4.1. No old device speaks LMTP.
  LHLO: (argument) => greeting('LHLO', argument, NO_COMPAT),
  MAIL: mail,
  RCPT: rcpt,
  DATA: (argument) => bare('DATA', argument),
  BDAT: bdat,
  RSET: (argument) => bare('RSET', argument),
  QUIT: (argument) => bare('QUIT', argument),
  STARTTLS: (argument) => bare('STARTTLS', argument),
  // RFC 5321 4.1.1.9 and 4.1.1.8: an argument is permitted, and ignored.
  NOOP: () => ({ verb: 'NOOP' }),
  HELP: () => ({ verb: 'HELP' }),
  VRFY: (argument) => withText('VRFY', argument),
  EXPN: (argument) => withText('EXPN', argument),
  AUTH: auth,
  ETRN: etrn,
  XCLIENT: xclient,
  XFORWARD: xforward,
};
/** RFC 6531 3.3 and 3.7.4: commands whose arguments may be UTF-8. */
const WITH_UTF8: ReadonlySet<KnownVerb> = new Set<KnownVerb>(['MAIL', 'RCPT', 'VRFY', 'EXPN']);
/** The word comes from the client: it is looked for in a set, so that `constructor` is no verb. */
const KNOWN_VERBS: ReadonlySet<string> = new Set(Object.keys(PARSERS));

function isKnownVerb(word: string): word is KnownVerb {
  return KNOWN_VERBS.has(word);
}

/** Parses one line, given without its CRLF; the reader has bounded its length. Never throws. */
export function parseCommand(line: Buffer, compat: Compat): Command {
  const octets = line.toString('latin1');
  // RFC 5321 2.4: verbs are not case-sensitive.
  const verb = VERB.exec(octets)?.[0].toUpperCase() ?? '';
  if (!isKnownVerb(verb)) return { verb: 'UNKNOWN', word: WORD.exec(octets)?.[0] ?? '' };
  // RFC 5321 4.1.1.1: commands are ASCII. A TAB is not a space in the grammar of any of them.
  const text = isAscii(line) ? octets : WITH_UTF8.has(verb) ? decodeUtf8(line) : undefined;
  if (text === undefined || CONTROL.test(text)) return malformed(verb, OCTETS);
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

function greeting(verb: 'EHLO' | 'HELO' | 'LHLO', argument: string, compat: Compat): Command {
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
  // Nothing that is not ASCII is a parameter of MAIL or the value of one.
  if (hasNonAscii(parts.rest)) return malformed('MAIL', OCTETS);
  const result = parseMailParameters(parts.rest);
  if ('kind' in result) return malformed('MAIL', result);
  const { parameters } = result;
  // RFC 6531 3.5
  if (hasNonAscii(parts.path) && parameters.smtpUtf8 !== true)
    return malformed('MAIL', { kind: 'needsSmtpUtf8' });
  return { verb: 'MAIL', from, parameters };
}

function rcpt(argument: string): Command {
  const parts = pathAndParameters(argument, /^to: */i);
  if (parts === undefined) return malformed('RCPT', SYNTAX);
  const to = parseForwardPath(parts.path);
  if (isAddressError(to)) return malformed('RCPT', { kind: 'address', error: to });
  const result = parseRcptParameters(parts.rest);
  if ('kind' in result) return malformed('RCPT', result);
  return { verb: 'RCPT', to, parameters: result.parameters, utf8: hasNonAscii(parts.path) };
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

function bdat(argument: string): Command {
  const match = CHUNK.exec(argument);
  if (match?.[1] === undefined) return malformed('BDAT', SYNTAX);
  return { verb: 'BDAT', size: Number(match[1]), last: match[2] !== undefined };
}

function etrn(argument: string): Command {
  const target = parseEtrnTarget(argument);
  return target === undefined ? malformed('ETRN', SYNTAX) : { verb: 'ETRN', target };
}

function xclient(argument: string): Command {
  const attributes = parseXclientAttributes(argument);
  return 'kind' in attributes ? malformed('XCLIENT', attributes) : { verb: 'XCLIENT', attributes };
}

function xforward(argument: string): Command {
  const attributes = parseXforwardAttributes(argument);
  return 'kind' in attributes ? malformed('XFORWARD', attributes) : { verb: 'XFORWARD', attributes };
}
