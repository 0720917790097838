/**
 * The relay restrictions of the Internet Mail Service as its registry holds them (Q193922): four bits say which of the
 * lists are in force, three lists hold networks.
 */
import type { ConfigProblem } from '../../config/mod.ts';
import { foldAscii } from '../../mail/mod.ts';
import type { Origin } from '../types.ts';
import type { Registry, RegistryKey, RegistryValue } from './registry.ts';

/** Bits of RelayFlags. */
export const FLAGS = { deny: 1, allow: 2, local: 4, authenticated: 8 } as const;

export const LISTS = { deny: 'RelayDenyList', allow: 'RelayAllowList', local: 'RelayLocalIPList' } as const;
export type ListName = keyof typeof LISTS;

export interface OldList {
  readonly where: Origin;
  readonly entries: readonly string[];
}

export interface RelaySettings {
  readonly file: string;
  readonly flags: { readonly value: number; readonly where: Origin } | undefined;
  readonly lists: Readonly<Record<ListName, OldList | undefined>>;
  /** The computer's name, when its network settings are in the export, too. */
  readonly computer: { readonly name: string; readonly where: Origin } | undefined;
}

export type SettingsReading =
  { readonly settings: RelaySettings } | { readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

/** `Service` without an s is how the article printed the key. */
const PARAMETERS =
  /^(?:hkey_local_machine|hklm)\\system\\(currentcontrolset|controlset\d{3})\\services?\\msexchangeimc\\parameters$/;
const NETWORK = /^(?:hkey_local_machine|hklm)\\system\\currentcontrolset\\services\\tcpip\\parameters$/;

export function readSettings(registry: Registry, file: string): SettingsReading {
  const key = parametersOf(registry);
  if (key === undefined) {
    const message = 'the key of the Internet Mail Service is not in this export';
    const remedy = String.raw`Export HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters.`;
    return { problems: [{ place: { file, line: 1, column: 1 }, message, remedy }] };
  }
  const problems: ConfigProblem[] = [];
  const flags = numberOf(key.get(foldAscii('RelayFlags')), file, problems);
  const lists = {
    deny: listOf(key, 'deny', file, problems),
    allow: listOf(key, 'allow', file, problems),
    local: listOf(key, 'local', file, problems),
  };
  const [first, ...others] = problems;
  if (first !== undefined) return { problems: [first, ...others] };
  return { settings: { file, flags, lists, computer: computerOf(registry, file) } };
}

/** That of the set in use, else of a numbered one. */
function parametersOf(registry: Registry): RegistryKey | undefined {
  const found = [...registry].flatMap(([path, key]) => {
    const set = PARAMETERS.exec(path)?.[1];
    return set === undefined ? [] : [{ set, key }];
  });
  return (found.find(({ set }) => set === 'currentcontrolset') ?? found[0])?.key;
}

function numberOf(
  value: RegistryValue | undefined,
  file: string,
  problems: ConfigProblem[],
): RelaySettings['flags'] {
  if (value === undefined) return undefined;
  if (value.data.kind === 'number') return { value: value.data.number, where: { file, line: value.line } };
  problems.push(wrongKind(value, file, 'a dword'));
  return undefined;
}

function listOf(
  key: RegistryKey,
  list: ListName,
  file: string,
  problems: ConfigProblem[],
): OldList | undefined {
  const value = key.get(foldAscii(LISTS[list]));
  if (value === undefined) return undefined;
  const where = { file, line: value.line };
  if (value.data.kind === 'texts') return { where, entries: value.data.texts };
  if (value.data.kind === 'text') return { where, entries: value.data.text === '' ? [] : [value.data.text] };
  problems.push(wrongKind(value, file, 'a list of texts, hex(7)'));
  return undefined;
}

function wrongKind({ name, line }: RegistryValue, file: string, expected: string): ConfigProblem {
  const message = `${name} is not ${expected}`;
  return {
    place: { file, line, column: 1 },
    message,
    remedy: 'The old service would not have read it either; correct it there and export it again.',
  };
}

function computerOf(registry: Registry, file: string): RelaySettings['computer'] {
  const key = [...registry].find(([path]) => NETWORK.test(path))?.[1];
  const text = (name: string): { readonly text: string; readonly line: number } | undefined => {
    const value = key?.get(name);
    return value?.data.kind === 'text' && value.data.text !== ''
      ? { text: value.data.text, line: value.line }
      : undefined;
  };
  const host = text('hostname') ?? text('nv hostname');
  const domain = text('domain') ?? text('nv domain');
  if (host === undefined || domain === undefined) return undefined;
  return { name: `${host.text}.${domain.text}`, where: { file, line: host.line } };
}
