/** The spool as its users see it. */
import { Buffer } from 'node:buffer';
import type { Bodies } from './bodies.ts';
import type { Core } from './core.ts';
import { SpoolError } from './error.ts';
import type { Space } from './space.ts';
import type { WireBody } from './store/wire.ts';
import type { Body, NewMessage, Spool, SpoolChange, SpoolId } from './types.ts';

export interface SpoolParts {
  readonly core: Core;
  readonly bodies: Bodies;
  readonly space: Space;
  readonly newId: () => SpoolId;
}

export function createSpool({ core, bodies, space, newId }: SpoolParts): Spool {
  const { connection } = core;
  return {
    newId,
    accepts: () => core.refusal() === undefined && space.accepts(),
    async openBody(id) {
      mustWork(core);
      if (!space.accepts()) throw noRoom();
      return bodies.writer(id);
    },
    commit: (changes) => {
      const refusal = core.refusal() ?? (space.accepts() ? undefined : refuseMore(changes));
      if (refusal !== undefined) return Promise.reject(refusal);
      return commit({ core, bodies, space }, changes);
    },
    async due(now, limit, except) {
      mustWork(core);
      const query = { kind: 'due', now, limit, except: listOf(except) } as const;
      return (await connection.ask('messages', query)).messages;
    },
    async nextDue(except) {
      mustWork(core);
      return (await connection.ask('moment', { kind: 'nextDue', except: listOf(except) })).at;
    },
    async get(id) {
      mustWork(core);
      return (await connection.ask('messages', { kind: 'get', id })).messages[0];
    },
    async body(id) {
      mustWork(core);
      const { body } = await connection.ask('body', { kind: 'body', id });
      return body === undefined ? undefined : toBody(body, bodies.path(id));
    },
    async list(filter) {
      mustWork(core);
      return (await connection.ask('messages', { kind: 'list', filter })).messages;
    },
    async waiting(filter) {
      mustWork(core);
      return (await connection.ask('waiting', { kind: 'waiting', filter })).waiting;
    },
    async stats() {
      mustWork(core);
      return (await connection.ask('stats', { kind: 'stats' })).stats;
    },
    async [Symbol.asyncDispose]() {
      space.stop();
      await core[Symbol.asyncDispose]();
      await bodies[Symbol.asyncDispose]();
    },
  };
}

function mustWork(core: Core): void {
  const refusal = core.refusal();
  if (refusal !== undefined) throw refusal;
}

/** What also takes something away is tried on a full disk, too: the reserve is there for it. */
function refuseMore(changes: readonly SpoolChange[]): SpoolError | undefined {
  const onlyAdds = changes.length > 0 && changes.every((change) => change.kind === 'append');
  return onlyAdds ? noRoom() : undefined;
}

function noRoom(): SpoolError {
  return new SpoolError('full', 'cannot store: there is no room');
}

async function commit(
  { core, bodies, space }: Omit<SpoolParts, 'newId'>,
  changes: readonly SpoolChange[],
): Promise<void> {
  const claimed: SpoolId[] = [];
  try {
    for (const change of changes) if (change.kind === 'append') check(change.message, bodies, claimed);
    await core.committer.commit(changes);
  } catch (error) {
    // After a failure the row may be on the disk all the same: then the next opening decides what becomes of the file.
    if (!(error instanceof SpoolError && error.code === 'failed')) claimed.forEach(bodies.unclaim);
    throw error;
  }
  space.took(addedBytes(changes));
}

/** The octets of content that the changes brought, in the database or in files. */
function addedBytes(changes: readonly SpoolChange[]): number {
  let total = 0;
  for (const change of changes) {
    if (change.kind !== 'append') continue;
    const { body } = change.message;
    total += body.kind === 'memory' ? body.bytes.length : body.size;
  }
  return total;
}

/** Throws when a new message is not whole: a bug of the caller. */
function check({ id, body, recipients }: NewMessage, bodies: Bodies, claimed: SpoolId[]): void {
  if (recipients.length === 0) throw new RangeError(`message ${id} has no recipients`);
  if (body.kind === 'memory') return;
  // The row will name the file, so it must be ours, complete and synced, and no other row may name it.
  if (body.path !== bodies.path(id) || !bodies.claim(id)) {
    throw new RangeError(`message ${id} names a body file that this spool has not finished: ${body.path}`);
  }
  claimed.push(id);
}

/** One text is much cheaper to pass to a thread than 20,000, and SQLite reads it as it is. */
function listOf(ids: ReadonlySet<SpoolId>): string {
  return JSON.stringify([...ids]);
}

function toBody(body: WireBody, path: string): Body {
  if (body.kind === 'file') return { kind: 'file', path, size: body.size };
  const { buffer, byteOffset, length } = body.bytes;
  return { kind: 'memory', bytes: Buffer.from(buffer, byteOffset, length) };
}
