/** Runs a program of others to its end. */
import { spawn } from 'node:child_process';
import { PATHS } from './peers.ts';

export interface Ran {
  readonly code: number | null;
  /** Standard output and error, as they came. */
  readonly output: string;
}

export async function run(
  program: string,
  args: readonly string[],
  options: { input?: string; cwd?: string } = {},
): Promise<Ran> {
  const child = spawn(program, args, { env: PATHS, cwd: options.cwd });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stdin.on('error', () => undefined); // a program that reads nothing and ends
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, output };
}
