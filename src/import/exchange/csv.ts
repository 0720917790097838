/** Comma-separated values (RFC 4180) as Export-Csv writes them: a `#TYPE` line before the head, or a semicolon for the comma. */

export interface CsvRow {
  /** From 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export type CsvReading =
  | { readonly head: CsvRow; readonly rows: readonly CsvRow[] }
  | { readonly line: number; readonly column: number; readonly message: string };

/** Rows with as many cells as the head. An empty text has no head and is a problem. */
export function parseCsv(text: string): CsvReading {
  const body = text.replace(/^#TYPE[^\n]*\n/i, (line) => line.replace(/[^\n]/g, ''));
  const separator = separatorOf(body);
  const rows: CsvRow[] = [];
  const scan = new Scan(body, separator);
  for (let row = scan.row(); row !== undefined; row = scan.row()) {
    if ('message' in row) return row;
    if (row.cells.length > 1 || row.cells[0] !== '') rows.push(row);
  }
  const [head, ...others] = rows;
  if (head === undefined) return { line: 1, column: 1, message: 'there is nothing in this file' };
  const odd = others.find(({ cells }) => cells.length !== head.cells.length);
  if (odd === undefined) return { head, rows: others };
  const message = `this row has ${odd.cells.length} values, and the head has ${head.cells.length} names`;
  return { line: odd.line, column: 1, message };
}

/** The separator that the head has most of. */
function separatorOf(text: string): string {
  const head = /[^\r\n]+/.exec(text)?.[0] ?? '';
  const count = (separator: string): number => head.split(separator).length;
  return [',', ';', '\t'].toSorted((one, other) => count(other) - count(one))[0] ?? ',';
}

/** Reads row after row. */
class Scan {
  readonly #text: string;
  readonly #separator: string;
  #at = 0;
  #line = 1;

  constructor(text: string, separator: string) {
    this.#text = text;
    this.#separator = separator;
  }

  row(): CsvRow | { readonly line: number; readonly column: number; readonly message: string } | undefined {
    if (this.#at >= this.#text.length) return undefined;
    const line = this.#line;
    const cells: string[] = [];
    for (;;) {
      const cell = this.#text[this.#at] === '"' ? this.#quoted() : this.#plain();
      if (typeof cell !== 'string') return cell;
      cells.push(cell);
      if (this.#text[this.#at] !== this.#separator) break;
      this.#at += 1;
    }
    this.#lineEnd();
    return { line, cells };
  }

  #plain(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#isEnd()) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  #isEnd(): boolean {
    const character = this.#text[this.#at];
    return character === this.#separator || character === '\n' || character === '\r';
  }

  #quoted(): string | { readonly line: number; readonly column: number; readonly message: string } {
    const { line, column } = this.#place();
    const parts: string[] = [];
    for (let from = this.#at + 1; ;) {
      const end = this.#text.indexOf('"', from);
      if (end === -1) return { line, column, message: 'this quotation has no end' };
      const part = this.#text.slice(from, end);
      parts.push(part);
      this.#line += part.split('\n').length - 1;
      this.#at = end + 1;
      if (this.#text[this.#at] !== '"') break;
      parts.push('"');
      from = this.#at + 1;
    }
    if (this.#at < this.#text.length && !this.#isEnd()) {
      return { ...this.#place(), message: 'there is text behind the end of this quotation' };
    }
    return parts.join('');
  }

  #place(): { readonly line: number; readonly column: number } {
    return { line: this.#line, column: this.#at - this.#text.lastIndexOf('\n', this.#at - 1) };
  }

  #lineEnd(): void {
    if (this.#text[this.#at] === '\r') this.#at += 1;
    if (this.#text[this.#at] === '\n') this.#at += 1;
    this.#line += 1;
  }
}
