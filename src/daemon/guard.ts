/**
 * The guard of a worker: the supervisor counts the failed logins of all workers, and is asked before a password is verified. No
 * answer in time is "verify it, and let a failure wait long": whoever has the right password signs in, and who guesses is slow.
 *
 * Recipients that do not exist are counted here, so that the reply waits for nobody, and by the supervisor, who answers with what
 * all workers have counted.
 */
import { resolveLogin } from '../accounts/mod.ts';
import type { Config } from '../config/mod.ts';
import { accountKey, clientNetwork, LONGEST_DELAY, recipientDelay, Tally } from '../ledger/mod.ts';
import type { Guard } from '../session/mod.ts';
import { inRange, type Clock, type IpAddress } from '../std/mod.ts';
import type { SupervisorChannel } from './upward.ts';

/** How long an answer of the supervisor is waited for. Milliseconds. */
const PATIENCE = 1_000;
/** Networks whose unknown recipients are counted here. */
const MOST_NETWORKS = 10_000;

export interface GuardOptions {
  /** The configuration in force now. */
  readonly inForce: () => { readonly config: Pick<Config, 'guard' | 'accounts'> };
  readonly supervisor: Pick<SupervisorChannel, 'ask' | 'tell'>;
  readonly clock: Clock;
}

export function createGuard({ inForce, supervisor, clock }: GuardOptions): Guard {
  const probes = new Tally(MOST_NETWORKS);
  const isFree = (client: IpAddress): boolean =>
    inForce().config.guard.allow.some((range) => inRange(client, range));
  /** One account is counted as one, however its login is spelled. */
  const accountOf = (login: string): string =>
    accountKey(resolveLogin(login, inForce().config.accounts) ?? login);
  /** Takes over what all workers have counted. */
  const learn = async (network: string, perHour: number): Promise<void> => {
    const level = await supervisor.ask('unknownRecipient', network, PATIENCE);
    if (level !== undefined && level !== null) probes.raise(network, level, { perHour, now: clock.now() });
  };
  return {
    async before({ client, login }) {
      if (isFree(client)) return { kind: 'try', delayMs: 0 };
      const attempt = { network: clientNetwork(client), account: accountOf(login) };
      const answer = await supervisor.ask('beforeLogin', attempt, PATIENCE);
      return answer ?? { kind: 'try', delayMs: LONGEST_DELAY };
    },
    after({ client, login, accepted }) {
      if (isFree(client)) return;
      supervisor.tell('afterLogin', {
        network: clientNetwork(client),
        account: accountOf(login),
        accepted,
      });
    },
    unknownRecipient(client) {
      if (isFree(client)) return { delayMs: 0, end: false };
      const network = clientNetwork(client);
      const { unknownRecipients: perHour } = inForce().config.guard;
      void learn(network, perHour);
      const now = clock.now();
      const before = probes.count(network, perHour, now);
      if (before === undefined) return { delayMs: LONGEST_DELAY, end: false };
      probes.add(network, perHour, now);
      return { delayMs: recipientDelay(before.used + 1, perHour), end: before.isReached };
    },
  };
}
