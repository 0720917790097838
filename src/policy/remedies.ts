/**
 * What would have allowed a refused recipient: for administrators, never for the client.
 *
 * Every sentence is true by construction. A grant fits when its unmet conditions are met; the only thing that could
 * still forbid it is a never rule, which depends on the client address alone. So a client address is named only when
 * no never rule holds it, and a client that is never-listed is told of nothing.
 */
import type { IpAddress, IpRange } from '../std/mod.ts';
import type { Policy } from './compile.ts';
import { questionOf } from './grants.ts';
import type { Condition, Grant } from './grants.ts';
import { nearestGrants } from './nearest.ts';
import type { NearMiss } from './nearest.ts';
import { formatPattern } from './patterns.ts';
import { findBlock, representatives } from './range-table.ts';
import type { Decision } from './types.ts';
import { count, formatMoment, formatRange } from './words.ts';

/** Sentences, the nearest remedy first; empty when there is nothing to do differently, or nothing was refused. */
export function remediesFor(decision: Decision, policy: Policy): readonly string[] {
  if (decision.verdict === 'accepted') return [];
  if (decision.reason !== 'noGrant' && decision.reason !== 'routingCharacters') return [];
  const plain = 'It would have been accepted with a local part that names no other destination.';
  const remedies = decision.reason === 'routingCharacters' ? [plain] : [];
  if (!policy.reroute) return remedies;
  const verb = decision.reason === 'noGrant' ? 'relayed' : 'accepted';
  const question = questionOf(decision.facts, decision.recipient, policy.grants);
  for (const miss of nearestGrants(policy.grants, question)) {
    const how = describeRemedy(miss, policy);
    if (how !== undefined) remedies.push(`It would have been ${verb} by ${miss.grant.rule.name} ${how}.`);
  }
  return remedies;
}

function describeRemedy({ grant, unmet }: NearMiss, policy: Policy): string | undefined {
  const parts: string[] = [];
  for (const condition of unmet) {
    const part = REMEDIES[condition](grant, policy);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts.join(', ');
}

/** How the client could have met the condition; undefined when it could not with this recipient. */
const REMEDIES: Record<Condition, (grant: Grant, policy: Policy) => string | undefined> = {
  authenticated: ({ authenticated }) =>
    authenticated === 'any' || authenticated === undefined
      ? 'after signing in'
      : `after signing in as ${orMore([...authenticated], 'account')}`,
  from: ({ source }, policy) => describeClients(source.from ?? [], policy),
  connectingTo: ({ source }) =>
    `when connecting to ${orMore(source.connectingTo?.map(formatRange) ?? [], 'range')}`,
  senders: ({ senders }) =>
    `with a claimed sender that fits ${orMore(senders?.source.map(formatPattern) ?? [], 'pattern')}`,
  recipients: () => undefined,
  until: ({ until }) => `before ${formatMoment(until ?? Number.NaN)}`,
};

/** The ranges in which there is an address that no never rule holds, with the first such address as the example. */
function describeClients(ranges: readonly IpRange[], policy: Policy): string | undefined {
  const usable = ranges.filter((range) => firstPermitted(range, policy) !== undefined);
  const [first] = usable;
  const example = first && firstPermitted(first, policy);
  if (first === undefined || example === undefined) return undefined;
  const [named = '', ...others] = usable.map(formatRange);
  const say = first.first === first.last ? named : `${named} (${example.text}, for example)`;
  return `from ${orMore([say, ...others], 'range')}`;
}

function firstPermitted(range: IpRange, policy: Policy): IpAddress | undefined {
  const { clients } = policy.never;
  return representatives(range, [clients]).find((address) => findBlock(clients, address) === undefined);
}

function orMore(items: readonly string[], noun: string): string {
  const [first = '', ...others] = items;
  return others.length === 0
    ? first
    : `${first} or ${count(others.length)} more ${noun}${others.length === 1 ? '' : 's'}`;
}
