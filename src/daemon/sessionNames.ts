/** Names for sessions, short enough to be read over the telephone: they stand in refusals and in every line of the log. */
import { randomInt } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Unique within a worker's life, and practically over its lives: a random beginning, then a counter. */
export function sessionNames(worker: string): () => string {
  const prefix = Array.from({ length: 4 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  let count = 0;
  return () => {
    count += 1;
    return `${worker}${prefix}-${count.toString(36)}`;
  };
}
