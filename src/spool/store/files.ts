/** Where things lie in the spool folder: `<name>.db`, and `bodies/<name>/<id>` for contents that are too large for it. */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSpoolId } from '../id.ts';
import type { SpoolId } from '../types.ts';

/** The names of spools: they become file names, so nothing that a file system could take otherwise. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** A name of a body file that is being written; renamed to the id alone when it is complete and synced. */
export const UNFINISHED = 'tmp-';

export function isSpoolName(text: string): boolean {
  return NAME.test(text);
}

export function databasePath(folder: string, name: string): string {
  return join(folder, `${name}.db`);
}

export function bodiesFolder(folder: string, name: string): string {
  return join(folder, 'bodies', name);
}

/** The names of all spools in the folder; none when there is no folder. */
export function spoolNames(folder: string): readonly string[] {
  const ending = '.db';
  return list(folder)
    .filter((entry) => entry.endsWith(ending))
    .map((entry) => entry.slice(0, -ending.length))
    .filter(isSpoolName)
    .sort();
}

/** Makes a folder that nobody else can read, and the folders above it, durably. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made));
}

/** Makes the names in a folder durable. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** What the body files are, compared with the messages that name one. */
export interface FileCheck {
  /** How many files were removed because no message names them. */
  readonly strayFiles: number;
  /** Messages whose file is not there. */
  readonly missing: readonly SpoolId[];
}

/**
 * Removes body files that no message names: a crash left them between their sync and the commit, or between the commit that
 * finished their message and their removal. Only for the owner of the spool's lock, before it writes any.
 */
export function removeStrays(folder: string, filed: readonly SpoolId[]): FileCheck {
  const missing = new Set(filed);
  let strayFiles = 0;
  for (const entry of list(folder)) {
    if (isSpoolId(entry) && missing.delete(entry)) continue;
    rmSync(join(folder, entry), { recursive: true, force: true });
    strayFiles += 1;
  }
  return { strayFiles, missing: [...missing] };
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Whether an error of the file system has one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
  );
}
