/** Whether name servers answer at all: tells an administrator when none does, and when one does again. */
import type { Clock, Emit } from '../std/mod.ts';
import type { DnsEvents } from './events.ts';

export interface Health {
  /** A server said something, be it a refusal. */
  answered(): void;
  /** A question ended, and no server had said a word. */
  unanswered(error: string): void;
}

export interface HealthOptions {
  readonly servers: readonly string[];
  readonly clock: Clock;
  readonly emit: Emit<DnsEvents>;
}

/** A single zone whose servers are dead makes a recursive server silent too; so many questions in a row do not happen by that. */
const ENOUGH = 5;
const AGAIN_MS = 5 * 60_000;

export function createHealth({ servers, clock, emit }: HealthOptions): Health {
  let questions = 0;
  let told: number | undefined;
  return {
    answered() {
      if (told !== undefined) emit('dns.reachable', { servers, questions });
      questions = 0;
      told = undefined;
    },
    unanswered(error) {
      questions += 1;
      const now = clock.now();
      if (questions < ENOUGH || (told !== undefined && now - told < AGAIN_MS)) return;
      told = now;
      emit('dns.unreachable', { servers, questions, error });
    },
  };
}
