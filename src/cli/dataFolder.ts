/**
 * Finding the data folder for the commands that work beside the daemon. The configuration need not be valid for that: somebody who has
 * just broken the file must still see the queue.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileError } from '../std/mod.ts';
import type { Call } from './command.ts';
import { EXIT } from './exit.ts';
import type { ExitCode } from './exit.ts';

const DEFAULT = './data';

/** The data folder of the configuration that the command names, or the exit code after the failure was told. */
export async function findDataFolder(call: Call<unknown>): Promise<string | { readonly exit: ExitCode }> {
  const { locateConfig } = await import('./configFile.ts');
  const path = await locateConfig(call);
  if (path === undefined) return { exit: EXIT.usage };
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    call.out.fail(`cannot read ${path}: ${fileError(error)}`, 'Name a configuration file with -c FILE.');
    return { exit: EXIT.usage };
  }
  return folderIn(text, path);
}

/** The data folder that the text of the configuration names, or the default. */
async function folderIn(text: string, configPath: string): Promise<string> {
  const { parseDocument } = await import('yaml');
  const data: unknown = parseDocument(text).get('data');
  return resolve(dirname(configPath), typeof data === 'string' ? data : DEFAULT);
}
