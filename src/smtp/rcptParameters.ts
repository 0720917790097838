/** The parameters of RCPT: NOTIFY and ORCPT (RFC 3461 4.1, 4.2). Whether they are offered now is for the session. */
import { firstUnfit, foldAscii } from '../mail/mod.ts';
import { readParameters, type Read } from './parameters.ts';
import type { CommandProblem, RcptParameters } from './types.ts';
import { decodeXtext } from './xtext.ts';

/** Characters of ORCPT, the type included (RFC 3461 4.2). */
const LONGEST_ORIGINAL_RECIPIENT = 500;

/** `addr-type` is a word that IANA lists: `rfc822`, `utf-8`, `x400`. */
const TYPED = /^([A-Za-z][A-Za-z0-9-]{0,31});(.+)$/su;
/** An address of type `utf-8` (RFC 6533 3): `QCHAR`, characters beyond ASCII, and `EmbeddedUnicodeChar`. */
const UTF8_ADDRESS =
  /^(?:[!-*,-<>-[\]-~\u0080-\u{10ffff}]|\\x\{(?:[01][1-9]|[12]0|2B|3D|5C|7F|[89A-F][0-9A-F]|[1-9A-F][0-9A-F]{2}|[1-9A-CE-F][0-9A-F]{3}|D[0-7][0-9A-F]{2}|[1-9A-F][0-9A-F]{4}|10[0-9A-F]{4})\})+$/u;
const EMBEDDED = /\\x\{([0-9A-F]+)\}/g;
const NON_ASCII = /[\u0080-\u{10ffff}]/gu;
const EVENTS = ['success', 'failure', 'delay'] as const;

type Value = string | undefined;

const read: Read<RcptParameters> = (name, value) => {
  if (name === 'NOTIFY') return notify(value) ?? 'bad';
  return name === 'ORCPT' ? (originalRecipient(value) ?? 'bad') : 'unknown';
};

/** Parses what follows the forward-path; the first thing that is wrong is what is reported. */
export function parseRcptParameters(text: string): { readonly parameters: RcptParameters } | CommandProblem {
  return readParameters(text, read);
}

/** `NEVER`, or a list of the others. */
function notify(value: Value): RcptParameters | undefined {
  const words = foldAscii(value ?? '').split(',');
  if (words.length === 1 && words[0] === 'never') return { notify: 'never' };
  const asked = EVENTS.filter((event) => words.includes(event));
  const known: readonly string[] = EVENTS;
  return words.every((word) => known.includes(word)) ? { notify: asked } : undefined;
}

function originalRecipient(value: Value): RcptParameters | undefined {
  const [, type, address] = TYPED.exec(value ?? '') ?? [];
  if (type === undefined || address === undefined) return undefined;
  // RFC 6533 3: both forms say the same; the one that is ASCII can be passed on and written down everywhere.
  const written = foldAscii(type) === 'utf-8' ? utf8Address(address) : xtextAddress(address);
  if (written === undefined || type.length + 1 + written.length > LONGEST_ORIGINAL_RECIPIENT)
    return undefined;
  return { originalRecipient: `${type};${written}` };
}

function xtextAddress(text: string): string | undefined {
  return decodeXtext(text) === undefined ? undefined : text;
}

/** The grammar would permit controls; they are refused here as in every address. */
function utf8Address(text: string): string | undefined {
  if (!UTF8_ADDRESS.test(text)) return undefined;
  const plain = text.replace(EMBEDDED, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return firstUnfit(plain) === -1 ? text.replace(NON_ASCII, embedded) : undefined;
}

function embedded(character: string): string {
  return `\\x{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}
