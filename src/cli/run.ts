/** One run of the command line. */
import { CommanderError } from 'commander';
import { createConsole } from './console.ts';
import { EXIT } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { CliIo } from './io.ts';
import { nodeProblem } from './node.ts';
import { createProgram } from './program.ts';

/** Runs a command line (without the program's name) and resolves to its exit code. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const tooOld = nodeProblem(process.versions.node);
  if (tooOld !== undefined) {
    const remedy = `It runs ${process.execPath}. In the source folder the one of npm ci does: npm run -s postern --`;
    createConsole(io, false).fail(tooOld, remedy);
    return EXIT.usage;
  }
  const outcome = { code: EXIT.yes };
  try {
    await createProgram(io, outcome).parseAsync(argv, { from: 'user' });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.yes : EXIT.usage;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    createConsole(io, false).fail(text, 'This is a bug in Postern; please report it with the lines above.');
    return EXIT.cannotTell;
  }
}
