/** A real spool, watched, and with a fuse that cuts the scheduler off from it as a crash does. */
import type { Spool, SpoolChange, SpooledMessage } from '../../spool/mod.ts';

export interface WatchedSpool extends Spool {
  /** Calls that have not come back. */
  readonly pending: number;
  /** Those of them that the spool itself is at work on, also after the fuse has blown. */
  readonly underway: number;
  /** All commits that were asked for, and those that are on the disk. */
  readonly commits: readonly (readonly SpoolChange[])[];
  readonly durable: readonly (readonly SpoolChange[])[];
  /** How often a body was asked for. */
  readonly bodies: number;
  /** Recipients whose end is on the disk, as `id/index`. */
  readonly finished: ReadonlySet<string>;
  /** The fuse has blown: no call will ever come back. */
  readonly blown: boolean;
  /** While it is set, what `due()` has read is kept back until it resolves. */
  dueGate: Promise<void> | undefined;
  /** Every message in it. */
  all(): Promise<readonly SpooledMessage[]>;
}

/**
 * Blows at the call with that number, from 1: `before` the spool gets it, or `after` the spool has done it and before the
 * caller knows. From then on every call hangs, as if the process were gone.
 */
export interface Fuse {
  readonly call: number;
  readonly when: 'before' | 'after';
}

export function watchSpool(spool: Spool, fuse?: Fuse): WatchedSpool {
  const commits: (readonly SpoolChange[])[] = [];
  const durable: (readonly SpoolChange[])[] = [];
  const finished = new Set<string>();
  let pending = 0;
  let underway = 0;
  let calls = 0;
  let bodies = 0;
  let blown = false;

  async function watch<T>(call: () => Promise<T>): Promise<T> {
    calls += 1;
    const last = calls === fuse?.call;
    if (last && fuse.when === 'before') blown = true;
    if (blown) return never();
    pending += 1;
    try {
      underway += 1;
      const result = await call().finally(() => (underway -= 1));
      if (last) blown = true;
      return blown ? await never<T>() : result;
    } finally {
      pending -= 1;
    }
  }

  const watched: WatchedSpool = {
    dueGate: undefined,
    get pending() {
      return pending;
    },
    get underway() {
      return underway;
    },
    get bodies() {
      return bodies;
    },
    get blown() {
      return blown;
    },
    commits,
    durable,
    finished,
    all: () => spool.list({ limit: 100_000 }),
    newId: () => spool.newId(),
    accepts: () => spool.accepts(),
    openBody: (id) => watch(() => spool.openBody(id)),
    commit(changes) {
      commits.push(changes);
      return watch(async () => {
        await spool.commit(changes);
        durable.push(changes);
        for (const change of changes) {
          if (change.kind === 'finish') finished.add(`${change.id}/${change.index}`);
        }
      });
    },
    due: (now, limit, except) =>
      watch(async () => {
        const due = await spool.due(now, limit, except);
        await watched.dueGate;
        return due;
      }),
    nextDue: (except) => watch(() => spool.nextDue(except)),
    get: (id) => watch(() => spool.get(id)),
    body(id) {
      bodies += 1;
      return watch(() => spool.body(id));
    },
    waiting: (filter) => watch(() => spool.waiting(filter)),
    list: (filter) => watch(() => spool.list(filter)),
    stats: () => watch(() => spool.stats()),
    [Symbol.asyncDispose]: () => spool[Symbol.asyncDispose](),
  };
  return watched;
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
