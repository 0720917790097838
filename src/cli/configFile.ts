/** Finding and reading the configuration file. */
import { isAbsolute, join, relative } from 'node:path';
import { CONFIG_LOCATIONS, findConfig, loadConfig } from '../config/mod.ts';
import type { Config } from '../config/mod.ts';
import type { Call } from './command.ts';
import { EXIT } from './exit.ts';
import type { ExitCode } from './exit.ts';
import { describeProblems } from './problems.ts';
import { formatCount } from './quantity.ts';

/** The path of the configuration that the command names, or of the first default that exists; tells when there is none. */
export async function locateConfig({ io, out, configFile }: Call<unknown>): Promise<string | undefined> {
  // Empty when the command runs where it was started; then places in the file are shown as they were typed.
  const folder = relative(process.cwd(), io.cwd);
  const explicit = configFile === undefined || isAbsolute(configFile) ? configFile : join(folder, configFile);
  const path = await findConfig(explicit, folder);
  if (path === undefined) {
    out.fail(
      `there is no configuration: neither ${CONFIG_LOCATIONS.join(' nor ')}`,
      'Make one with `postern init`, or name it with -c FILE.',
    );
  }
  return path;
}

/** The configuration that the command names, or the exit code after its problems were told. */
export async function readConfig(
  call: Call<unknown>,
): Promise<{ readonly config: Config; readonly path: string } | { readonly exit: ExitCode }> {
  const path = await locateConfig(call);
  if (path === undefined) return { exit: EXIT.usage };
  const loaded = await loadConfig(path);
  if ('config' in loaded) return { config: loaded.config, path };
  call.out.fail(`${formatCount(loaded.problems.length, 'problem')} in the configuration`);
  call.out.note(describeProblems(loaded.problems));
  return { exit: EXIT.usage };
}
