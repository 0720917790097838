/** The command line. */
export { EXIT } from './exit.ts';
export type { ExitCode } from './exit.ts';
export { processIo } from './io.ts';
export type { CliIo } from './io.ts';
export { cliReference } from './reference.ts';
export { runCli } from './run.ts';
