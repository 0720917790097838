/** Moments: `until` of a grant, `at` of a policy test. */
import { quoted, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';

const DAY = 86_400_000;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const NO_ZONE = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?$/;

/**
 * The moment at which something ends, in milliseconds since the epoch. A date alone lasts until the end of that day in
 * UTC, so `2027-06-30` is 2027-07-01T00:00:00Z; a date with a time needs its zone.
 */
export function parseUntil(text: string): number | TextProblem {
  const day = parseDate(text);
  if (typeof day === 'number') return day + DAY;
  return day ?? parseDateTime(text);
}

/** A moment in milliseconds since the epoch; a date alone is its first moment in UTC. */
export function parseMoment(text: string): number | TextProblem {
  return parseDate(text) ?? parseDateTime(text);
}

/** The first moment of a date, a problem when there is no such date, undefined when `text` is not in that form. */
function parseDate(text: string): number | TextProblem | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  return midnight(text) ?? noSuchDate(text);
}

function midnight(date: string): number | undefined {
  const moment = Date.parse(`${date}T00:00:00Z`);
  // Date.parse takes 2027-02-30 for 2027-03-02: only what reads back unchanged is a date.
  return Number.isNaN(moment) || !new Date(moment).toISOString().startsWith(date) ? undefined : moment;
}

function noSuchDate(text: string): TextProblem {
  return textProblem(`${quoted(text)} is not a date of the calendar`);
}

function parseDateTime(text: string): number | TextProblem {
  if (NO_ZONE.test(text)) {
    const utc = `${text.replace(' ', 'T')}Z`;
    return textProblem(
      `${quoted(text)} has no time zone`,
      `Write ${utc} for UTC, or the offset, such as +02:00.`,
    );
  }
  if (!DATE_TIME.test(text)) {
    return textProblem(
      `${quoted(text)} is not a date`,
      'Write 2027-06-30, or 2027-06-30T18:00:00Z for a moment.',
    );
  }
  const moment = Date.parse(text.replace(' ', 'T').toUpperCase());
  if (midnight(text.slice(0, 10)) === undefined || Number.isNaN(moment)) return noSuchDate(text);
  return moment;
}
