/** What is much or many, written for administrators. */
import { listOf } from '../std/mod.ts';

/** At most so many of the items, the rest counted: `a, b and 3 more`. */
export function most(items: readonly string[], number: number): string {
  if (items.length <= number) return listOf(items);
  return `${items.slice(0, number).join(', ')} and ${(items.length - number).toLocaleString('en-US')} more`;
}

const READABLE = 1_000_000_000_000n;
/** Made once: a table has one number a grant. */
const NUMBERS = new Intl.NumberFormat('en-US');

/** A number that says something to people: large ones as a power of two. */
export function amount(number: bigint): string {
  if (number < READABLE) return NUMBERS.format(number);
  const power = number.toString(2).length - 1;
  return number === 1n << BigInt(power) ? `2^${power}` : `about 2^${power}`;
}
