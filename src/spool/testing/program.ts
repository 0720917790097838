/** Runs the programs of this folder as processes of their own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Program {
  /** What it wrote so far, line by line. */
  readonly lines: readonly string[];
  /** Resolves when it has written so many lines, or has ended. */
  wrote(count: number): Promise<unknown>;
  /** Resolves when it has ended and all it wrote was read. */
  readonly ended: Promise<unknown>;
  kill(): void;
}

function program(child: ChildProcess): Program {
  const lines: string[] = [];
  if (child.stdout === null) throw new Error('the program has no standard output');
  const reader = createInterface({ input: child.stdout });
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  reader.on('line', (line) => {
    lines.push(line);
    for (const { count, resolve } of waiting) if (lines.length >= count) resolve();
  });
  const ended = Promise.all([once(reader, 'close'), once(child, 'exit')]);
  return {
    lines,
    wrote(count) {
      const reached = Promise.withResolvers<void>();
      waiting.push({ count, resolve: reached.resolve });
      if (lines.length >= count) reached.resolve();
      return Promise.race([reached.promise, ended]);
    },
    ended,
    kill: () => void child.kill('SIGKILL'),
  };
}

const stdio = ['ignore', 'pipe', 'inherit'] as const;

/** Starts `<name>.ts` of this folder with arguments. */
export function startProgram(name: string, args: readonly string[]): Program {
  return program(spawn(process.execPath, [file(name), ...args], { stdio: [...stdio] }));
}

/** The same, where no file may grow beyond so many octets (a multiple of 512; `ulimit -f` counts those). */
export function startLimited(name: string, args: readonly string[], octets: number): Program {
  const script = `ulimit -f ${octets / 512} && exec "$0" "$@"`;
  const command = ['-c', script, process.execPath, file(name), ...args];
  return program(spawn('/bin/sh', command, { stdio: [...stdio] }));
}

function file(name: string): string {
  return fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
}
