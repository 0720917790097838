/** The files of Haraka's config folder that say who may relay and where mail goes, and how they are written. */
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ConfigProblem } from '../../config/mod.ts';
import { fileError } from '../../std/mod.ts';
import { decodeText } from '../decode.ts';

const NAMES = [
  'plugins',
  'me',
  'databytes',
  'host_list',
  'host_list_regex',
  'relay.ini',
  'relay_acl_allow',
  'relay_dest_domains.ini',
  'rcpt_to.routes.ini',
  'smtp.ini',
  'smtp_forward.ini',
  'smtp_proxy.ini',
  'lmtp.ini',
  'auth_flat_file.ini',
  'tls.ini',
] as const;
export type FileName = (typeof NAMES)[number];

export interface HarakaFiles {
  /** The config folder, absolute. */
  readonly folder: string;
  /** Its texts; a file that is not there is missing. */
  readonly texts: ReadonlyMap<FileName, string>;
}

/** Reads the folder that was made with `haraka -i`, or the `config` folder in it. */
export function readFiles(
  folder: string,
): HarakaFiles | { readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] } {
  const config = isFolder(join(folder, 'config')) ? join(folder, 'config') : folder;
  const texts = new Map<FileName, string>();
  const problems: ConfigProblem[] = [];
  for (const name of NAMES) {
    const text = readText(join(config, name), name);
    if (typeof text === 'string') texts.set(name, text);
    else if (text !== undefined) problems.push(text);
  }
  const [first, ...others] = problems;
  if (first !== undefined) return { problems: [first, ...others] };
  if (texts.has('plugins')) return { folder: config, texts };
  const place = { file: join(config, 'plugins'), line: 1, column: 1 };
  const message = isFolder(config)
    ? 'there is no such file, so this is not the folder of a Haraka'
    : 'there is no such folder';
  return { problems: [{ place, message, remedy: 'Name the folder that holds config/plugins.' }] };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true && basename(path) !== '';
}

function readText(path: string, name: string): string | ConfigProblem | undefined {
  try {
    const decoded = decodeText(readFileSync(path), name);
    return 'text' in decoded ? decoded.text : decoded.problem;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    return { place: { file: name, line: 1, column: 1 }, message: `it cannot be read: ${fileError(error)}` };
  }
}

export interface Line {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

const COMMENT = /^\s*[;#]/;

/** The lines of a list; comments begin with `#` or `;`. */
export function linesOf(files: HarakaFiles, name: FileName): readonly Line[] {
  const text = files.texts.get(name) ?? '';
  return text
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ line: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '' && !COMMENT.test(line.text));
}

export interface Setting extends Line {
  readonly section: string;
  readonly key: string;
}

/**
 * The settings of an .ini file in their order, of each key of a section the last; `key[]` keeps all. What stands before
 * the first section is `main`.
 */
export function settingsOf(files: HarakaFiles, name: FileName): readonly Setting[] {
  const found = new Map<string, Setting>();
  let section = 'main';
  let held = '';
  for (const [index, written] of (files.texts.get(name) ?? '').split(/\r\n|\n|\r/).entries()) {
    if (COMMENT.test(written) || written.trim() === '') continue;
    const head = /^\s*\[\s*([^\]]*?)\s*\]\s*$/.exec(written)?.[1];
    if (head !== undefined) {
      section = head;
      continue;
    }
    if (/\\[ \t]*$/.test(written)) {
      held += written.replace(/\\[ \t]*$/, '');
      continue;
    }
    const [, key = '', text = ''] = /^\s*([^=]*?)\s*(?:=\s*(.*?))?\s*$/s.exec(held + written) ?? [];
    held = '';
    const line = index + 1;
    const id = key.endsWith('[]') ? `${section}\n${key}\n${line}` : `${section}\n${key}`;
    // Kept in the order of the last one.
    found.delete(id);
    found.set(id, { section, key: key.replace(/\[\]$/, ''), text, line });
  }
  return [...found.values()];
}

/** One setting of a section. */
export function setting(settings: readonly Setting[], key: string, section = 'main'): Setting | undefined {
  return settings.findLast((one) => one.section === section && one.key === key);
}

/** Whether a switch is on; `preset` when it is not written. */
export function isOn(one: Setting | undefined, preset: boolean): boolean {
  return one === undefined ? preset : /^(?:true|yes|ok|enabled|on|1)$/i.test(one.text);
}
