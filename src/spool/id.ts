/**
 * Names of messages.
 *
 * An id has 18 characters of Crockford's base 32 (digits and upper case letters without I, L, O and U):
 *
 *     TTTTTTTTT CC RRRRRRR
 *     |         |  a random number of 35 bits, drawn when the spool was opened
 *     |         a counter within the millisecond, 0 to 1023
 *     milliseconds since the epoch, 45 bits: good until the year 3084
 *
 * So ids sort by time of arrival, over all workers, as text and as octets. Within one opening of a spool they are strictly
 * ascending, whatever the clock does. Between spools and openings they differ by the random number.
 */
import type { Clock } from '../std/mod.ts';
import type { SpoolId } from './types.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const FORM = /^[0-9A-HJKMNP-TV-Z]{18}$/;
const TIME_CHARACTERS = 9;
const COUNTER_CHARACTERS = 2;
const TAG_CHARACTERS = 7;
const COUNTS = 32 ** COUNTER_CHARACTERS;
/** Numbers at or above are not drawn as a tag. */
export const TAGS = 32 ** TAG_CHARACTERS;

function base32(value: number, characters: number): string {
  let text = '';
  let rest = value;
  for (let at = 0; at < characters; at += 1) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Whether `text` has the form of an id; it need not name a message. */
export function isSpoolId(text: string): text is SpoolId {
  return FORM.test(text);
}

/** Reads an id that a person or another process gave; undefined when it has not the form of one. */
export function parseSpoolId(text: string): SpoolId | undefined {
  return isSpoolId(text) ? text : undefined;
}

/** A source of fresh ids; `tag` is a random integer from 0 to TAGS - 1. Costs well below a microsecond. */
export function idSource(clock: Clock, tag: number): () => SpoolId {
  const suffix = base32(tag, TAG_CHARACTERS);
  let millisecond = 0;
  let prefix = '';
  let count = 0;
  return () => {
    const now = clock.now();
    count += 1;
    // A clock set back, or more than 1024 ids in a millisecond: go on from the last id, ahead of the clock.
    if (now > millisecond || count === COUNTS) {
      millisecond = Math.max(now, millisecond + 1);
      prefix = base32(millisecond, TIME_CHARACTERS);
      count = 0;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a brand is given, not converted
    return (prefix + base32(count, COUNTER_CHARACTERS) + suffix) as SpoolId;
  };
}
