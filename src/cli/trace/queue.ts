/** What the daemon, if there is one, says of a message now. */
import { join } from 'node:path';
import { controlClient } from '../../api/mod.ts';
import type { QueuedMessage } from '../../api/mod.ts';
import { parseSpoolId } from '../../spool/mod.ts';
import { DATA_FOLDER } from '../../std/mod.ts';

export type QueueState =
  | { readonly kind: 'queued'; readonly message: QueuedMessage }
  | { readonly kind: 'gone' }
  | { readonly kind: 'noDaemon' }
  | { readonly kind: 'cannotTell'; readonly problem: string };

export async function askQueue(data: string, id: string): Promise<QueueState> {
  const name = parseSpoolId(id);
  if (name === undefined) return { kind: 'cannotTell', problem: `${id} is not a name in the queue` };
  const answer = await controlClient(join(data, DATA_FOLDER.control)).queueShow(name);
  switch (answer.kind) {
    case 'done':
      return { kind: 'queued', message: answer.value.message };
    case 'noDaemon':
      return { kind: 'noDaemon' };
    case 'failed':
      return answer.status === 404 ? { kind: 'gone' } : { kind: 'cannotTell', problem: answer.error };
    default:
      return answer satisfies never;
  }
}
