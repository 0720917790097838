/** The outside of a command, passed in: a test gives it strings and a folder, `main.ts` the process. */
import type { Readable, Writable } from 'node:stream';
import { systemClock } from '../std/mod.ts';
import type { Clock } from '../std/mod.ts';

export type Input = Readable & { readonly isTTY?: boolean };
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface CliIo {
  readonly stdin: Input;
  /** The answer, and nothing else. */
  readonly stdout: Output;
  /** Everything that is not the answer. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths are relative to. */
  readonly cwd: string;
  readonly clock: Clock;
}

/** The process itself. */
export function processIo(): CliIo {
  const { stdin, stdout, stderr, env } = process;
  return { stdin, stdout, stderr, env, cwd: process.cwd(), clock: systemClock };
}
