/**
 * Objects of the Exchange Management Shell, exported as JSON (`ConvertTo-Json`) or CSV (`Export-Csv`): each as names
 * with texts. Names are compared without regard to case; a value that holds several is a list, whatever the export made
 * of it.
 */
import type { ConfigProblem } from '../../config/mod.ts';
import { foldAscii } from '../../mail/mod.ts';
import { parseCsv } from './csv.ts';

export interface ExchangeRecord {
  readonly file: string;
  /** Where it begins. */
  readonly line: number;
  /** By folded name. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

export type RecordsReading =
  | { readonly records: readonly ExchangeRecord[] }
  | { readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

/** Objects in one file; an organisation has tens of connectors. */
const MOST_RECORDS = 100_000;

export function parseRecords(text: string, file: string): RecordsReading {
  const reading = /^\s*[[{]/.test(text) ? parseJson(text, file) : parseTable(text, file);
  if ('problems' in reading || reading.records.length <= MOST_RECORDS) return reading;
  return refused(file, { line: 1, column: 1 }, `there are more than ${MOST_RECORDS} objects in this file`);
}

/** The texts of a field; none when it is not there or empty. */
export function textsOf({ fields }: ExchangeRecord, name: string): readonly string[] {
  return fields.get(foldAscii(name)) ?? [];
}

/** The first text of a field. */
export function textOf(record: ExchangeRecord, name: string): string | undefined {
  return textsOf(record, name)[0];
}

export function hasField({ fields }: ExchangeRecord, name: string): boolean {
  return fields.has(foldAscii(name));
}

function refused(
  file: string,
  at: { readonly line: number; readonly column: number },
  message: string,
  remedy?: string,
): RecordsReading {
  const place = { file, line: at.line, column: at.column };
  return { problems: [remedy === undefined ? { place, message } : { place, message, remedy }] };
}

function parseTable(text: string, file: string): RecordsReading {
  const csv = parseCsv(text);
  if ('message' in csv) return refused(file, csv, csv.message, 'Export it again with Export-Csv.');
  const names = csv.head.cells.map((name) => foldAscii(name.trim()));
  const records = csv.rows.map(({ line, cells }) => ({
    file,
    line,
    fields: new Map(names.map((name, index) => [name, listed(cells[index] ?? '')] as const)),
  }));
  const lost = collectionName(records);
  if (lost === undefined) return { records };
  const [name, line] = lost;
  return refused(
    file,
    { line, column: 1 },
    `the values of ${name} are not in this export, only the name of their type`,
    `Export-Csv does not write lists. Use ConvertTo-Json -Depth 4, or Select-Object with @{n='${name}';e={$_.${name} -join ' '}}.`,
  );
}

/** `Microsoft.Exchange.Data.MultiValuedProperty`1[…]`, which Export-Csv writes in the place of a list. */
function collectionName(
  records: readonly ExchangeRecord[],
): readonly [name: string, line: number] | undefined {
  for (const { fields, line } of records) {
    for (const [name, [first]] of fields) {
      if (first !== undefined && /^(?:Microsoft\.Exchange|System)\.[\w.]+(?:`\d+)?(?:\[|$)/.test(first)) {
        if (/multivalued|collection|list|\[\]/i.test(first)) return [name, line];
      }
    }
  }
  return undefined;
}

/** `{a, b}` is how a list is shown; whether a blank or a comma separates is for the reader of the field. */
function listed(cell: string): readonly string[] {
  const trimmed = cell.trim().replace(/^\{(.*)\}$/s, '$1');
  return trimmed === '' ? [] : [trimmed];
}

function parseJson(text: string, file: string): RecordsReading {
  const parsed = jsonValue(text);
  if ('message' in parsed) {
    return refused(file, parsed, parsed.message, 'Export it again with ConvertTo-Json -Depth 4.');
  }
  const objects = objectsOf(parsed.value);
  const lines = linesOfObjects(text, depthOf(parsed.value));
  const records = objects.map((object, index) => ({
    file,
    line: lines[index] ?? 1,
    fields: new Map([...object].map(([name, value]) => [foldAscii(name), texts(value, 0)] as const)),
  }));
  return { records };
}

type Json = string | number | boolean | null | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [name: string]: Json;
}

function jsonValue(
  text: string,
): { readonly value: Json } | { readonly line: number; readonly column: number; readonly message: string } {
  try {
    const value: Json = JSON.parse(text);
    return { value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [, line, column] = /line (\d+) column (\d+)/.exec(error.message) ?? [];
    const last = text.split('\n');
    return {
      line: line === undefined ? last.length : Number(line),
      column: column === undefined ? (last.at(-1) ?? '').length + 1 : Number(column),
      message: 'this is not valid JSON',
    };
  }
}

/** One object, a list of them, or the list in `value` that older shells wrap around it. */
function objectsOf(value: Json): readonly ReadonlyMap<string, Json>[] {
  if (isList(value)) return value.flatMap((item) => (isObject(item) ? [new Map(Object.entries(item))] : []));
  if (!isObject(value)) return [];
  const fields = new Map(Object.entries(value));
  const inner = fields.get('value');
  return inner !== undefined && isList(inner) ? objectsOf(inner) : [fields];
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** An object in a list in a field in an object; the export was told to go four deep. */
const DEEPEST = 4;

/** The texts of a value; of an object the one that the shell would have shown. */
function texts(value: Json, depth: number): readonly string[] {
  if (depth > DEEPEST || value === null) return [];
  if (typeof value !== 'object') return value === '' ? [] : [String(value)];
  if (isList(value)) return value.flatMap((item) => texts(item, depth + 1));
  return shownObject(new Map(Object.entries(value)), depth);
}

/** In this order: the names of the classes that connectors, domains and rights are made of. */
const SHOWN = [
  'Expression',
  'RawIdentity',
  'IPAddressToString',
  'DomainName',
  'Domain',
  'Address',
  'Name',
  'value',
];

function shownObject(fields: ReadonlyMap<string, Json>, depth: number): readonly string[] {
  const port = fields.get('Port');
  const address = fields.get('Address');
  if (typeof port === 'number' && address !== undefined) {
    return texts(address, depth + 1).map((text) =>
      text.includes(':') ? `[${text}]:${port}` : `${text}:${port}`,
    );
  }
  const lower = fields.get('LowerBound');
  const upper = fields.get('UpperBound');
  if (lower !== undefined && upper !== undefined && !fields.has('Expression')) {
    return [`${texts(lower, depth + 1).join('')}-${texts(upper, depth + 1).join('')}`];
  }
  const shown = SHOWN.map((name) => fields.get(name)).find((value) => value !== undefined && value !== null);
  return shown === undefined ? [] : texts(shown, depth + 1);
}

/** How many brackets are open where the objects of `objectsOf()` begin. */
function depthOf(value: Json): number {
  if (isList(value)) return 1;
  if (!isObject(value)) return 0;
  const inner = new Map(Object.entries(value)).get('value');
  return inner !== undefined && isList(inner) ? 2 : 0;
}

/** The lines in which an object begins with so many brackets open. */
function linesOfObjects(text: string, wanted: number): readonly number[] {
  const lines: number[] = [];
  let depth = 0;
  let line = 1;
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}\n]/g)) {
    if (token === '\n') line += 1;
    else if (token === '{' || token === '[') {
      if (token === '{' && depth === wanted) lines.push(line);
      depth += 1;
    } else if (token === '}' || token === ']') depth -= 1;
  }
  return lines;
}
