/** Who is still at work on which message: a message stays in memory while it is in use, and a drain waits for all of it. */
import type { ActiveMessage } from './active.ts';

export interface Work {
  /** Keeps the message in memory and counts as in flight until the task ends. Never rejects. */
  using(message: ActiveMessage, task: () => Promise<void>): Promise<void>;
  /** The same for a task that concerns several messages. */
  during(task: () => Promise<void>): Promise<void>;
  /** One use of a message has ended; with the last one it leaves. */
  readonly release: (message: ActiveMessage) => void;
  /** Resolves when no task is running. */
  idle(): Promise<void>;
}

export interface WorkOptions {
  /** Called for a message when nobody uses it any more. */
  readonly leave: (message: ActiveMessage) => void;
  /** A task has rejected: a bug that nothing has caught. */
  readonly onBug: (error: unknown) => void;
}

export function createWork({ leave, onBug }: WorkOptions): Work {
  let running = 0;
  const waiting: (() => void)[] = [];

  function release(message: ActiveMessage): void {
    message.uses -= 1;
    if (message.uses === 0) leave(message);
  }

  function ended(): void {
    running -= 1;
    if (running === 0) for (const resolve of waiting.splice(0)) resolve();
  }

  return {
    release,
    async during(task) {
      running += 1;
      try {
        await task();
      } catch (error) {
        onBug(error);
      } finally {
        ended();
      }
    },
    async using(message, task) {
      running += 1;
      message.uses += 1;
      message.inFlight += 1;
      try {
        await task();
      } catch (error) {
        onBug(error);
      } finally {
        message.inFlight -= 1;
        if (message.inFlight === 0) message.landed?.();
        release(message);
        ended();
      }
    },
    idle() {
      if (running === 0) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      return promise;
    },
  };
}
