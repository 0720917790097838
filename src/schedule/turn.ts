/**
 * Starting the queue of a domain (ETRN, RFC 1985): what waits for it is due now, in memory and on the disk.
 *
 * The queue is walked in pieces, so that commits and loads come in between; one walk at a time for each domain, and whoever asks
 * meanwhile gets the same one.
 */
import type { SpoolChange, WaitingFilter, WaitingRecipient } from '../spool/mod.ts';
import type { OperateOptions } from './operate.ts';
import { destinationOf } from './target.ts';
import type { Scheduler } from './types.ts';

/** Recipients looked at in one piece. */
const PIECE = 2_000;

export type TurnOptions = Omit<OperateOptions, 'release'>;

export function createTurn(options: TurnOptions): Scheduler['turn'] {
  const { spool, recorder, active, health, clock, emit, exclusive, settings, wake } = options;
  const walking = new Map<string, Promise<number>>();

  async function walk(domain: string, subdomains: boolean): Promise<number> {
    let recipients = 0;
    let after: WaitingRecipient | undefined;
    const rested = new Set<string>();
    do {
      const piece = await exclusive(() => advance({ domain, subdomains, after, limit: PIECE }, rested));
      recipients += piece.found;
      after = piece.last;
    } while (after !== undefined);
    if (recipients > 0) emit('queue.turned', { domain, recipients });
    return recipients;
  }

  async function advance(
    filter: Omit<WaitingFilter, 'now'>,
    rested: Set<string>,
  ): Promise<{ readonly found: number; readonly last: WaitingRecipient | undefined }> {
    const now = clock.now();
    const { found, last } = await spool.waiting({ ...filter, now });
    if (found.length === 0) return { found: 0, last };
    const changes = found.map(({ id, index }): SpoolChange => ({
      kind: 'advance',
      id,
      index,
      nextAttempt: now,
    }));
    if (!(await recorder.record(changes))) return { found: 0, last: undefined };
    for (const { id, address } of found) {
      endRest(address, rested, now);
      const message = active.get(id);
      // One in memory is loaded again when it leaves.
      if (message === undefined) wake(now);
      else message.nextDue = Math.min(message.nextDue, now);
    }
    return { found: found.length, last };
  }

  /** Who asks for its mail can be reached again, as far as it knows. */
  function endRest(address: string, rested: Set<string>, now: number): void {
    const domain = address.slice(address.lastIndexOf('@') + 1);
    if (rested.has(domain)) return;
    rested.add(domain);
    const target = settings().targetOf(address);
    if (!('unroutable' in target)) health.probe(destinationOf(target), now);
  }

  return (domain, subdomains) => {
    const name = `${subdomains ? '@' : ''}${domain}`;
    const underWay = walking.get(name);
    if (underWay !== undefined) return underWay;
    const begun = walk(domain, subdomains).finally(() => walking.delete(name));
    walking.set(name, begun);
    return begun;
  };
}
