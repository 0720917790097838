/** How the limits of grants are written, in configurations, logs and messages to administrators. */
import type { Limit } from './types.ts';
import { count } from './words.ts';

/** The times that have a name, with their milliseconds. */
const NAMED: readonly (readonly [string, number])[] = [
  ['second', 1000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['week', 604_800_000],
];

/** Units of durations, the largest first. */
const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** `200/hour`, `10/10m`: as the configuration reads it. */
export function formatRate({ recipients, periodMs }: Pick<Limit, 'recipients' | 'periodMs'>): string {
  return `${recipients}/${formatPeriod(periodMs)}`;
}

/** `200 recipients/hour`, `20 recipients/minute for each client, 5 at once`. */
export function describeLimit({ recipients, periodMs, burst, per }: Limit): string {
  const whose = per === 'grant' ? '' : ` for each ${per}`;
  const atOnce = burst === recipients ? '' : `, ${count(burst)} at once`;
  return `${count(recipients, 'recipient')}/${formatPeriod(periodMs)}${whose}${atOnce}`;
}

function formatPeriod(periodMs: number): string {
  const named = NAMED.find(([, length]) => length === periodMs)?.[0];
  if (named !== undefined) return named;
  let rest = periodMs;
  let text = '';
  for (const [unit, length] of UNITS) {
    if (rest >= length) text += `${Math.floor(rest / length)}${unit}`;
    rest %= length;
  }
  return text;
}
