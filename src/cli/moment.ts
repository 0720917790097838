/** Moments as they are typed: a date, a date with a time, or how long ago. */
import { isTextProblem, parseDuration } from '../config/mod.ts';
import type { InputProblem } from './inputProblem.ts';

const MOMENT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** A date or a date and time of ISO 8601, in milliseconds since the epoch; UTC when it has no offset. `option` is for the error. */
export function readMoment(option: string, text: string): number | InputProblem {
  return (
    parseMoment(text) ?? {
      error: `${option}: ${text} is not a moment`,
      remedy: 'Write a date and time such as 2027-06-30T12:00Z.',
    }
  );
}

/** The same, or a length of time before `now`: `7d`, `12h`. */
export function readPast(option: string, text: string, now: number): number | InputProblem {
  const ago = parseDuration(text);
  if (!isTextProblem(ago)) return now - ago;
  const moment = parseMoment(text);
  if (moment !== undefined && moment <= now) return moment;
  if (moment !== undefined) {
    return { error: `${option}: ${text} is in the future`, remedy: 'Nothing can be recorded of it.' };
  }
  return {
    error: `${option}: ${text} is neither a length of time nor a moment`,
    remedy: 'Write how long ago, such as 7d or 12h, or a date such as 2026-11-20 or 2026-11-20T12:00Z.',
  };
}

function parseMoment(text: string): number | undefined {
  const [, date, time, zone] = MOMENT.exec(text) ?? [];
  if (date === undefined) return undefined;
  const day = Date.parse(`${date}T00:00Z`);
  // Date.parse() takes 2027-02-30 for 2027-03-02.
  if (Number.isNaN(day) || !new Date(day).toISOString().startsWith(date)) return undefined;
  if (time === undefined) return day;
  const at = Date.parse(`${date}T${time}${zone ?? 'Z'}`);
  return Number.isNaN(at) ? undefined : at;
}
