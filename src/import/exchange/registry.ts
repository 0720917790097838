/**
 * A registry export: `REGEDIT4`, or `Windows Registry Editor Version 5.00`, as text.
 *
 * Read whole and strictly: a value that cannot be read is a problem with its line and column, since a rule that is
 * silently missing could open something. Keys and names are compared without regard to case, and a later value
 * replaces an earlier one, as in the registry.
 */
import type { ConfigProblem } from '../../config/mod.ts';
import { foldAscii } from '../../mail/mod.ts';

export type RegistryData =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  /** Of a kind that no setting of ours has. */
  | { readonly kind: 'other' };

export interface RegistryValue {
  /** As written. */
  readonly name: string;
  readonly line: number;
  readonly data: RegistryData;
}

/** Values by folded name. */
export type RegistryKey = ReadonlyMap<string, RegistryValue>;
/** Keys by folded path. */
export type Registry = ReadonlyMap<string, RegistryKey>;

export type RegistryReading =
  { readonly registry: Registry } | { readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

const HEADS = { regedit4: 4, 'windows registry editor version 5.00': 5 } as const;
type Version = (typeof HEADS)[keyof typeof HEADS];

/** Whether a text begins as a registry export does. */
export function isRegistryExport(text: string): boolean {
  return versionOf(text) !== undefined;
}

export function parseRegistry(text: string, file: string): RegistryReading {
  const version = versionOf(text);
  if (version === undefined) {
    const message = 'this is not a registry export';
    const remedy = 'It begins with REGEDIT4 or with Windows Registry Editor Version 5.00.';
    return { problems: [{ place: { file, line: 1, column: 1 }, message, remedy }] };
  }
  const keys = new Map<string, Map<string, RegistryValue>>();
  const problems: ConfigProblem[] = [];
  let key: Map<string, RegistryValue> | undefined;
  for (const line of logicalLines(text)) {
    const read = readLine(line, version);
    switch (read.kind) {
      case 'key':
        key = open(keys, read);
        break;
      case 'value':
        key?.set(foldAscii(read.value.name), read.value);
        break;
      case 'gone':
        key?.delete(foldAscii(read.name));
        break;
      case 'problem':
        problems.push({ place: { file, line: line.number, column: read.column }, ...read.problem });
        break;
      case 'nothing':
        break;
      default:
        read satisfies never;
    }
  }
  const [first, ...others] = problems;
  return first === undefined ? { registry: keys } : { problems: [first, ...others] };
}

function open(
  keys: Map<string, Map<string, RegistryValue>>,
  { path, removed }: { readonly path: string; readonly removed: boolean },
): Map<string, RegistryValue> | undefined {
  const folded = foldAscii(path);
  if (removed) {
    keys.delete(folded);
    return undefined;
  }
  const key = keys.get(folded) ?? new Map<string, RegistryValue>();
  keys.set(folded, key);
  return key;
}

function versionOf(text: string): Version | undefined {
  const head = /^\s*([^\r\n]{0,100})/.exec(text)?.[1]?.trim().toLowerCase();
  if (head === 'regedit4') return HEADS.regedit4;
  return head === 'windows registry editor version 5.00' ? HEADS[head] : undefined;
}

interface Line {
  /** From 1: where it begins. */
  readonly number: number;
  readonly text: string;
}

const HEX_BEGINS = /^\s*(?:"(?:[^"\\]|\\.)*"|@)\s*=\s*hex/i;
const TEXT_BEGINS = /^\s*(?:"(?:[^"\\]|\\.)*"|@)\s*=\s*"(?:[^"\\]|\\.)*$/;
const TEXT_ENDS = /^(?:[^"\\]|\\.)*"\s*$/;
const BACKSLASH = /\\\s*$/;

/**
 * Lines with those that belong to them: hexadecimal data goes on behind a backslash, a text has its own line ends in it.
 * The first line, which is the head, is left out.
 */
function* logicalLines(text: string): Generator<Line> {
  let held: { readonly number: number; readonly kind: 'hex' | 'text'; readonly parts: string[] } | undefined;
  for (const [index, line] of text
    .trimStart()
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (index === 0) continue;
    if (held === undefined) {
      const kind = kindOfBeginning(line);
      if (kind === undefined) {
        yield { number: index + 1, text: line };
        continue;
      }
      held = { number: index + 1, kind, parts: [] };
    }
    const isHex = held.kind === 'hex';
    held.parts.push(isHex ? line.replace(BACKSLASH, '') : line);
    const ends = isHex ? !BACKSLASH.test(line) : held.parts.length > 1 && TEXT_ENDS.test(line);
    if (!ends) continue;
    yield { number: held.number, text: held.parts.join(isHex ? '' : '\n') };
    held = undefined;
  }
  if (held !== undefined) yield { number: held.number, text: held.parts.join('') };
}

/** Whether more lines may belong to this one. */
function kindOfBeginning(line: string): 'hex' | 'text' | undefined {
  if (HEX_BEGINS.test(line) && BACKSLASH.test(line)) return 'hex';
  return TEXT_BEGINS.test(line) ? 'text' : undefined;
}

type Problem = { readonly message: string; readonly remedy?: string };

type Read =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'key'; readonly path: string; readonly removed: boolean }
  | { readonly kind: 'value'; readonly value: RegistryValue }
  | { readonly kind: 'gone'; readonly name: string }
  | { readonly kind: 'problem'; readonly column: number; readonly problem: Problem };

const KEY = /^\[(-?)(.+)\]\s*$/;
const NAMED = /^\s*(?:"((?:[^"\\]|\\.)*)"|@)\s*=\s*(.*)$/s;

function readLine({ text, number }: Line, version: Version): Read {
  if (text.trim() === '' || text.trimStart().startsWith(';')) return { kind: 'nothing' };
  const [, minus, path] = KEY.exec(text) ?? [];
  if (path !== undefined) return { kind: 'key', path, removed: minus === '-' };
  const match = NAMED.exec(text);
  const [, name = '', written] = match ?? [];
  if (written === undefined) {
    return problem(1, 'this is neither a key in brackets nor "name"=value', 'Export the key again.');
  }
  const column = text.length - written.length + 1;
  const given = written.trim();
  if (given === '-') return { kind: 'gone', name: unescaped(name) };
  const data = dataOf(given, version);
  if ('message' in data) return { kind: 'problem', column: column + data.at, problem: data };
  return { kind: 'value', value: { name: unescaped(name), line: number, data } };
}

function problem(column: number, message: string, remedy?: string): Read {
  return { kind: 'problem', column, problem: remedy === undefined ? { message } : { message, remedy } };
}

/** `at`: how many characters of the data are before what is wrong. */
type BadData = Problem & { readonly at: number };

function dataOf(written: string, version: Version): RegistryData | BadData {
  const [, text] = /^"((?:[^"\\]|\\.)*)"$/s.exec(written) ?? [];
  if (text !== undefined) return { kind: 'text', text: unescaped(text) };
  const [, number] = /^dword:([\da-f]{1,8})$/i.exec(written) ?? [];
  if (number !== undefined) return { kind: 'number', number: Number.parseInt(number, 16) };
  const [head, type] = /^hex(?:\(([\da-f]{1,8})\))?:/i.exec(written) ?? [];
  if (head === undefined) return unknownData(written);
  const octets = octetsOf(written.slice(head.length));
  if ('message' in octets) return { ...octets, at: octets.at + head.length };
  return hexData(octets.octets, type === undefined ? 3 : Number.parseInt(type, 16), version);
}

function unknownData(written: string): BadData {
  if (/^dword:/i.test(written)) {
    return { at: 6, message: 'a dword has one to eight hexadecimal digits', remedy: 'Export the key again.' };
  }
  if (written.startsWith('"'))
    return { at: 0, message: 'this text has no end', remedy: 'Export the key again.' };
  return {
    at: 0,
    message: 'this is no data of the registry',
    remedy: 'It is "text", dword:… or hex:…; export the key again.',
  };
}

function octetsOf(written: string): { readonly octets: Uint8Array } | BadData {
  const octets: number[] = [];
  let at = 0;
  const parts = written.split(',');
  for (const [index, part] of parts.entries()) {
    const digits = part.trim();
    // A comma may stand at the end, and nothing at all between hex: and the end of the line.
    const isLast = index === parts.length - 1;
    if (digits === '' && isLast) break;
    if (!/^[\da-f]{1,2}$/i.test(digits)) {
      const what =
        digits === '' ? 'an octet is missing between two commas' : 'this is no octet in hexadecimal';
      return { at, message: what, remedy: 'Export the key again.' };
    }
    octets.push(Number.parseInt(digits, 16));
    at += part.length + 1;
  }
  return { octets: Uint8Array.from(octets) };
}

const DWORD = 4;
const MULTI_TEXT = 7;
const TEXTS: ReadonlySet<number> = new Set([1, 2]);

function hexData(octets: Uint8Array, type: number, version: Version): RegistryData | BadData {
  if (type === DWORD) {
    if (octets.length !== 4)
      return { at: 0, message: 'a dword has four octets', remedy: 'Export the key again.' };
    return { kind: 'number', number: new DataView(octets.buffer).getUint32(0, true) };
  }
  if (type !== MULTI_TEXT && !TEXTS.has(type)) return { kind: 'other' };
  const text = textOf(octets, version);
  if (text === undefined) {
    return {
      at: 0,
      message: 'these octets are not the UTF-16 text that they should be',
      remedy: 'Export the key again.',
    };
  }
  const texts = text.split('\0');
  if (type === MULTI_TEXT) return { kind: 'texts', texts: texts.filter((line) => line !== '') };
  return { kind: 'text', text: texts[0] ?? '' };
}

/** REGEDIT4 has the code page of the machine, the later version UTF-16. */
function textOf(octets: Uint8Array, version: Version): string | undefined {
  if (version === HEADS.regedit4) return new TextDecoder('windows-1252').decode(octets);
  if (octets.length % 2 !== 0) return undefined;
  try {
    return new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
