/** Lengths of time as they are written in the configuration: `30s`, `15m`, `1h30m`, `5d`. */
import { either, quoted, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';

/** The units, largest first, with their milliseconds. A month or a year has no fixed length and is no unit. */
const UNITS = [
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** Ten years; nothing that is configured here is longer. */
const LONGEST = 3650 * 86_400_000;

const DURATION =
  /^(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;
const LOOSE = /^\d+(?:\.\d+)?\s*[a-z]+(?:\s*\d+(?:\.\d+)?\s*[a-z]+)*$/i;
const LOOSE_PART = /(\d+(?:\.\d+)?)\s*([a-z]+)/gi;

const WORDS = new Map<string, string>([
  ...['millisecond', 'milliseconds', 'msec', 'msecs'].map((word) => [word, 'ms'] as const),
  ...['sec', 'secs', 'second', 'seconds'].map((word) => [word, 's'] as const),
  ...['min', 'mins', 'minute', 'minutes'].map((word) => [word, 'm'] as const),
  ...['hr', 'hrs', 'hour', 'hours'].map((word) => [word, 'h'] as const),
  ...['day', 'days'].map((word) => [word, 'd'] as const),
  ...['week', 'weeks'].map((word) => [word, 'w'] as const),
]);

/**
 * Milliseconds of a duration: whole numbers with the units w, d, h, m, s, ms, the largest first and each at most once.
 * A number without a unit is refused, since seconds and minutes are equally likely to be meant.
 */
export function parseDuration(text: string): number | TextProblem {
  const match = text === '' ? null : DURATION.exec(text);
  if (match === null) return explain(text);
  const total = UNITS.reduce((sum, [, length], index) => sum + Number(match[index + 1] ?? 0) * length, 0);
  if (total > LONGEST) return textProblem(`${quoted(text)} is longer than ten years`);
  return total;
}

/** Writes milliseconds the way `parseDuration` reads them: `1h30m`. */
export function formatDuration(milliseconds: number): string {
  let rest = milliseconds;
  let text = '';
  for (const [unit, length] of UNITS) {
    if (unit === 'w' && rest % length !== 0) continue;
    const count = Math.floor(rest / length);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * length;
  }
  return text === '' ? '0s' : text;
}

function explain(text: string): TextProblem {
  const trimmed = text.trim();
  if (/^\d{1,9}$/.test(trimmed)) {
    const number = String(Number(trimmed));
    const units = ['seconds', 'minutes', 'hours', 'days'].map((unit) => `${number}${unit.charAt(0)}`);
    return textProblem(
      `${quoted(text)} has no unit`,
      `Write ${either(units)} for seconds, minutes, hours or days.`,
    );
  }
  if (/^[-+]/.test(trimmed))
    return textProblem(`${quoted(text)} has a sign`, 'A duration is never negative.');
  const meant = LOOSE.test(trimmed) ? repair(trimmed) : undefined;
  return textProblem(
    `${quoted(text)} is not a duration`,
    meant === undefined ? 'Write it like 30s, 15m, 1h30m or 5d.' : `Write ${meant}.`,
  );
}

/** Reads `5 minutes`, `1.5h`, `30m1h`; undefined when that has no sense either. */
function repair(text: string): string | undefined {
  let total = 0;
  for (const [, number, word] of text.matchAll(LOOSE_PART)) {
    const lower = (word ?? '').toLowerCase();
    const unit = UNITS.find(([name]) => name === lower || name === WORDS.get(lower));
    if (unit === undefined) return undefined;
    total += Number(number) * unit[1];
  }
  return Number.isInteger(total) && total <= LONGEST ? formatDuration(total) : undefined;
}
