/** Lookup tables in text form. What is not text, or is a program, a database or an expression, is opaque: never guessed at. */
import { parseCidr, parseIp } from '../../std/mod.ts';
import type { IpRange } from '../../std/mod.ts';
import type { Origin, Remark } from '../types.ts';
import { setOf, complement } from '../networks.ts';
import type { AddressSet } from '../networks.ts';
import type { Files } from './files.ts';
import { logicalLines, splitList, unbraced } from './lines.ts';
import type { LogicalLine } from './lines.ts';

export interface Entry {
  /** Lower case, as Postfix looks it up. */
  readonly key: string;
  readonly value: string;
  readonly where: Origin;
}

export interface CidrRule {
  readonly clients: AddressSet;
  /** As written, when it is one network. */
  readonly network: IpRange | undefined;
  readonly value: string;
  readonly where: Origin;
}

export type Table =
  /** The first entry of a key counts. */
  | { readonly kind: 'keyed'; readonly entries: readonly Entry[] }
  /** The first rule that fits counts. */
  | { readonly kind: 'cidr'; readonly rules: readonly CidrRule[] }
  | { readonly kind: 'opaque'; readonly why: string };

/** Types whose source is a text file of keys and values. */
const KEYED = new Set(['hash', 'btree', 'lmdb', 'cdb', 'dbm', 'sdbm', 'texthash', 'inline']);

/** Whether an item of a list names a table, by Postfix's own rule: `hash:/etc/postfix/access`, `inline:{ … }`. */
export function isTable(item: string): boolean {
  return !item.startsWith('[') && item.includes(':');
}

export interface TableContext {
  readonly files: Files;
  /** What is told of lines that say nothing. */
  readonly tell: (remark: Remark) => void;
}

/** Reads `type:name`, with or without `proxy:` before it. `where`: the line that names it. */
export function readTable(spec: string, where: Origin, context: TableContext): Table {
  const bare = spec.replace(/^proxy:/, '');
  const colon = bare.indexOf(':');
  const type = bare.slice(0, colon).toLowerCase();
  const name = bare.slice(colon + 1);
  if (type !== 'cidr' && !KEYED.has(type)) return { kind: 'opaque', why: whyOpaque(type, spec) };
  const lines = name.startsWith('{') ? inlineLines(name, type, where) : fileLines(name, context);
  if ('problem' in lines) return { kind: 'opaque', why: `${lines.problem}.` };
  return type === 'cidr' ? cidrTable(lines.lines, context) : keyedTable(lines.lines, context);
}

function whyOpaque(type: string, spec: string): string {
  if (type === 'regexp' || type === 'pcre') return `${spec} holds expressions, which Postern does not have.`;
  return `${spec} cannot be read as text.`;
}

interface PlacedLine {
  readonly text: string;
  readonly where: Origin;
}
type Lines = { readonly lines: readonly PlacedLine[] } | { readonly problem: string };

function fileLines(name: string, { files }: TableContext): Lines {
  const read = files.read(name);
  if ('problem' in read) return read;
  const file = files.nameOf(name);
  const placed = ({ text, line }: LogicalLine): PlacedLine => ({ text, where: { file, line } });
  return { lines: logicalLines(read.text).map(placed) };
}

/** `inline:{ key=value, { key = a longer value } }`, `cidr:{ {192.0.2.0/24 OK} }` */
function inlineLines(name: string, type: string, where: Origin): Lines {
  const items = splitList(unbraced(name)).map(unbraced);
  const text = (item: string): string => (type === 'cidr' ? item : item.replace(/\s*=\s*/, ' '));
  return { lines: items.map((item) => ({ text: text(item), where })) };
}

function keyedTable(lines: readonly PlacedLine[], { tell }: TableContext): Table {
  const entries = new Map<string, Entry>();
  for (const { text, where } of lines) {
    const [, key = '', value = ''] = /^(\S+)\s+(.*)$/s.exec(text) ?? [];
    if (key === '') {
      tell({ what: text, where, why: 'Postfix skips a line without a value, and so does the import.' });
      continue;
    }
    const folded = key.toLowerCase();
    if (!entries.has(folded)) entries.set(folded, { key: folded, value: value.trim(), where });
  }
  return { kind: 'keyed', entries: [...entries.values()] };
}

function cidrTable(lines: readonly PlacedLine[], { tell }: TableContext): Table {
  const rules: CidrRule[] = [];
  for (const { text, where } of lines) {
    if (/^(?:end)?if\b/i.test(text)) return { kind: 'opaque', why: 'It has if blocks, which are not read.' };
    const [, negated, pattern = '', value = ''] = /^(!?)\s*(\S+)\s+(.*)$/s.exec(text) ?? [];
    const network = parseCidr(pattern);
    if (network === undefined) {
      tell({ what: text, where, why: `Postfix skips this line: ${whyNoNetwork(pattern)}.` });
      continue;
    }
    const set = setOf([network]);
    rules.push({
      clients: negated === '!' ? complement(set) : set,
      network: negated === '!' ? undefined : network,
      value: value.trim(),
      where,
    });
  }
  return { kind: 'cidr', rules };
}

/** What is wrong with a network. */
export function whyNoNetwork(pattern: string): string {
  const [address = '', length = ''] = pattern.split('/');
  const isOne = parseIp(address) !== undefined && /^\d+$/.test(length);
  return isOne
    ? `${pattern} has host bits set, or too long a length`
    : `${JSON.stringify(pattern)} is not a network`;
}
