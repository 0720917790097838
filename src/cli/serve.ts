/** `postern serve`: hands over to the daemon, and its signals with it. The only file of the command line that knows the daemon. */
import { resolve } from 'node:path';
import { AccountsError } from '../accounts/mod.ts';
import { ControlError } from '../api/mod.ts';
import type { Config } from '../config/mod.ts';
import { LogError, createLogger } from '../observe/mod.ts';
import type { Logger } from '../observe/mod.ts';
import type { Call } from './command.ts';
import { locateConfig } from './configFile.ts';
import { describeTry, prepareExample } from './example.ts';
import type { Example } from './example.ts';
import { EXIT } from './exit.ts';
import type { ExitCode } from './exit.ts';
import { describeProblems } from './problems.ts';
import { formatCount } from './quantity.ts';
import { readVersion } from './version.ts';

export interface Options {
  readonly example?: true;
}

export async function serve(call: Call<Options>): Promise<ExitCode> {
  const { out, io, options, configFile } = call;
  if (!options.example) {
    const path = await locateConfig(call);
    return path === undefined ? EXIT.usage : run(call, resolve(path));
  }
  if (configFile !== undefined) {
    out.fail('--example has a configuration of its own', 'Leave out -c, or leave out --example.');
    return EXIT.usage;
  }
  const began = io.clock.now();
  const example = await prepareExample(call);
  if ('exit' in example) return example.exit;
  return run(call, example.configPath, example, began);
}

/** Runs the daemon until it ends. */
async function run(call: Call<Options>, configPath: string, example?: Example, began = 0): Promise<ExitCode> {
  const { out, io } = call;
  try {
    // Loaded only here, so that every other command starts without it.
    const { startSupervisor } = await import('../daemon/mod.ts');
    const supervisor = await startSupervisor({ configPath, version: readVersion(), createLog });
    if ('problems' in supervisor) {
      out.fail(`not started: ${formatCount(supervisor.problems.length, 'problem')} in the configuration`);
      out.note(describeProblems(supervisor.problems));
      return EXIT.usage;
    }
    process.on('SIGTERM', () => supervisor.stop('SIGTERM'));
    process.on('SIGINT', () => supervisor.stop('SIGINT'));
    process.on('SIGHUP', () => {
      void supervisor.reopenLogs();
      void supervisor.reload();
    });
    if (example !== undefined) out.note(describeTry(example, io, io.clock.now() - began));
    await supervisor.closed;
    return EXIT.yes;
  } catch (error) {
    if (!(error instanceof ControlError || error instanceof LogError || error instanceof AccountsError))
      throw error;
    out.fail(`not started: ${error.message}`);
    return EXIT.cannotTell;
  }
}

function createLog({ log }: Config): Logger {
  return createLogger({ level: log.level, file: log.file, process: 'supervisor' });
}
