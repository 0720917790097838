/**
 * What restrains the grants in a worker. The suspects are in its own memory, and only a recipient whose grant has a limit waits,
 * for one answer of the supervisor; no answer in time is `unavailable`, since what cannot be counted is not relayed.
 */
import { policySource, type Config } from '../config/mod.ts';
import { countingsOf, nameOf, type Sighting } from '../ledger/mod.ts';
import { compilePolicy, decide, type Decision, type GrantSource, type Policy } from '../policy/mod.ts';
import type { Restrained, Restraint, RestraintCircumstances } from '../session/mod.ts';
import { inRange, type Clock } from '../std/mod.ts';
import type { SupervisorChannel } from './upward.ts';

/** How long an answer of the supervisor is waited for. Milliseconds. */
const PATIENCE = 2_000;
/** The same client with the same name is told once in this time. Milliseconds. */
const TOLD_FOR = 3_600_000;
/** So many pairs of client and name are remembered as told; then it begins anew. */
const MOST_TOLD = 10_000;

export interface RestraintOptions {
  /** The configuration in force now. */
  readonly inForce: () => { readonly config: Config };
  readonly supervisor: Pick<SupervisorChannel, 'ask' | 'tell'>;
  /** Client addresses that look like gateways. */
  readonly suspects: readonly string[];
  readonly clock: Clock;
}

export interface WorkerRestraint extends Restraint {
  /** From now on these, and no others, look like gateways. */
  suspect(addresses: readonly string[]): void;
}

export function createRestraint(options: RestraintOptions): WorkerRestraint {
  const { supervisor, clock } = options;
  const watch = createWatch(clock, (sighting) => supervisor.tell('sighting', sighting));
  let suspects: ReadonlySet<string> = new Set(options.suspects);
  let rules: Rules | undefined;
  const rulesInForce = (): Rules => {
    const { config } = options.inForce();
    return rules?.config === config ? rules : (rules = rulesOf(config));
  };
  const count = async (grant: GrantSource, decision: Decision): Promise<Restrained | undefined> => {
    const taken = await supervisor.ask('takeLimits', countingsOf(grant, decision.facts), PATIENCE);
    if (taken === undefined || taken.kind === 'full') return { reason: 'unavailable' };
    return taken.kind === 'limit' ? { reason: 'limit', until: taken.until } : undefined;
  };
  return {
    suspect(addresses) {
      suspects = new Set(addresses);
    },
    check(decision, circumstances) {
      const inForce = rulesInForce();
      let grant = inForce.grants.get(decision.rule.kind === 'grant' ? decision.rule.name : '');
      if (grant === undefined) return undefined;
      if (grant.authenticated === undefined) {
        watch(decision, circumstances, grant.name);
        const { client } = decision.facts;
        const isSuspect = inForce.config.relay.suspectGateway === 'refuse' && suspects.has(client.text);
        // A proxy may connect for anybody: what its own address could hold (by connectingTo alone) is nobody's.
        if (isSuspect || inForce.config.proxies.some(({ range }) => inRange(client, range))) {
          grant = signedInGrant(decision, inForce);
          if (grant === undefined) return Promise.resolve({ reason: 'suspectGateway' });
        }
      }
      return grant.limits === undefined ? undefined : count(grant, decision);
    },
  };
}

interface Rules {
  readonly config: Config;
  readonly grants: ReadonlyMap<string, GrantSource>;
  /** The policy with no grant that an address alone holds. */
  readonly signedIn: () => Policy;
}

function rulesOf(config: Config): Rules {
  let signedIn: Policy | undefined;
  return {
    config,
    grants: new Map(config.relay.allow.map((grant) => [grant.name, grant])),
    signedIn: () => {
      const source = policySource(config);
      const allow = source.allow.filter(({ authenticated }) => authenticated !== undefined);
      return (signedIn ??= compilePolicy({ ...source, allow }));
    },
  };
}

/** A suspect's address says nothing of who is behind it; a login does. */
function signedInGrant({ facts }: Decision, { grants, signedIn }: Rules): GrantSource | undefined {
  const { verdict, rule } = decide(facts, signedIn());
  return verdict === 'accepted' && rule.kind === 'grant' ? grants.get(rule.name) : undefined;
}

/** Tells who relays by address alone and under which name, each pair once in a while. */
function createWatch(
  clock: Clock,
  tell: (sighting: Sighting) => void,
): (decision: Decision, circumstances: RestraintCircumstances, grant: string) => void {
  const told = new Set<string>();
  let since = Number.NEGATIVE_INFINITY;
  return ({ facts }, { helo }, grant) => {
    if (facts.account !== undefined) return; // whoever signs in may sit behind anything
    const now = clock.now();
    if (told.size >= MOST_TOLD || Math.abs(now - since) > TOLD_FOR) {
      told.clear();
      since = now;
    }
    const client = facts.client.text;
    const name = nameOf(helo, client) ?? '';
    const pair = `${client} ${name}`;
    if (told.has(pair)) return;
    told.add(pair);
    tell({ client, name, grant });
  };
}
