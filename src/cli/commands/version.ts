/** `postern version` */
import { jsonOption } from '../command.ts';
import type { Call, PosternCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readVersion } from '../version.ts';

interface Options {
  readonly json?: true;
}

export function addVersion(parent: PosternCommand): void {
  parent
    .command('version')
    .summary('print the version')
    .description('Prints the version of this command. That of the running daemon is in `postern status`.')
    .addOption(jsonOption())
    .example('postern version', '')
    .runs(runVersion);
}

function runVersion({ out, options, configFile }: Call<Options>): ExitCode {
  if (configFile !== undefined) {
    out.fail('`postern version` reads no configuration', 'Leave out -c.');
    return EXIT.usage;
  }
  if (options.json) out.json({ schema: 'postern.version/1', version: readVersion(), node: process.version });
  else out.answer(`postern ${readVersion()}`);
  return EXIT.yes;
}
