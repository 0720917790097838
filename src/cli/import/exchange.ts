/** Running `postern import exchange`. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { importExchange } from '../../import/mod.ts';
import type { ExchangeFile } from '../../import/mod.ts';
import { fileError } from '../../std/mod.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { finishImport } from './finish.ts';
import { hostnameOption } from './hostname.ts';
import type { ImportOptions } from './options.ts';

export interface ExchangeOptions extends ImportOptions {
  readonly hostname?: string;
  readonly doNotReroute?: true;
}

export async function runImportExchange(call: Call<ExchangeOptions>): Promise<ExitCode> {
  const { args, io, out, options } = call;
  const named = hostnameOption(call);
  if ('exit' in named) return named.exit;
  const files: ExchangeFile[] = [];
  // commander gives each file of <file...> as an argument of its own.
  for (const name of args) {
    try {
      files.push({ name, octets: await readFile(resolve(io.cwd, name)) });
    } catch (error) {
      out.fail(
        `cannot read ${name}: ${fileError(error)}`,
        'Name a file that Exchange or its registry was exported to.',
      );
      return EXIT.usage;
    }
  }
  const [first, ...others] = files;
  if (first === undefined) throw new Error('import exchange without a file');
  const importing = importExchange([first, ...others], {
    ...named,
    doNotReroute: options.doNotReroute === true,
  });
  return finishImport(call, importing);
}
