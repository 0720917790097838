/** Opening a spool: the event loop's side. Everything that waits for the disk is in `store/`, behind `thread.ts`. */
import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { systemClock, type Clock, type Emit } from '../std/mod.ts';
import { openBodies, type Bodies } from './bodies.ts';
import { startCore, type Core } from './core.ts';
import type { SpoolError } from './error.ts';
import type { SpoolEvents } from './events.ts';
import { idSource, TAGS } from './id.ts';
import { watchSpace, type Space } from './space.ts';
import { createSpool } from './spool.ts';
import { bodiesFolder, isSpoolName } from './store/files.ts';
import type { Spool } from './types.ts';

/** Contents up to this many octets are kept in the database, larger ones in files of their own. */
export const INLINE_LIMIT_BYTES = 256 << 10;
/** Free disk kept for recording what becomes of the messages that are there, octets. */
export const RESERVE_BYTES = 64 << 20;

export interface SpoolOptions {
  /** Made when it does not exist, for the owner alone. */
  readonly folder: string;
  /** The spool's name in the folder: letters, digits, `-` and `_`, up to 64. */
  readonly name: string;
  readonly emit: Emit<SpoolEvents>;
  /** Called once when the spool has failed: nothing can be committed any more, and the process has to restart. */
  readonly onFailed?: (error: SpoolError) => void;
  /** Octets; default INLINE_LIMIT_BYTES. */
  readonly inlineLimit?: number;
  /** Octets; default RESERVE_BYTES. */
  readonly reserveBytes?: number;
  /** The database may not grow beyond, octets; no bound unless given. Body files do not count. */
  readonly maxBytes?: number;
  /** How long to wait for another process that still holds the spool to let go, milliseconds; default 1000. */
  readonly lockWaitMs?: number;
  /** For ids. */
  readonly clock?: Clock;
}

/**
 * Opens a spool and owns its file until it is disposed. Rejects with SpoolError: `full` when there is not even room to open
 * it, else `failed`, e.g. when another process owns it, or when it is damaged or of a later version.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { name, emit, maxBytes, lockWaitMs, clock = systemClock } = options;
  if (!isSpoolName(name)) throw new RangeError(`not a name for a spool: ${name}`);
  const folder = resolve(options.folder);
  // Disposes what is open when a later step fails; else the spool takes it over.
  await using stack = new AsyncDisposableStack();
  let space: Space | undefined;
  const full = (cause: string): void => space?.full(cause);

  const task = { task: 'serve', folder, name, maxBytes, lockWait: lockWaitMs } as const;
  const core = stack.use(startCore({ task, emit, full, failed: options.onFailed ?? (() => undefined) }));
  const opened = await core.opened;
  const bodies: Bodies = await openBodies({
    folder: bodiesFolder(folder, name),
    inlineLimit: options.inlineLimit ?? INLINE_LIMIT_BYTES,
    full,
    failed: core.fail,
  });
  const { messages, recipients, bytes } = opened.stats;
  emit('spool.opened', { name, messages, recipients, bytes, strayFiles: opened.strayFiles });
  for (const id of opened.missing) emit('spool.bodyMissing', { name, id });
  space = watchSpace({
    name,
    emit,
    reserve: options.reserveBytes ?? RESERVE_BYTES,
    available: opened.available,
    measure: () => measure(core),
  });
  stack.move();
  return createSpool({ core, bodies, space, newId: idSource(clock, randomInt(TAGS)) });
}

/** Undefined when it could not be measured; a spool that has failed says so itself. */
async function measure({ connection }: Core): Promise<number | undefined> {
  try {
    return (await connection.ask('space', { kind: 'space' })).available;
  } catch {
    return undefined;
  }
}
