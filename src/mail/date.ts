/** Date and time as messages carry it. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/**
 * The RFC 5322 3.3 date-time of `ms` (milliseconds since the epoch), in the zone `offsetMinutes` east of Greenwich:
 * `Tue, 24 Nov 2026 10:00:00 +0000`. Throws RangeError for what is no time.
 */
export function formatDate(ms: number, offsetMinutes = 0): string {
  const date = new Date(ms + offsetMinutes * 60_000);
  const day = DAYS[date.getUTCDay()];
  const month = MONTHS[date.getUTCMonth()];
  if (day === undefined || month === undefined) throw new RangeError(`not a time: ${ms}`);
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const offset = Math.abs(offsetMinutes);
  const zone = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(offset / 60))}${two(offset % 60)}`;
  return `${day}, ${date.getUTCDate()} ${month} ${year} ${time} ${zone}`;
}
