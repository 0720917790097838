/** Amounts of data as they are written in the configuration. The unit behind them all is the octet. */
import { quoted, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';

const UNITS = new Map<string, number>([
  ['B', 1],
  ['kB', 1e3],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
]);

/** 1 TiB; a message that large cannot be meant. */
const LARGEST = 2 ** 40;

/**
 * Octets of a size: a whole number, alone or with one of the units B, kB (or KB), MB, GB (powers of 1000) and KiB, MiB,
 * GiB (powers of 1024). Anything that could be read in two ways (`50M`, `50mb`) is refused with both readings.
 */
export function parseSize(text: string): number | TextProblem {
  const match = /^(\d{1,15})(?: ?([A-Za-z]+))?$/.exec(text);
  if (match === null) {
    return textProblem(
      `${quoted(text)} is not a size`,
      'Write octets (52428800), or a size like 50MB or 50MiB.',
    );
  }
  const [, digits = '', unit = 'B'] = match;
  const factor = UNITS.get(unit);
  if (factor === undefined) return explainUnit(text, digits, unit);
  const octets = Number(digits) * factor;
  return octets > LARGEST ? textProblem(`${quoted(text)} is more than 1024GiB`) : octets;
}

function explainUnit(text: string, digits: string, unit: string): TextProblem {
  const letter = unit.charAt(0).toUpperCase();
  const decimal = UNITS.get(`${letter}B`);
  const binary = UNITS.get(`${letter}iB`);
  if (decimal === undefined || binary === undefined) {
    return textProblem(
      `${quoted(text)} has an unknown unit`,
      'The units are B, kB, MB, GB, KiB, MiB and GiB.',
    );
  }
  const readings = [
    `${digits}${letter}B (${octets(Number(digits) * decimal)})`,
    `${digits}${letter}iB (${octets(Number(digits) * binary)})`,
  ];
  return textProblem(`${quoted(text)} has an unknown unit`, `Write ${readings.join(' or ')}.`);
}

/** `52,428,800 octets`. */
export function octets(count: number): string {
  return `${grouped(count)} ${count === 1 ? 'octet' : 'octets'}`;
}

/** A whole number with commas between thousands. */
export function grouped(count: number | bigint): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
