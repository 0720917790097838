/** Programs of others that the tests talk to. In CI a missing one is a failure; elsewhere the test is skipped and says why. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The `skip` option of a test that needs `programs`. */
export function needs(...programs: readonly string[]): false | string {
  const missing = programs.filter(
    (program) => spawnSync('sh', ['-c', 'command -v "$0"', program], { env: PATHS }).status !== 0,
  );
  if (missing.length === 0) return false;
  const reason = `not installed: ${missing.join(', ')}`;
  if (process.env['CI'] === 'true') throw new Error(`${reason}; .ci/run installs what the tests need`);
  return reason;
}

/** Mail servers that cannot be installed beside Postfix, unpacked by `.ci/run`. */
const UNPACKED = join(import.meta.dirname, '..', '.peers', 'usr');

/** Servers stand in sbin, which is not on everybody's path. */
export const PATHS: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/local/sbin:${join(UNPACKED, 'sbin')}:${join(UNPACKED, 'bin')}`,
};
