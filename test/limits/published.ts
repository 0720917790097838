/** The table of limits in docs/clients.md, as it is published. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const PAGE = resolve(import.meta.dirname, '../../docs/clients.md');

export interface Published {
  /** The key of the configuration; of what is fixed, the words of the row. */
  readonly name: string;
  /** In octets, milliseconds, or times. */
  readonly amount: number;
  /** What comes of one more. */
  readonly beyond: string;
}

export const page = readFileSync(PAGE, 'utf8');

/** The rows, in order. */
export function published(): readonly Published[] {
  const [, table = ''] = page.split('\n| what | default | then | key |\n|---|---|---|---|\n');
  const rows = table.slice(0, table.indexOf('\n\n')).split('\n');
  return rows.map((row) => {
    const [, what = '', preset = '', beyond = '', key = ''] = row.split(/ ?\| ?/);
    return { name: key === 'fixed' ? what : key.replaceAll('`', ''), amount: amountOf(preset), beyond };
  });
}

const UNITS = new Map([
  ['', 1],
  ['octets', 1],
  ['octets a second', 1],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['s', 1_000],
  ['min', 60_000],
  ['h', 3_600_000],
]);

/** `2,048 octets`, `50 MiB`, `5 min`, `1,000`. */
export function amountOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,3}(?:,\d{3})*)(?: (.+))?$/.exec(text) ?? [];
  const factor = UNITS.get(unit);
  if (number === '' || factor === undefined) throw new Error(`not an amount: ${text}`);
  return Number(number.replaceAll(',', '')) * factor;
}
