/** The log: every event of the program as one JSON line. */
import pino from 'pino';
import type { Emit } from '../std/mod.ts';
import { EVENTS } from './catalogue/mod.ts';
import { LogError, openDestination } from './destination.ts';
import type { Destination } from './destination.ts';
import type { EventMap } from './events.ts';
import { isWritten } from './level.ts';
import type { Level } from './level.ts';

export interface LoggerOptions {
  /** Events below are not written. */
  readonly level: Level;
  /** A path; undefined is standard output. */
  readonly file: string | undefined;
  /** Which of our processes speaks: `supervisor`, or a worker's name. */
  readonly process: string;
}

export interface Logger extends AsyncDisposable {
  readonly emit: Emit<EventMap>;
  /** Resolves when every line so far was handed to the operating system, or when that failed. */
  flush(): Promise<void>;
  /**
   * Opens the file again by its path, after log rotation renamed it. When that fails, lines go on to the old file and an event
   * says so. Without effect on standard output.
   */
  reopen(): Promise<void>;
  /** Changes the lowest level that is written. */
  setLevel(level: Level): void;
}

/** Opens the log; throws LogError when the file cannot be written. */
export function createLogger(options: LoggerOptions): Logger {
  const name = options.file ?? 'standard output';
  const open = (): Destination =>
    openDestination({ file: options.file, onDropped: (lines) => emit('log.dropped', { lines }) });
  let destination = open();
  const writers = createWriters(options.process, (line) => destination.write(line));
  let written = namesFrom(options.level);
  const emit: Emit<EventMap> = (event, fields) => {
    if (written.has(event)) writers.get(event)?.(fields);
  };

  const reopen = async (): Promise<void> => {
    if (options.file === undefined) return;
    const old = destination;
    try {
      destination = open();
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      emit('log.reopenFailed', { destination: name, error: reasonOf(error) });
      return;
    }
    emit('log.reopened', { destination: name });
    await old.close();
  };

  emit('log.opened', { destination: name, threshold: options.level });
  return {
    emit,
    flush: () => destination.flush(),
    reopen,
    setLevel: (level) => {
      written = namesFrom(level);
    },
    [Symbol.asyncDispose]: () => destination.close(),
  };
}

type Writer = (fields: object) => void;

/** One child logger an event, so that the members that never change are serialised once. */
function createWriters(processName: string, write: (line: string) => void): ReadonlyMap<string, Writer> {
  const log = pino(
    {
      level: 'debug',
      base: { pid: process.pid, process: processName },
      timestamp: createTimestamp(),
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return new Map(
    Object.entries(EVENTS).map(([event, { level }]): [string, Writer] => {
      const child = log.child({ event });
      return [event, (fields) => child[level](fields)];
    }),
  );
}

/** Formats each millisecond once: thousands of lines share it. */
function createTimestamp(): () => string {
  let at = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) {
      at = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}

function namesFrom(threshold: Level): ReadonlySet<string> {
  const names = Object.entries(EVENTS).filter(([, { level }]) => isWritten(level, threshold));
  return new Set(names.map(([name]) => name));
}

function reasonOf(error: LogError): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
