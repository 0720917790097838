/** What an administrator may do with the queue of a worker. */
import type { Scheduler } from '../schedule/mod.ts';
import { parseSpoolId, type Spool, type SpoolId } from '../spool/mod.ts';
import type { RequestHandlers } from './ipc.ts';

type QueueHandlers = Pick<
  RequestHandlers,
  | 'queueList'
  | 'queueShow'
  | 'queueRetry'
  | 'queueTurn'
  | 'queueHold'
  | 'queueRelease'
  | 'queueDelete'
  | 'queueStats'
>;

export function queueHandlers(spool: Spool, scheduler: Scheduler): QueueHandlers {
  return {
    queueList: (filter) => spool.list(filter),
    queueStats: () => spool.stats(),
    queueShow: async ({ id }) => {
      const parsed = parseSpoolId(id);
      return parsed === undefined ? null : ((await spool.get(parsed)) ?? null);
    },
    queueRetry: (ids) => scheduler.retry(ids === 'all' ? 'all' : parsed(ids)),
    queueTurn: ({ domain, subdomains }) => scheduler.turn(domain, subdomains),
    queueHold: (ids) => countDone(parsed(ids), (id) => scheduler.hold(id)),
    queueRelease: (ids) => countDone(parsed(ids), (id) => scheduler.release(id)),
    queueDelete: ({ ids }) => countDone(parsed(ids), (id) => scheduler.remove(id)),
  };
}

async function countDone(ids: readonly SpoolId[], act: (id: SpoolId) => Promise<boolean>): Promise<number> {
  const done = await Promise.all(ids.map(act));
  return done.filter(Boolean).length;
}

function parsed(ids: readonly string[]): SpoolId[] {
  return ids.map((id) => parseSpoolId(id)).filter((id) => id !== undefined);
}
