/**
 * Ends the process when an input never ends: nothing else can once the one thread is in a loop. A thread of its own looks now and
 * then whether another run has begun, writes the input to a file if not, says so and ends everything.
 */
import { Buffer } from 'node:buffer';
import { writeFileSync, writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { formatInput } from './inputText.ts';

/** Two numbers (which run it is, octets of its input), then the input. */
const HEAD = 8;

interface Shared {
  readonly memory: SharedArrayBuffer;
  readonly file: string;
  readonly ms: number;
}

export interface Watchdog extends AsyncDisposable {
  /** To be called before each run. */
  readonly begin: (input: Buffer) => void;
}

/** An input that takes over `ms` milliseconds is written to `file`. */
export function watch(
  file: string,
  { ms, longest }: { readonly ms: number; readonly longest: number },
): Watchdog {
  const memory = new SharedArrayBuffer(HEAD + longest);
  const numbers = new Int32Array(memory, 0, 2);
  const octets = new Uint8Array(memory, HEAD);
  const data: Shared = { memory, file, ms };
  const worker = new Worker(new URL(import.meta.url), { workerData: data });
  worker.unref();
  return {
    begin(input) {
      octets.set(input);
      Atomics.store(numbers, 1, input.length);
      Atomics.add(numbers, 0, 1);
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

function look({ memory, file, ms }: Shared): void {
  const numbers = new Int32Array(memory, 0, 2);
  let last = Atomics.load(numbers, 0);
  setInterval(() => {
    const run = Atomics.load(numbers, 0);
    if (run === last && run > 0) {
      const length = Atomics.load(numbers, 1);
      writeFileSync(file, formatInput(Buffer.from(new Uint8Array(memory, HEAD, length))));
      writeSync(2, `run ${run} does not end; its input is in ${file}\n`);
      process.kill(process.pid, 'SIGKILL');
    }
    last = run;
  }, ms);
}

function isShared(data: unknown): data is Shared {
  return typeof data === 'object' && data !== null && 'memory' in data && 'file' in data && 'ms' in data;
}

if (!isMainThread && isShared(workerData)) look(workerData);
