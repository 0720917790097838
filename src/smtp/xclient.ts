/**
 * The attributes of XCLIENT, as Postfix defined it (XCLIENT_README): `NAME=value` with values in xtext. What they mean, and
 * whether this client may say so, is for the session.
 */
import type { CommandProblem, XclientName, XclientValue } from './types.ts';
import { decodeXtext } from './xtext.ts';

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
const ATTRIBUTE = /^([A-Za-z]{1,16})=(.+)$/;
const UNKNOWN = /^\[(?:unavailable|tempunavail)\]$/i;

function isName(word: string): word is XclientName {
  return NAMES.has(word);
}

/** At least one attribute, none twice; the first thing that is wrong is what is reported. */
export function parseXclientAttributes(
  text: string,
): ReadonlyMap<XclientName, XclientValue> | CommandProblem {
  const attributes = new Map<XclientName, XclientValue>();
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const [, given, encoded] = ATTRIBUTE.exec(word) ?? [];
    if (given === undefined || encoded === undefined) return { kind: 'syntax' };
    const name = given.toUpperCase();
    const value = decodeXtext(encoded);
    if (!isName(name) || value === undefined || attributes.has(name)) return { kind: 'badParameter', name };
    attributes.set(name, UNKNOWN.test(value) ? value.toUpperCase() : value);
  }
  return attributes.size === 0 ? { kind: 'syntax' } : attributes;
}
