/** `postern serve`: hands over to the daemon, and its signals with it. The only file of the command line that knows the daemon. */
import { resolve } from 'node:path';
import type { Config } from '../config/mod.ts';
import type { Supervisor } from '../daemon/mod.ts';
import { createLogger } from '../observe/mod.ts';
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
  const signals = takeSignals();
  const supervisor = await start(call, configPath);
  if ('exit' in supervisor) return supervisor.exit;
  signals.handOver(supervisor);
  out.pass(supervisor.posture);
  if (example !== undefined) out.note(describeTry(example, io, io.clock.now() - began));
  await supervisor.closed;
  if (example !== undefined)
    out.note('Postern has stopped. Nothing is lost; the next start goes on with it.');
  return EXIT.yes;
}

/**
 * Workers accept mail before the last of them is ready, so a signal that comes meanwhile must not end the process as it would by
 * itself: it is kept until the start is over. Whoever asks a second time to stop does not want to wait.
 */
function takeSignals(): { handOver(supervisor: Supervisor): void } {
  let running: Supervisor | undefined;
  const early = new Set<'SIGTERM' | 'SIGINT' | 'SIGHUP'>();
  const act = (signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP', supervisor: Supervisor): void => {
    if (signal !== 'SIGHUP') return supervisor.stop(signal);
    void supervisor.reopenLogs();
    void supervisor.reload();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (running !== undefined) act(signal, running);
      else if (signal !== 'SIGHUP' && early.has(signal)) process.exit(EXIT.interrupted);
      else early.add(signal);
    });
  }
  return {
    handOver(supervisor) {
      running = supervisor;
      const stop = early.has('SIGTERM') ? 'SIGTERM' : early.has('SIGINT') ? 'SIGINT' : undefined;
      if (stop !== undefined) act(stop, supervisor);
      else if (early.has('SIGHUP')) act('SIGHUP', supervisor);
    },
  };
}

async function start(
  { out }: Call<Options>,
  configPath: string,
): Promise<Supervisor | { readonly exit: ExitCode }> {
  // Loaded only here, so that every other command starts without it.
  const { startSupervisor } = await import('../daemon/mod.ts');
  try {
    const started = await startSupervisor({ configPath, version: readVersion(), createLog });
    if (!('problems' in started)) return started;
    out.fail(`not started: ${formatCount(started.problems.length, 'problem')} in the configuration`);
    out.note(describeProblems(started.problems));
    return { exit: EXIT.usage };
  } catch (error) {
    // What a worker could not do arrives as its words, whatever it was.
    if (!(error instanceof Error)) throw error;
    out.fail(`not started: ${error.message}`, 'Nothing was accepted. The log may say more.');
    return { exit: EXIT.cannotTell };
  }
}

function createLog({ log }: Config): Logger {
  return createLogger({ level: log.level, file: log.file, process: 'supervisor' });
}
