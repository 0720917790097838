/** The process of a worker: hears the supervisor, ends with it. */
import { createLogger, type Logger } from '../observe/mod.ts';
import { errorText } from '../std/mod.ts';
import {
  answer,
  ORPHAN_TIME,
  type AnyRequest,
  type FromWorker,
  type RequestHandlers,
  type Start,
  type ToWorker,
} from './ipc.ts';
import { SupervisorChannel } from './upward.ts';
import { startWorker } from './worker.ts';

/** What is left for the log when the process must end at once. Milliseconds. */
const LAST_WORDS = 500;

function tell(message: FromWorker): void {
  process.send?.(message);
}

/** A supervisor that was killed a moment ago is not an error here: it is told of by the event `disconnect`. */
const supervisor = new SupervisorChannel((message, sent) => {
  if (process.connected) process.send?.(message, undefined, {}, () => sent?.());
  else sent?.();
});

/** Ends the process as a crash: the supervisor starts another. */
function crash(logger: Logger | undefined, error: unknown): void {
  process.exitCode = 1;
  const exit = (): never => process.exit(1);
  setTimeout(exit, LAST_WORDS);
  logger?.emit('worker.failed', {
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  (logger?.flush() ?? Promise.resolve()).then(exit, exit);
}

async function start({
  name,
  config,
  liveWorkers,
  suspects,
}: Start): Promise<{ logger: Logger; handlers: RequestHandlers }> {
  const logger = createLogger({ level: config.log.level, file: config.log.file, process: name });
  process.on('uncaughtException', (error) => crash(logger, error));
  process.on('unhandledRejection', (error) => crash(logger, error));
  const handlers = await startWorker({
    name,
    config,
    liveWorkers,
    suspects,
    supervisor,
    logger,
    onFailed: (error) => crash(logger, error),
  });
  return { logger, handlers };
}

async function serve(handlers: RequestHandlers, logger: Logger, request: AnyRequest): Promise<void> {
  try {
    tell(await answer(handlers, request));
  } catch (error) {
    tell({ kind: 'error', id: request.id, error: errorText(error) });
  }
  if (request.name !== 'drain') return;
  await logger[Symbol.asyncDispose]();
  process.exit(0);
}

/** Without its supervisor a worker has no purpose; what it holds is on the disk. */
async function orphaned(running: { logger: Logger; handlers: RequestHandlers } | undefined): Promise<void> {
  setTimeout(() => process.exit(1), ORPHAN_TIME);
  try {
    await running?.handlers.drain({ withinMs: ORPHAN_TIME / 2 });
    await running?.logger[Symbol.asyncDispose]();
  } finally {
    process.exit(running === undefined ? 1 : 0);
  }
}

function main(): void {
  // Ctrl-C reaches the whole process group; when and how to end is the supervisor's to say.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  let running: { logger: Logger; handlers: RequestHandlers } | undefined;
  let drained = false;
  process.on('disconnect', () => {
    supervisor.gone();
    if (!drained) void orphaned(running);
  });
  async function begin(message: Start): Promise<void> {
    try {
      running = await start(message);
      tell({ kind: 'ready' });
    } catch (error) {
      tell({ kind: 'failed', problem: errorText(error) });
      setTimeout(() => process.exit(1), LAST_WORDS);
    }
  }
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'reply') {
      supervisor.settle(message);
      return;
    }
    if (message.kind === 'request') {
      drained ||= message.name === 'drain';
      if (running !== undefined) void serve(running.handlers, running.logger, message);
      return;
    }
    void begin(message);
  });
}

main();
