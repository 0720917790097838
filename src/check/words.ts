/** How numbers, lists and moments are written for administrators. */

/** `1 grant`, `1,204 grants`, `no grants`. */
export function count(number: number | bigint, one: string, many = `${one}s`): string {
  if (number === 0 || number === 0n) return `no ${many}`;
  return `${number.toLocaleString('en-US')} ${number === 1 || number === 1n ? one : many}`;
}

/** `a`, `a and b`, `a, b and c` */
export function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

/** At most so many of the items, the rest counted: `a, b and 3 more`. */
export function most(items: readonly string[], number: number): string {
  if (items.length <= number) return list(items);
  return `${items.slice(0, number).join(', ')} and ${(items.length - number).toLocaleString('en-US')} more`;
}

/** `2027-06-30 18:00:00 UTC`; a number that is no date is written as it is. */
export function moment(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return String(ms);
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const READABLE = 1_000_000_000_000n;

/** A number that says something to people: large ones as a power of two. */
export function amount(number: bigint): string {
  if (number < READABLE) return number.toLocaleString('en-US');
  const power = number.toString(2).length - 1;
  return number === 1n << BigInt(power) ? `2^${power}` : `about 2^${power}`;
}
