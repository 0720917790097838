/** The attributes of XCLIENT and XFORWARD, as Postfix defined them: `NAME=value` between spaces, with values in xtext. */
import type { CommandProblem } from './types.ts';
import { decodeXtext } from './xtext.ts';

const ATTRIBUTE = /^([A-Za-z]{1,16})=(.+)$/;
const UNKNOWN = /^\[(?:unavailable|tempunavail)\]$/i;

/** At least one attribute, none twice; the first thing that is wrong is what is reported. What is not known is in capitals. */
export function parseAttributes<Name extends string>(
  text: string,
  isName: (word: string) => word is Name,
): ReadonlyMap<Name, string> | CommandProblem {
  const attributes = new Map<Name, string>();
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const [, given, encoded] = ATTRIBUTE.exec(word) ?? [];
    if (given === undefined || encoded === undefined) return { kind: 'syntax' };
    const name = given.toUpperCase();
    const value = decodeXtext(encoded);
    if (!isName(name) || value === undefined || attributes.has(name)) return { kind: 'badParameter', name };
    attributes.set(name, isUnknown(value) ? value.toUpperCase() : value);
  }
  return attributes.size === 0 ? { kind: 'syntax' } : attributes;
}

/** `[UNAVAILABLE]` or `[TEMPUNAVAIL]`: who says so does not know it. */
export function isUnknown(value: string): boolean {
  return UNKNOWN.test(value);
}
