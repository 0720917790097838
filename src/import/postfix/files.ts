/** The files of Postfix's folder. The only part of this importer that reads the disk; it never writes. */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileError } from '../../std/mod.ts';

/** Octets; larger files are no tables that somebody has written. */
const MAX_FILE = 64 * 1024 * 1024;

export type FileText = { readonly text: string } | { readonly problem: string };

export interface Files {
  /** The file below the folder that stands for `path`, a path on that server; and what to call it. */
  read(path: string): FileText;
  /** How a file is called in comments and remarks: below the folder when it is. */
  nameOf(path: string): string;
}

export interface FolderOptions {
  /** Where that server has the folder: its config_directory. */
  readonly configDirectory: string;
}

/**
 * The folder stands for that server's /etc/postfix. A path outside of it is only looked at when the folder is itself
 * called etc/postfix, since then it shows where the root of that server is.
 */
export function openFolder(folder: string, { configDirectory }: FolderOptions): Files {
  const here = resolve(folder);
  const inEtc = basename(here) === 'postfix' && basename(dirname(here)) === 'etc';
  const root = inEtc ? resolve(here, '../..') : undefined;
  const below = (path: string): string | undefined => {
    if (!isAbsolute(path)) return join(here, path);
    for (const prefix of [configDirectory, here])
      if (path.startsWith(`${prefix}/`)) return join(here, path.slice(prefix.length + 1));
    return root === undefined ? undefined : join(root, path);
  };
  return {
    read: (path) => {
      const file = below(path);
      if (file === undefined)
        return { problem: `${path} is not below ${configDirectory}, so it is not in the folder` };
      return readText(file);
    },
    nameOf: (path) => {
      const file = below(path) ?? path;
      return file.startsWith(`${here}/`) ? file.slice(here.length + 1) : path;
    },
  };
}

/** A text file. Latin-1 when it is not UTF-8: comments of old files often are. */
export function readText(file: string): FileText {
  try {
    const found = statSync(file);
    if (found.isDirectory()) return { problem: `${file} is a folder` };
    if (found.size > MAX_FILE) return { problem: `${file} is larger than 64 MiB` };
    const octets = readFileSync(file);
    if (octets.includes(0)) return { problem: `${file} is not a text file` };
    return { text: decode(octets) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { problem: `there is no file ${file}` };
    return { problem: `${file} cannot be read: ${fileError(error)}` };
  }
}

function decode(octets: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return octets.toString('latin1');
  }
}
