/** The last lines of a process that is about to end, when nothing asynchronous runs any more. */
import { writeSync } from 'node:fs';
import type { LineQueue } from './lineQueue.ts';

/** How often a full pipe is tried, 20 ms apart. */
const MOST_TRIES = 100;
const PAUSE_MS = 20;
const AT_ONCE = 64 * 1024;

/** Writes `first` and then the whole queue; gives up on a failure, since there is nobody left to tell. */
export function writeAtExit(fd: number, first: Buffer | undefined, queue: LineQueue): void {
  let next = first ?? queue.take(AT_ONCE);
  let tries = 0;
  while (next !== undefined && tries < MOST_TRIES) {
    const octets = tryWrite(fd, next);
    if (octets === undefined) return;
    if (octets === 0) {
      tries += 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
    next = octets < next.length ? next.subarray(octets) : queue.take(AT_ONCE);
  }
}

/** How many octets were taken: none by a full pipe; undefined after a failure. */
function tryWrite(fd: number, octets: Buffer): number | undefined {
  try {
    return writeSync(fd, octets);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EAGAIN' ? 0 : undefined;
  }
}
