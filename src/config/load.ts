/** Reads a configuration file and looks at what it names on the disk. */
import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileError } from '../std/mod.ts';
import { checkFiles } from './files.ts';
import { parseWithPositions, refused } from './parse.ts';
import type { ConfigReading, Refusal } from './parse.ts';

/** Where a configuration is looked for when none is named. */
export const CONFIG_LOCATIONS = ['postern.yaml', '/etc/postern/postern.yaml'] as const;

/**
 * The configuration file to use: `explicit` when it is given, whether it exists or not, else the first of
 * `CONFIG_LOCATIONS` that exists; undefined when there is none. `folder` is what relative names start from.
 */
export async function findConfig(explicit?: string, folder = ''): Promise<string | undefined> {
  if (explicit !== undefined) return explicit;
  for (const location of CONFIG_LOCATIONS) {
    const path = location.startsWith('/') ? location : join(folder, location);
    const exists = await stat(path).then(
      (found) => found.isFile(),
      () => false,
    );
    if (exists) return path;
  }
  return undefined;
}

/**
 * Reads, parses and checks a configuration file, with the certificate, key and password files that it names. Paths in it
 * are relative to its folder. Never rejects for what is wrong with a file.
 */
export async function loadConfig(path: string): Promise<ConfigReading> {
  const text = await readText(path);
  if (typeof text !== 'string') return text;
  const folder = dirname(resolve(path));
  const reading = parseWithPositions(text, path, { folder, cores: availableParallelism() });
  if (!('config' in reading)) return reading;
  const problems = await checkFiles(reading.config, reading.positions);
  return problems.length === 0 ? { config: reading.config } : refused(problems);
}

async function readText(path: string): Promise<string | Refusal> {
  const place = { file: path, line: 1, column: 1 };
  try {
    const octets = await readFile(path);
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (error) {
    if (error instanceof TypeError) return refused([{ place, message: 'the file is not UTF-8 text' }]);
    return refused([{ place, message: `the configuration cannot be read: ${fileError(error)}` }]);
  }
}
