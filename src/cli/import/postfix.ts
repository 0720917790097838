/** Running `postern import postfix`. */
import { resolve } from 'node:path';
import { importPostfix } from '../../import/mod.ts';
import type { Call } from '../command.ts';
import type { ExitCode } from '../exit.ts';
import { finishImport } from './finish.ts';
import type { ImportOptions } from './options.ts';

export interface PostfixOptions extends ImportOptions {
  readonly interface?: readonly string[];
}

export async function runImportPostfix(call: Call<PostfixOptions>): Promise<ExitCode> {
  const [folder = ''] = call.args;
  const importing = importPostfix(resolve(call.io.cwd, folder), { interfaces: call.options.interface ?? [] });
  return finishImport(call, importing);
}
