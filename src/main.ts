#!/usr/bin/env node
/** The program: its arguments go to the command line. */
import { processIo, runCli } from './cli/mod.ts';

// Whoever reads the answer may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Not process.exit(): what was written must get out first.
process.exitCode = await runCli(process.argv.slice(2), processIo());
