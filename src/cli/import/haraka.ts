/** Running `postern import haraka`. */
import { resolve } from 'node:path';
import { importHaraka } from '../../import/mod.ts';
import type { Call } from '../command.ts';
import type { ExitCode } from '../exit.ts';
import { finishImport } from './finish.ts';
import { hostnameOption } from './hostname.ts';
import type { ImportOptions } from './options.ts';

export interface HarakaOptions extends ImportOptions {
  readonly hostname?: string;
}

export async function runImportHaraka(call: Call<HarakaOptions>): Promise<ExitCode> {
  const named = hostnameOption(call);
  if ('exit' in named) return named.exit;
  const [folder = ''] = call.args;
  return finishImport(call, importHaraka(resolve(call.io.cwd, folder), named));
}
