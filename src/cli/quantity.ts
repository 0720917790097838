/** Quantities in words. */

export { formatCount, formatMoment } from '../std/mod.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: readonly (readonly [number, string])[] = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
];

/** A span of milliseconds in its largest unit, rounded down: `3 d`, `14 min`, `0 s`. */
export function formatSpan(ms: number): string {
  for (const [length, unit] of UNITS) {
    if (ms >= length) return `${Math.floor(ms / length)} ${unit}`;
  }
  return '0 s';
}

/** Octets in units of 1024 with at most one decimal: `812 B`, `4.0 KiB`, `1.2 GiB`. */
export function formatSize(octets: number): string {
  if (octets < 1024) return `${octets} B`;
  let size = octets;
  let unit = 'B';
  for (const larger of ['KiB', 'MiB', 'GiB', 'TiB']) {
    // What would be shown as 1024.0 is 1.0 of the next.
    if (unit !== 'B' && Number(size.toFixed(1)) < 1024) break;
    size /= 1024;
    unit = larger;
  }
  return `${size.toFixed(1)} ${unit}`;
}
