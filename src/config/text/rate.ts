/** How many in which time, as it is written in the configuration: `200/hour`, `20/minute`, `10/10m`. */
import type { Limit } from '../../policy/mod.ts';
import { suggest } from '../suggest.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { isTextProblem, quoted, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';
import { grouped } from './size.ts';

export type Rate = Pick<Limit, 'recipients' | 'periodMs'>;

/** The units with their milliseconds; a month has no fixed length and is no unit. */
const UNITS = new Map([
  ['second', 1000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['week', 7 * 86_400_000],
]);

/** What is written elsewhere for a unit, and what it is here. */
const OTHERS = new Map([
  ...['s', 'sec', 'secs', 'seconds'].map((word) => [word, 'second'] as const),
  ...['m', 'min', 'mins', 'minutes'].map((word) => [word, 'minute'] as const),
  ...['h', 'hr', 'hrs', 'hours', 'hourly'].map((word) => [word, 'hour'] as const),
  ...['d', 'days', 'daily'].map((word) => [word, 'day'] as const),
  ...['w', 'weeks', 'weekly'].map((word) => [word, 'week'] as const),
]);

const MOST = 1_000_000;
const SHORTEST = 1000;
const LONGEST = 31 * 86_400_000;

const EXAMPLES = 'Write it like 200/hour, 20/minute, 5000/day or 10/10m.';

/** A whole number, a slash, and a unit or a duration. The bounds keep every computation of `src/ledger` exact. */
export function parseRate(text: string): Rate | TextProblem {
  const match = /^(\d{1,12})\/([^/\s]+)$/.exec(text);
  if (match === null) return explain(text);
  const [, digits = '', period = ''] = match;
  const recipients = Number(digits);
  if (recipients === 0)
    return textProblem(
      `${quoted(text)} lets nobody through`,
      'The least is 1. Remove the grant, or forbid relaying with a rule under never.',
    );
  if (recipients > MOST)
    return textProblem(`${grouped(recipients)} is more than any limit`, `The most is ${grouped(MOST)}.`);
  const unit = UNITS.get(period);
  if (unit !== undefined) return { recipients, periodMs: unit };
  const periodMs = parseDuration(period);
  if (isTextProblem(periodMs)) return unknownUnit(digits, period);
  if (periodMs < SHORTEST || periodMs > LONGEST)
    return textProblem(
      `a limit counts over 1 second to 31 days, not over ${formatDuration(periodMs)}`,
      EXAMPLES,
    );
  return { recipients, periodMs };
}

function unknownUnit(digits: string, period: string): TextProblem {
  const what = `${quoted(period)} is not a unit of time`;
  const meant = unitMeant(period);
  if (meant !== undefined) return textProblem(`${what}: did you mean ${quoted(`${digits}/${meant}`)}?`);
  return textProblem(
    what,
    `The units are second, minute, hour, day and week, or a duration: ${digits}/hour, ${digits}/10m.`,
  );
}

function unitMeant(word: string): string | undefined {
  const lower = word.toLowerCase();
  if (UNITS.has(lower)) return lower;
  return OTHERS.get(lower) ?? suggest(lower, UNITS.keys());
}

/** `200 per hour`, `200 / h`, `200`: what was probably meant. */
function explain(text: string): TextProblem {
  const what = `${quoted(text)} is not a rate`;
  const [, digits = '', , word = ''] =
    /^(\d[\d,_ ]*?)\s*(\/|per|an|a|in|\s)\s*(\d*[a-z]+)$/i.exec(text.trim()) ?? [];
  const number = digits.replaceAll(/[,_ ]/g, '');
  const unit = isTextProblem(parseDuration(word)) ? unitMeant(word) : word;
  if (number !== '' && unit !== undefined) return textProblem(what, `Write ${number}/${unit}.`);
  const bare = /^\d{1,7}$/.test(text) ? ` For ${text} in an hour: ${text}/hour.` : '';
  return textProblem(what, `${EXAMPLES}${bare}`);
}
