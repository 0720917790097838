/** Reads the tables of this folder: tab-separated, a header row, `#` comments, and escapes in the cells. */
import { readFileSync } from 'node:fs';

export type Row = ReadonlyMap<string, string>;

export function readTable(name: string): readonly Row[] {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8');
  const [header, ...rows] = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const columns = (header ?? '').split('\t');
  return rows.map((row) => {
    const cells = row.split('\t');
    return new Map(columns.map((column, index) => [column, cells[index] ?? '']));
  });
}

export function cell(row: Row, column: string): string {
  const value = row.get(column);
  if (value === undefined) throw new Error(`no column ${column}`);
  return value;
}

const NAMED: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', s: ' ', '0': '\0', '\\': '\\' };

/** Fills in `{name}` and `{b64:…}`, then the escapes `\r \n \t \s \0 \\ \xHH`; the result is octets as Latin-1. */
export function octets(text: string, names: Readonly<Record<string, string>>): string {
  const named = text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole);
  const encoded = named.replaceAll(/\{b64:([^}]*)\}/g, (_whole, inner: string) =>
    Buffer.from(unescape(inner), 'latin1').toString('base64'),
  );
  return unescape(encoded);
}

function unescape(text: string): string {
  return text.replaceAll(/\\(?:x([0-9A-F]{2})|(.))/g, (_whole, hex: string | undefined, name: string) =>
    hex === undefined ? (NAMED[name] ?? name) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Whether a reply fits an expectation such as `250`, `5`, `2|5|closed`. */
export function fits(code: number | string, expected: string): boolean {
  return expected.split('|').some((alternative) => String(code).startsWith(alternative));
}
