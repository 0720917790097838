/**
 * What a password is, before it is hashed: prepared by SASLprep (RFC 4013), both when it is set and when it is checked,
 * so that the same password typed on different keyboards is the same octets. Nothing is trimmed or cut, and case counts.
 */
import { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';
import { saslprep } from '@mongodb-js/saslprep';

/** Octets of UTF-8, as given. */
export const MAX_PASSWORD_OCTETS = 1024;

export type PasswordProblem =
  | 'empty'
  /** Over {@link MAX_PASSWORD_OCTETS}. */
  | 'tooLong'
  /** Holds a character that SASLprep prohibits or does not know (control characters, most emoji), or mixes directions. */
  | 'characters';

/** The octets to hash, or why this is no password. */
export function preparePassword(password: string): Buffer | PasswordProblem {
  if (password === '') return 'empty';
  if (Buffer.byteLength(password, 'utf8') > MAX_PASSWORD_OCTETS) return 'tooLong';
  const prepared = tryPrepare(password);
  return prepared === undefined ? 'characters' : Buffer.from(prepared, 'utf8');
}

const PROBLEMS: Readonly<Record<PasswordProblem, string>> = {
  empty: 'The password is empty.',
  tooLong: `The password is longer than ${MAX_PASSWORD_OCTETS} octets.`,
  characters:
    'The password holds a character that passwords cannot have, such as a control character or an emoji.',
};

/** A short sentence for people. */
export function describePasswordProblem(problem: PasswordProblem): string {
  return PROBLEMS[problem];
}

// RFC 4013 2.5: what is stored may not hold unassigned code points; what is compared to it then cannot match with any.
function tryPrepare(password: string): string | undefined {
  try {
    return saslprep(password);
  } catch {
    // It throws for what is prohibited, and for what is mapped to nothing at all (a lone soft hyphen).
    return undefined;
  }
}

/** Without characters that are mistaken for one another: no i l o s, no 0 1 2 5. */
const ALPHABET = 'abcdefghjkmnpqrtuvwxyz346789';
const GROUPS = 6;
const GROUP_LENGTH = 4;

/** A random password of 24 characters and 115 bits, `k3mq-7tzn-…`; its hyphens are part of it. */
export function generatePassword(): string {
  return Array.from({ length: GROUPS }, generateGroup).join('-');
}

function generateGroup(): string {
  let group = '';
  for (let i = 0; i < GROUP_LENGTH; i += 1) group += ALPHABET.charAt(randomInt(ALPHABET.length));
  return group;
}
