/** Running `postern import postfix`. */
import { resolve } from 'node:path';
import { importPostfix } from '../../import/mod.ts';
import type { Call } from '../command.ts';
import type { ExitCode } from '../exit.ts';
import { finishImport } from './finish.ts';
import { hostnameOption } from './hostname.ts';
import type { ImportOptions } from './options.ts';

export interface PostfixOptions extends ImportOptions {
  readonly interface?: readonly string[];
  readonly hostname?: string;
}

export async function runImportPostfix(call: Call<PostfixOptions>): Promise<ExitCode> {
  const named = hostnameOption(call);
  if ('exit' in named) return named.exit;
  const [folder = ''] = call.args;
  const { hostname } = named;
  const surroundings = {
    interfaces: call.options.interface ?? [],
    ...(hostname === undefined ? {} : { hostname }),
  };
  return finishImport(call, importPostfix(resolve(call.io.cwd, folder), surroundings));
}
