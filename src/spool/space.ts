/** Whether there is room for new mail: measured by the thread, foreseen between two measurements. */
import type { Emit } from '../std/mod.ts';
import type { SpoolEvents } from './events.ts';

const MEASURE_EVERY_MS = 2000;

export interface Space {
  accepts(): boolean;
  /** So many octets of new mail were accepted. */
  took(bytes: number): void;
  /** A write failed for want of room. */
  full(cause: string): void;
  stop(): void;
}

export interface SpaceOptions {
  readonly name: string;
  /** Octets that are to stay free. */
  readonly reserve: number;
  /** Octets at the start. */
  readonly available: number;
  /** Asks for the octets that can be written now; undefined when that cannot be said. */
  readonly measure: () => Promise<number | undefined>;
  readonly emit: Emit<SpoolEvents>;
}

/** Measures the room left every few seconds, and at once when it may have come to an end. */
export function watchSpace({ name, reserve, available, measure, emit }: SpaceOptions): Space {
  let state: 'room' | 'full' = 'room';
  let foreseen = available;
  let measuring = false;
  let stopped = false;

  const judge = (octets: number): void => {
    foreseen = octets;
    if (octets < reserve) turnFull(`less than ${reserve} octets are left`);
    else if (state === 'full') {
      state = 'room';
      emit('spool.recovered', { name, available: octets });
    }
  };
  const turnFull = (cause: string): void => {
    if (state === 'full') return;
    state = 'full';
    emit('spool.full', { name, available: foreseen, cause });
  };
  const refresh = async (): Promise<void> => {
    if (measuring || stopped) return;
    measuring = true;
    try {
      const octets = await measure();
      if (octets !== undefined && !stopped) judge(octets);
    } finally {
      measuring = false;
    }
  };

  judge(available);
  const timer = setInterval(() => void refresh(), MEASURE_EVERY_MS);
  timer.unref();
  return {
    accepts: () => state === 'room',
    took(bytes) {
      const before = foreseen;
      foreseen -= bytes;
      // Much of it may have been given back since by what was delivered.
      if (before >= reserve && foreseen < reserve) void refresh();
    },
    full: turnFull,
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
