/**
 * What a listener does when most of its slots or most of its memory are in use: it waits less. Those who only hold on are ended
 * sooner, so that whoever wants to send mail finds a slot; who sends at an honest speed notices nothing.
 *
 * Two steps, each entered at one load and left at a lower one, so that it does not go to and fro. The time-outs are the lesser of
 * what is configured and what stands here. Shorter than the five minutes of RFC 5321 4.5.3.2.7, on purpose.
 */
import type { ListenerSettings, SessionTimeouts } from '../session/mod.ts';

/** 0: none. */
export type StressLevel = 0 | 1 | 2;

/** How long the listener itself waits. Milliseconds. */
export interface Patience {
  /** For the header of a proxy. A proxy sends it at once; 5 seconds let a lost packet be sent again. */
  readonly header: number;
  /** For a TLS handshake. */
  readonly handshake: number;
  /** For a client to take our last reply. */
  readonly closing: number;
}

interface Step {
  /** Of the slots or of the memory, whichever is fuller: entered at, left below. */
  readonly enterAt: number;
  readonly leaveBelow: number;
  readonly patience: Patience;
  readonly timeouts: SessionTimeouts;
}

const SECOND = 1_000;
const AS_CONFIGURED = Number.POSITIVE_INFINITY;

export const STEPS: Readonly<Record<StressLevel, Step>> = {
  0: {
    enterAt: 0,
    leaveBelow: 0,
    patience: { header: 5 * SECOND, handshake: 60 * SECOND, closing: 10 * SECOND },
    timeouts: {
      command: AS_CONFIGURED,
      data: AS_CONFIGURED,
      session: AS_CONFIGURED,
      beforeTls: AS_CONFIGURED,
      beforeAuth: AS_CONFIGURED,
    },
  },
  1: {
    enterAt: 0.8,
    leaveBelow: 0.7,
    patience: { header: 3 * SECOND, handshake: 20 * SECOND, closing: 5 * SECOND },
    timeouts: {
      command: 60 * SECOND,
      data: 60 * SECOND,
      session: AS_CONFIGURED,
      beforeTls: 20 * SECOND,
      beforeAuth: 40 * SECOND,
    },
  },
  2: {
    enterAt: 0.95,
    leaveBelow: 0.85,
    patience: { header: 1 * SECOND, handshake: 5 * SECOND, closing: 2 * SECOND },
    timeouts: {
      command: 10 * SECOND,
      data: 20 * SECOND,
      session: 600 * SECOND,
      beforeTls: 10 * SECOND,
      beforeAuth: 20 * SECOND,
    },
  },
};

/** Octets of memory in use in a worker, its heap and its buffers, that count as all: well below the 1 GiB it may have. */
export const MEMORY_BOUND = 512 * 1024 * 1024;

export interface Load {
  /** Of the slots, 0 to 1. */
  readonly slots: number;
  /** Octets in use. */
  readonly memory: number;
}

export class Stress {
  #level: StressLevel = 0;

  get level(): StressLevel {
    return this.#level;
  }

  get patience(): Patience {
    return STEPS[this.#level].patience;
  }

  /** Takes notice of the load. @returns whether the level is another now. */
  observe({ slots, memory }: Load): boolean {
    const before = this.#level;
    this.#level = nextLevel(before, Math.max(slots, memory / MEMORY_BOUND));
    return this.#level !== before;
  }
}

function nextLevel(level: StressLevel, load: number): StressLevel {
  const holds = (step: 1 | 2): boolean => load >= STEPS[step][level >= step ? 'leaveBelow' : 'enterAt'];
  if (holds(2)) return 2;
  return holds(1) ? 1 : 0;
}

/** The settings of a listener at a level; the same object where nothing is to be shrunk. */
export function shrunk(settings: ListenerSettings, level: StressLevel): ListenerSettings {
  if (level === 0) return settings;
  const { timeouts: most } = STEPS[level];
  const { command, data, session, beforeTls, beforeAuth } = settings.timeouts;
  return {
    ...settings,
    timeouts: {
      command: Math.min(command, most.command),
      data: Math.min(data, most.data),
      session: Math.min(session, most.session),
      beforeTls: Math.min(beforeTls, most.beforeTls),
      beforeAuth: Math.min(beforeAuth, most.beforeAuth),
    },
  };
}
