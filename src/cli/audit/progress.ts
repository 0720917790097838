/** How far it is: one line on a terminal, from the first second on. */
import type { CliIo } from '../io.ts';
import { formatSpan } from '../quantity.ts';

export interface Progress {
  at(done: number, total: number): void;
  /** Takes the line away. */
  end(): void;
}

const AFTER_MS = 1000;
const EVERY_MS = 200;

/** `clock` gives milliseconds from any moment on. */
export function createProgress(
  { stderr, env }: CliIo,
  what: string,
  clock: () => number = () => performance.now(),
): Progress {
  const shown = stderr.isTTY === true && env['TERM'] !== 'dumb';
  const began = clock();
  let last = Number.NEGATIVE_INFINITY;
  let written = false;
  return {
    at(done, total) {
      const now = clock();
      if (!shown || now - began < AFTER_MS || now - last < EVERY_MS) return;
      last = now;
      written = true;
      const left = done === 0 ? '' : ` · ${formatSpan(((now - began) / done) * (total - done))} left`;
      stderr.write(
        `\r\u001B[K${what}: ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}${left} · Ctrl-C stops`,
      );
    },
    end() {
      if (written) stderr.write('\r\u001B[K');
    },
  };
}
