/**
 * The attributes of XCLIENT, as Postfix defined it (XCLIENT_README). What they mean, and whether this client may say so, is for
 * the session.
 */
import { parseAttributes } from './attributes.ts';
import type { CommandProblem, XclientName, XclientValue } from './types.ts';

const NAMES: ReadonlySet<string> = new Set<XclientName>([
  'NAME',
  'ADDR',
  'PORT',
  'PROTO',
  'HELO',
  'LOGIN',
  'DESTADDR',
  'DESTPORT',
]);

function isName(word: string): word is XclientName {
  return NAMES.has(word);
}

export function parseXclientAttributes(
  text: string,
): ReadonlyMap<XclientName, XclientValue> | CommandProblem {
  return parseAttributes(text, isName);
}
