/** `postern queue …`: the messages that are not delivered yet. */
import type { PosternCommand } from '../../command.ts';
import { addQueueDelete } from './delete.ts';
import { addQueueHold, addQueueRelease } from './hold.ts';
import { addQueueList } from './list.ts';
import { addQueueRetry } from './retry.ts';
import { addQueueShow } from './show.ts';
import { addQueueStats } from './stats.ts';

export function addQueue(parent: PosternCommand): void {
  const queue = parent
    .command('queue')
    .summary('look at the messages that are not delivered yet; retry, hold, release or delete them')
    .description('Works on the queue of the running daemon.')
    .example('postern queue list', 'all messages, oldest first');
  addQueueList(queue);
  addQueueShow(queue);
  addQueueRetry(queue);
  addQueueHold(queue);
  addQueueRelease(queue);
  addQueueDelete(queue);
  addQueueStats(queue);
}
