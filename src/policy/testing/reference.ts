/**
 * A second evaluator, written from the description of the decision and sharing nothing with the first: linear scans over
 * the configuration, no tables. Slow, and short enough to be seen to be right.
 */
import type { Mailbox } from '../../mail/mod.ts';
import { inRange } from '../../std/mod.ts';
import type { IpAddress, IpRange } from '../../std/mod.ts';
import type { AddressPattern, Facts, GrantSource, PolicySource, RouteSource } from '../mod.ts';

/** `accepted relay grant:g1`, `refused noGrant none`, and the domain of the recipient at the end. */
export function referenceVerdict(facts: Facts, source: PolicySource): string {
  const { localPart, localKey } = facts.recipient;
  let domain: string = facts.recipient.domain;
  let route = bestRoute(domain, source);
  for (let steps = 0; route?.action.kind === 'rewrite'; steps += 1) {
    if (steps > source.routes.length) throw new Error(`rewrites that come back to ${domain}: not a policy`);
    domain = route.action.to;
    route = bestRoute(domain, source);
  }
  const literal = source.literals.find((listed) => listed.literal === domain);
  const pattern = literal?.literal ?? (route && `${route.subdomains ? '*.' : ''}${route.domain}`);
  const kind = literal === undefined ? route?.action.kind : 'inbound';

  const answer = (text: string): string => `${text} at ${domain}`;
  if (kind === 'inbound') {
    const verdicts = {
      known: `accepted inbound route:${pattern}`,
      unknown: `refused unknownMailbox route:${pattern}`,
      unavailable: `refused mailboxUnavailable route:${pattern}`,
      notAsked: `refused mailboxUnavailable route:${pattern}`,
    };
    return answer(verdicts[facts.mailbox]);
  }
  const routing = /[%!@:\\]/.test(localPart) || localKey.startsWith('imcea');
  if (kind === 'forward' && !routing) return answer(`accepted forward route:${pattern}`);
  if (!source.reroute) {
    return answer(
      kind === 'forward' ? `refused routingCharacters route:${pattern}` : 'refused rerouteOff none',
    );
  }
  const never = source.never.find((rule) => holds(rule.from, facts.client));
  if (never !== undefined) return answer(`refused neverRule never:${never.name}`);
  if (kind === 'alwaysRelay' && !routing) return answer(`accepted alwaysRelay route:${pattern}`);
  const grant = source.allow.find((candidate) => fits(candidate, facts, { localKey, domain }));
  if (grant !== undefined) return answer(`accepted ${kind ?? 'relay'} grant:${grant.name}`);
  return answer(kind === undefined ? 'refused noGrant none' : `refused routingCharacters route:${pattern}`);
}

function bestRoute(domain: string, source: PolicySource): RouteSource | undefined {
  if (domain.startsWith('[')) return undefined;
  const exact = source.routes.find((entry) => !entry.subdomains && entry.domain === domain);
  if (exact !== undefined) return exact;
  const above = source.routes.filter((entry) => entry.subdomains && domain.endsWith(`.${entry.domain}`));
  return above.sort((a, b) => b.domain.length - a.domain.length)[0];
}

function holds(ranges: readonly IpRange[], address: IpAddress): boolean {
  return ranges.some((range) => inRange(address, range));
}

function fits(grant: GrantSource, facts: Facts, recipient: { localKey: string; domain: string }): boolean {
  const account = facts.account?.toLowerCase();
  if (grant.authenticated !== undefined) {
    if (account === undefined) return false;
    if (grant.authenticated !== 'any' && !grant.authenticated.includes(account)) return false;
  }
  if (grant.from !== undefined && !holds(grant.from, facts.client)) return false;
  if (grant.connectingTo !== undefined && !holds(grant.connectingTo, facts.localAddress)) return false;
  if (grant.senders !== undefined && !grant.senders.some((pattern) => matches(pattern, facts.sender)))
    return false;
  if (grant.recipients !== undefined && !grant.recipients.some((pattern) => matches(pattern, recipient)))
    return false;
  return grant.until === undefined || facts.at < grant.until;
}

function matches(
  pattern: AddressPattern,
  address: (Pick<Mailbox, 'localKey'> & { domain: string }) | null,
): boolean {
  if (address === null || pattern.kind === 'null') return address === null && pattern.kind === 'null';
  if (pattern.kind === 'domain') return address.domain === pattern.domain;
  if (pattern.kind === 'subdomains') return address.domain.endsWith(`.${pattern.domain}`);
  return address.domain === pattern.domain && address.localKey === pattern.localKey;
}
