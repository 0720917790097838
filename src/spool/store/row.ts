/** Values out of the database with the type their column promises. Another type is a bug or a damaged file: it throws. */
import type { SQLOutputValue } from 'node:sqlite';

export type Row = Record<string, SQLOutputValue>;

export function integer(value: SQLOutputValue | undefined, column: string): number {
  if (typeof value !== 'number') throw new TypeError(`${column} is ${typeof value}, expected an integer`);
  return value;
}

export function flag(value: SQLOutputValue | undefined, column: string): boolean {
  if (value !== 0 && value !== 1) throw new TypeError(`${column} is ${String(value)}, expected 0 or 1`);
  return value === 1;
}

export function text(value: SQLOutputValue | undefined, column: string): string {
  if (typeof value !== 'string') throw new TypeError(`${column} is ${typeof value}, expected text`);
  return value;
}

export function bytes(value: SQLOutputValue | undefined, column: string): Uint8Array<ArrayBuffer> {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${column} is ${typeof value}, expected octets`);
  return value;
}
