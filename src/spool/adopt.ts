/** Taking over the mail of workers that no longer exist. */
import { resolve } from 'node:path';
import type { Emit } from '../std/mod.ts';
import { SpoolError } from './error.ts';
import type { SpoolEvents } from './events.ts';
import { startThread } from './start.ts';
import { isSpoolName } from './store/files.ts';
import type { Adoption, Reply } from './store/wire.ts';

/**
 * Moves all messages of spools in `folder` that belong to nobody (neither `ownName` nor a name in `liveNames`) into the
 * spool `ownName`, with their ids and state. To be called before that spool is opened. A crash at any moment leaves each message
 * in exactly one of the spools.
 *
 * Resolves to the names of the spools that held messages and are empty now. One that another process works on, or that is
 * damaged, is left alone, with an event, and is tried again the next time. Rejects with SpoolError `failed` or `full` when
 * the own spool cannot be used, e.g. because it is open.
 */
export async function adoptSpools(
  folder: string,
  ownName: string,
  liveNames: readonly string[],
  emit?: Emit<SpoolEvents>,
): Promise<string[]> {
  if (!isSpoolName(ownName)) throw new RangeError(`not a name for a spool: ${ownName}`);
  const spools = await runAdoption(resolve(folder), ownName, liveNames);
  const adopted: string[] = [];
  for (const { from, messages, problem } of spools) {
    if (problem !== undefined) {
      emit?.('spool.adoptionFailed', { name: ownName, from, messages, cause: problem });
    } else if (messages > 0) {
      emit?.('spool.adopted', { name: ownName, from, messages });
      adopted.push(from);
    }
  }
  return adopted;
}

async function runAdoption(
  folder: string,
  name: string,
  live: readonly string[],
): Promise<readonly Adoption[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Adoption[]>();
  const receive = (reply: Reply): void => {
    if (reply.kind === 'adopted') resolve(reply.spools);
    else if (reply.kind === 'failed') {
      const code = reply.full ? 'full' : 'failed';
      reject(new SpoolError(code, `cannot adopt into the spool ${folder}/${name}: ${reply.cause}`));
    } else reject(new Error(`the spool thread did another task: ${reply.kind}`));
  };
  const thread = startThread({ task: 'adopt', folder, name, live }, receive);
  try {
    return await promise;
  } finally {
    await thread.terminate();
  }
}
