/** Date and time of RFC 3339 (5.6), as FUTURERELEASE has it (RFC 4865). */

const TIMESTAMP =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(\.[0-9]{1,9})?(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$/i;
const SECOND = 1000;

/**
 * Milliseconds since the epoch; undefined for what is no time: a 30th of February, an hour 24. A leap second is the
 * second after it; parts of a millisecond are dropped.
 */
export function parseTimestamp(text: string): number | undefined {
  const [, date, hours, minutes, seconds, fraction = '', sign, zoneHours, zoneMinutes] =
    TIMESTAMP.exec(text) ?? [];
  if (date === undefined) return undefined;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // A day that its month does not have would be one of the next month.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  const offset = (sign === '-' ? -1 : 1) * minutesOf(zoneHours, zoneMinutes);
  const ofDay = (minutesOf(hours, minutes) - offset) * 60 + Number(seconds);
  return midnight + ofDay * SECOND + Math.floor(Number(`0${fraction}`) * SECOND);
}

function minutesOf(hours = '0', minutes = '0'): number {
  return Number(hours) * 60 + Number(minutes);
}

/** A moment in milliseconds since the epoch, in whole seconds of UTC. */
export function formatTimestamp(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
