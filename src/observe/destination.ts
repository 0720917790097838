/**
 * Where log lines go: standard output or a file, written in the background.
 *
 * A line costs the event loop one push; a write starts when 4 KiB wait or after 250 ms. At most about 4 MiB wait: what does not
 * fit because the disk or the reader is too slow is dropped and counted, since mail must not wait for a log. A write that fails is
 * tried again after a second. When the process exits, what still waits is written synchronously.
 */
import { closeSync, openSync, write } from 'node:fs';
import { createLineQueue } from './lineQueue.ts';
import type { LineQueue } from './lineQueue.ts';
import { writeAtExit } from './writeAtExit.ts';

const STDOUT = 1;
const WRITE_AT = 4096;
const WRITE_EVERY_MS = 250;
const MOST_WAITING = 4 * 1024 * 1024;
/** Octets of one write to a file: longer ones would hold up the other users of the thread pool. */
const WRITE_AT_MOST = 64 * 1024;
/**
 * Octets of one write to standard output. Several processes of ours share it, and it may be a pipe: only writes of at most PIPE_BUF
 * are never mixed with those of another (POSIX write()). A file is opened for appending, where that holds for any length.
 */
const PIPE_BUF = 4096;
/** With so much waiting, standard output is written like a file: lines may be mixed if the pipe is full, but fewer are dropped. */
const BEHIND = 256 * 1024;
const RETRY_FULL_PIPE_MS = 20;
const RETRY_FAILURE_MS = 1000;
/** A pipe that stays full for two seconds counts as failed. */
const MOST_STALLS = 100;

export interface DestinationOptions {
  /** A path; undefined is standard output. */
  readonly file: string | undefined;
  /** Called when lines begin to flow again after some were dropped. */
  readonly onDropped: (lines: number) => void;
  /** Most characters that may wait; 4 Mi unless given. */
  readonly mostWaiting?: number;
}

/** Takes lines, each with its LF. */
export interface Destination {
  write(line: string): void;
  /** Resolves when all lines so far were handed to the operating system, or when that failed. */
  flush(): Promise<void>;
  /** Writes what waits, once, and closes; standard output stays open. Closing again changes nothing: the descriptor may be another's by then. */
  close(): Promise<void>;
}

/** The log cannot be written where it should be. */
export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code = 'notWritable';
}

/** Opens a destination; throws LogError when the file cannot be opened for appending. */
export function openDestination(options: DestinationOptions): Destination {
  const fd = options.file === undefined ? STDOUT : openFile(options.file);
  const queue = createLineQueue(options.mostWaiting ?? MOST_WAITING);
  const pump = createPump(fd, queue, options.onDropped);
  const atExit = (): void => writeAtExit(fd, pump.unwritten(), queue);
  process.on('exit', atExit);
  const close = async (): Promise<void> => {
    await pump.flush();
    process.off('exit', atExit);
    pump.stop();
    if (fd !== STDOUT) closeSync(fd);
  };
  let closed: Promise<void> | undefined;
  return {
    write: (line) => {
      queue.push(line);
      pump.wake();
    },
    flush: () => pump.flush(),
    close: () => (closed ??= close()),
  };
}

function openFile(file: string): number {
  try {
    return openSync(file, 'a', 0o640);
  } catch (cause) {
    throw new LogError(`cannot write the log file ${file}`, { cause });
  }
}

/** Moves lines from the queue to the descriptor, one write at a time. */
interface Pump {
  /** Says that lines were queued. */
  wake(): void;
  flush(): Promise<void>;
  stop(): void;
  /** What was taken from the queue and is not in the hands of the operating system. */
  unwritten(): Buffer | undefined;
}

/** `pausing`: a write failed, and nothing is written before the timer says so or somebody flushes. */
type PumpState = 'idle' | 'writing' | 'pausing' | 'stopped';

function createPump(fd: number, queue: LineQueue, onDropped: (lines: number) => void): Pump {
  let state: PumpState = 'idle';
  let rest: Buffer | undefined;
  let stalls = 0;
  let timer: NodeJS.Timeout | undefined;
  let waiters: (() => void)[] = [];

  const settle = (): void => {
    for (const resolve of waiters.splice(0)) resolve();
  };
  const writeAfter = (ms: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      writeNow();
    }, ms).unref();
  };
  const writeNow = (): void => {
    if (state === 'writing' || state === 'stopped') return;
    const whole = fd === STDOUT && queue.characters < BEHIND;
    rest ??= queue.take(whole ? PIPE_BUF : WRITE_AT_MOST);
    if (rest === undefined) {
      state = 'idle';
      settle();
      return;
    }
    state = 'writing';
    write(fd, rest, afterWrite);
  };
  const afterWrite = (error: NodeJS.ErrnoException | null, octets: number): void => {
    if (error !== null) return afterFailure(error.code === 'EAGAIN' && stalls < MOST_STALLS);
    state = 'idle';
    stalls = 0;
    rest = rest !== undefined && octets < rest.length ? rest.subarray(octets) : undefined;
    const dropped = queue.takeDropped();
    if (dropped > 0) onDropped(dropped);
    if (rest !== undefined || waiters.length > 0 || queue.characters >= WRITE_AT) writeNow();
    else if (queue.characters > 0) writeAfter(WRITE_EVERY_MS);
  };
  const afterFailure = (stalled: boolean): void => {
    state = 'pausing';
    stalls = stalled ? stalls + 1 : 0;
    if (!stalled) settle();
    clearTimeout(timer);
    timer = undefined;
    writeAfter(stalled ? RETRY_FULL_PIPE_MS : RETRY_FAILURE_MS);
  };

  return {
    wake: () => {
      if (state !== 'idle') return;
      if (queue.characters >= WRITE_AT) writeNow();
      else writeAfter(WRITE_EVERY_MS);
    },
    flush: () =>
      new Promise((resolve) => {
        waiters.push(resolve);
        if (state === 'stopped') settle();
        else writeNow();
      }),
    stop: () => {
      state = 'stopped';
      clearTimeout(timer);
    },
    unwritten: () => (state === 'writing' ? undefined : rest),
  };
}
