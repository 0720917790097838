/** What is proved of a configuration, in the sentences an administrator reads first. */
import type { Config } from '../config/mod.ts';
import { formatPlace, formatRange, ruleName } from '../policy/mod.ts';
import { addressSet, formatAddressSet, withoutRanges } from '../proof/mod.ts';
import type { AddressSet, Assumption, Proof } from '../proof/mod.ts';
import { formatCount, listOf } from '../std/mod.ts';
import type { IpRange } from '../std/mod.ts';
import { everyClient, keptOut } from './clientLists.ts';
import { most } from './words.ts';

/** One short line for a start: `Not an open relay: proved.` Only for a configuration that is. */
export function postureLine({ openings, reach, rerouting }: Proof): string {
  if (openings.length > 0) throw new Error('a posture for a policy that is open');
  if (!rerouting) return 'Not an open relay: proved. Nobody can relay, since routing.reroute is false.';
  if (reach.length === 0) return 'Not an open relay: proved. Nobody can relay, since there is no grant.';
  return `Not an open relay: proved. No client outside ${yourGrants(reach.length)} can relay.`;
}

/** The whole statement, a sentence an item; the first begins with "Not an open relay". */
export function describePosture(config: Config, proof: Proof): readonly string[] {
  return [
    `Not an open relay: ${whoCan(proof)}`,
    ...whatAnyoneCan(config, proof),
    ...(proof.assumptions.length === 0 ? [] : [describeAssumptions(proof.assumptions)]),
    ...(proof.anonymous.length === 0
      ? []
      : ['This holds for the client address Postern sees, not through a NAT or an undeclared proxy.']),
  ];
}

function whoCan({ reach, rerouting }: Proof): string {
  if (!rerouting) return 'nobody can relay, since routing.reroute is false.';
  if (reach.length === 0) return 'nobody can relay, since there is no grant.';
  return `no client outside ${yourGrants(reach.length)} can relay.`;
}

function yourGrants(number: number): string {
  return number === 1 ? 'your one grant' : `your ${formatCount(number, 'grant')}`;
}

function whatAnyoneCan(config: Config, { alwaysRelay, rerouting }: Proof): readonly string[] {
  const { routing } = config;
  const routed =
    routing.domains.filter(({ action }) => action.kind !== 'alwaysRelay').length + routing.literals.length;
  const open = rerouting
    ? most(
        alwaysRelay.map(({ pattern }) => pattern),
        3,
      )
    : '';
  const through = open === '' ? '' : `through you to ${open} (always relay)`;
  const own =
    routed === 0 ? '' : `to the ${routed === 1 ? 'domain' : formatCount(routed, 'domain')} you route`;
  const parts = [own, through].filter((part) => part !== '');
  return parts.length === 0 ? [] : [anyoneBut(config, parts.join(', and '))];
}

/** Ranges that are named in the sentence; the rest is counted. */
const NAMED = 3;

/** The sentence of what anyone can do, true of everybody: who is kept out is told in it. */
function anyoneBut(config: Config, what: string): string {
  const { clients, named, by } = refusedClients(config);
  if (clients.length === 0) return `Anyone can send ${what}.`;
  const others = withoutRanges(everyClient(config), clients);
  if (others.length === 0) return `Nobody can send ${what}: every client is refused (${by}).`;
  // Who refuses everybody but some thinks of those.
  return others.length < clients.length
    ? `Only ${formatAddressSet(others, { most: NAMED })} can send ${what}: all other clients are refused (${by}).`
    : `Anyone can send ${what}, except from ${exceptWhom(named, clients)} (${by}).`;
}

/** As it is written: a network and what is let in of it, and not the pieces that are left. */
function exceptWhom(named: AddressSet, clients: AddressSet): string {
  const letIn = withoutRanges(named, clients);
  const whole = formatAddressSet(named, { most: NAMED });
  return letIn.length === 0 ? whole : `${whole} without ${formatAddressSet(letIn, { most: NAMED })}`;
}

interface Refused {
  readonly clients: AddressSet;
  /** With what `clients.accept` lets in of it. */
  readonly named: AddressSet;
  readonly by: string;
}

/** Clients from which no mail is taken, whoever it is from: kept out when they connect, or by a filter at MAIL. */
function refusedClients(config: Config): Refused {
  const out = keptOut(config);
  const filtered = config.filters.flatMap(({ action, senders, from }) =>
    action === 'refuse' && senders === undefined ? (from ?? []) : [],
  );
  const names = [...(out.length > 0 ? ['clients.refuse'] : []), ...(filtered.length > 0 ? ['filters'] : [])];
  const families = new Set(everyClient(config).map(({ family }) => family));
  const possible = (ranges: readonly IpRange[]): AddressSet =>
    addressSet(ranges).filter(({ family }) => families.has(family));
  return {
    clients: possible([...out, ...filtered]),
    named: possible([...config.clients.refuse, ...filtered]),
    by: listOf(names),
  };
}

function describeAssumptions(assumptions: readonly Assumption[]): string {
  const each = assumptions.map(({ rule, localAddresses }) => {
    const by = rule.kind === 'none' ? '' : ` (${String(ruleName(rule))}, ${formatPlace(rule.place)})`;
    return `${listOf(localAddresses.map(formatRange))}${by}`;
  });
  return `It rests on this: outsiders cannot reach ${most(each, 3)}.`;
}
