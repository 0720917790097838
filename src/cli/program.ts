/** The commands, put together. */
import { addAccount } from './commands/account/account.ts';
import { addAudit } from './commands/audit.ts';
import { addCheck } from './commands/check.ts';
import { addDiff } from './commands/diff.ts';
import { addExplain } from './commands/explain.ts';
import { addImport } from './commands/import/import.ts';
import { addInit } from './commands/init.ts';
import { addQueue } from './commands/queue/queue.ts';
import { addReload } from './commands/reload.ts';
import { addReplay } from './commands/replay.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addTrace } from './commands/trace.ts';
import { addVersion } from './commands/version.ts';
import { PosternCommand } from './command.ts';
import type { Outcome } from './command.ts';
import type { CliIo } from './io.ts';
import { readVersion } from './version.ts';

const EXIT_CODES = `
Exit codes: 0 yes, done or the same; 1 no or different; 2 wrong use or configuration; 3 cannot tell; 4 no daemon; 130 interrupted.`;

/** The program; what its command says ends in `outcome`. It throws CommanderError instead of ending the process. */
export function createProgram(io: CliIo, outcome: Outcome): PosternCommand {
  const program = new PosternCommand('postern', io, outcome)
    .description(
      'A mail gateway whose heart is the question who may relay mail through this server, and why.',
    )
    .option('-c, --config <file>', 'the configuration; else ./postern.yaml, then /etc/postern/postern.yaml')
    .version(`postern ${readVersion()}`, '-V, --version', 'print the version')
    .option('--no-color', 'no colours; NO_COLOR and TERM=dumb are obeyed, too')
    .example('postern init && postern check && postern serve', 'the first run')
    .addHelpText('after', EXIT_CODES)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  addServe(program);
  addInit(program);
  addCheck(program);
  addDiff(program);
  addExplain(program);
  addAudit(program);
  addReplay(program);
  addImport(program);
  addStatus(program);
  addReload(program);
  addQueue(program);
  addAccount(program);
  addTrace(program);
  addVersion(program);
  return program;
}
