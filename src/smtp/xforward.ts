/**
 * The attributes of XFORWARD, as Postfix defined it (XFORWARD_README): where a message first came from, for the log. An address
 * need not be one of the Internet, and names need not be in DNS, so nothing is made of them but text.
 */
import { isUnknown, parseAttributes } from './attributes.ts';
import type { CommandProblem, XforwardName } from './types.ts';

/** Characters of a value, after decoding. */
const LONGEST_VALUE = 255;
const LONGEST_PROTOCOL = 64;

type Read = (value: string) => string | undefined;

/** What is kept of a value; undefined: it is none. */
const READERS: { readonly [N in XforwardName]: Read } = {
  NAME: text,
  ADDR: (value) => text(value.replace(/^ipv6:/i, '')),
  PORT: (value) => (/^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? value : undefined),
  PROTO: (value) => (value.length <= LONGEST_PROTOCOL ? value : undefined),
  HELO: text,
  IDENT: text,
  SOURCE: (value) => (/^(?:local|remote)$/i.test(value) ? value.toUpperCase() : undefined),
};
const NAMES: ReadonlySet<string> = new Set(Object.keys(READERS));

function text(value: string): string | undefined {
  return value !== '' && value.length <= LONGEST_VALUE ? value : undefined;
}

function isName(word: string): word is XforwardName {
  return NAMES.has(word);
}

/** An attribute whose value is undefined is not known to the client. */
export function parseXforwardAttributes(
  argument: string,
): ReadonlyMap<XforwardName, string | undefined> | CommandProblem {
  const given = parseAttributes(argument, isName);
  if ('kind' in given) return given;
  const attributes = new Map<XforwardName, string | undefined>();
  for (const [name, value] of given) {
    const read = isUnknown(value) ? undefined : READERS[name](value);
    if (read === undefined && !isUnknown(value)) return { kind: 'badParameter', name };
    attributes.set(name, read);
  }
  return attributes;
}
