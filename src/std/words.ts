/** Lists, numbers and moments as they are written for people, everywhere the same. */

/** `a`, `a and b`, `a, b and c` */
export function listOf(items: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${conjunction} ${items.at(-1) ?? ''}`;
}

/** `1 message`, `1,204 messages`, `no messages` */
export function formatCount(count: number | bigint, one: string, many = `${one}s`): string {
  if (count === 0 || count === 0n) return `no ${many}`;
  return `${count.toLocaleString('en-US')} ${count === 1 || count === 1n ? one : many}`;
}

/** A moment in UTC to the second, `2026-11-24 04:02:31 UTC`; a number of milliseconds that is no date is written as it is. */
export function formatMoment(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return String(ms);
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Text of anybody as a line of a log, a reply or a field can hold it: whatever is not printable ASCII becomes `?`. */
export function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, '?');
}
