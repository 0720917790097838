/**
 * ETRN (RFC 1985): who may start the queue of a domain, and starting it in every worker. Only those that `etrn` in the
 * configuration names for the domain may; nothing is told to anybody else, not even whether there is mail.
 */
import type { Config } from '../config/mod.ts';
import type { Scheduler } from '../schedule/mod.ts';
import type { Turn, TurnAnswer, TurnClient, TurnTarget } from '../session/mod.ts';
import { inRange } from '../std/mod.ts';

export interface TurnOptions {
  readonly config: () => Pick<Config, 'etrn'>;
  readonly scheduler: Pick<Scheduler, 'turn'>;
  /** Has the other workers start theirs; false when there are none. What they find is not waited for. */
  readonly tellOthers: (turn: { readonly domain: string; readonly subdomains: boolean }) => boolean;
}

export function createTurn({ config, scheduler, tellOthers }: TurnOptions): Turn {
  return {
    async request(target, who): Promise<TurnAnswer> {
      if (target.kind !== 'domain' || !isAllowed(config().etrn, target, who)) return 'forbidden';
      const { domain, subdomains } = target;
      const others = tellOthers({ domain, subdomains });
      try {
        const recipients = await scheduler.turn(domain, subdomains);
        // What waits in the others is not known here, and RFC 1985 5.1 has a reply for a queue that was started all the same.
        return recipients > 0 || others ? 'started' : 'nothing';
      } catch {
        // The spool has failed, and the worker ends of that.
        return 'unavailable';
      }
    },
  };
}

/** An entry for a domain stands for those below it as well: mail for them is fetched by the same host. */
function isAllowed(
  entries: Config['etrn'],
  { domain }: Extract<TurnTarget, { kind: 'domain' }>,
  { client, account }: TurnClient,
): boolean {
  return entries.some(
    (entry) =>
      (domain === entry.domain || domain.endsWith(`.${entry.domain}`)) &&
      (entry.from.some((range) => inRange(client, range)) ||
        (account !== undefined && entry.accounts.includes(account))),
  );
}
