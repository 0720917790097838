/** Writes down the steps of a decision as sentences for the administrator. */
import { isLiteral } from '../mail/mod.ts';
import { formatHost, listOf } from '../std/mod.ts';
import type { Policy } from './compile.ts';
import { describeFit, describeMisfit, rangeAround } from './conditions.ts';
import type { Trace } from './decide.ts';
import { describeLimit } from './limits.ts';
import type { Location } from './locate.ts';
import { NEAREST, nearestGrants } from './nearest.ts';
import type { FinalRoute } from './route-table.ts';
import type { Facts, GrantSource, MailboxFact, Place } from './types.ts';
import { count } from './words.ts';

/** One thing that was looked at. */
export interface Step {
  /** ✓ or ✕: whether what was looked for is so. It does not say whether that is good for the client. */
  readonly ok: boolean;
  readonly text: string;
  /** Where the rule stands that it speaks of. */
  readonly place?: Place;
}

/** A trace that appends what it is told to `steps`. */
export function recordSteps(steps: Step[], facts: Facts, policy: Policy): Trace {
  const add = (ok: boolean, text: string, place?: Place): void => {
    steps.push(place === undefined ? { ok, text } : { ok, text, place });
  };
  const client = facts.client.text;
  return {
    located(location) {
      add(true, `The recipient is well formed: ${facts.recipient.address}.`);
      let domain: string = facts.recipient.domain;
      for (const { to, pattern, place } of location.rewrites) {
        add(true, `${domain} is rewritten to ${to}${byPattern(pattern, domain)}.`, place);
        domain = to;
      }
      const { route } = location;
      if (route === undefined) add(false, describeNoRoute(location, policy));
      else add(true, `${domain} is ${describeRoute(route)}${byPattern(route.pattern, domain)}.`, route.place);
    },
    mailbox(fact, mailbox) {
      add(fact === 'known', describeMailbox(fact, mailbox.address));
    },
    routingCharacters(found, { localPart }) {
      if (found) add(false, `The local part ${localPart} could name another destination: it needs a grant.`);
      else add(true, `The local part ${localPart} names no other destination.`);
    },
    rerouting(on) {
      add(on, on ? 'Relaying is on.' : 'Relaying is off (reroute: false), so no grant counts.');
    },
    never(rule) {
      if (rule === undefined) {
        add(false, `No never rule fits ${client} (${lookedAt(policy.never.rules.length)}).`);
        return;
      }
      const { name, from, place } = rule.source;
      add(true, `Never rule ${name} fits: ${client} is in ${rangeAround(from, facts.client)}.`, place);
    },
    grant(grant, question) {
      if (grant !== undefined) {
        const { name, limits, place } = grant.source;
        add(true, `Grant ${name} fits: ${describeFit(grant, question)}.${withinLimits(limits)}`, place);
        return;
      }
      const inOrder = [...nearestGrants(policy.grants, question)].sort(
        (a, b) => a.grant.index - b.grant.index,
      );
      for (const { grant: missed } of inOrder) {
        const { name, place } = missed.source;
        add(false, `Grant ${name} does not fit: ${describeMisfit(missed, question)}.`, place);
      }
      const all = policy.grants.grants.length;
      const shown = all > NEAREST ? `, the nearest ${NEAREST} shown` : '';
      add(false, `No grant fits ${client} (${lookedAt(all)}${shown}).`);
    },
  };
}

function describeNoRoute({ mailbox: { domain } }: Location, { routes }: Policy): string {
  const kind = isLiteral(domain) ? 'an address of ours' : 'a domain of ours';
  return `${domain} is not ${kind} (${count(routes.size, 'route')} looked at), so this is relaying.`;
}

function describeRoute(route: FinalRoute): string {
  if (route.destination.kind === 'inbound') return 'a domain of ours';
  if (route.destination.kind === 'outbound') return 'a domain that anyone may relay to';
  return `forwarded to ${formatHost(route.destination.to)}`;
}

function byPattern(pattern: string, domain: string): string {
  return pattern === domain ? '' : ` by ${pattern}`;
}

function describeMailbox(fact: MailboxFact, address: string): string {
  switch (fact) {
    case 'known':
      return `The mailbox ${address} is known.`;
    case 'unknown':
      return `There is no mailbox ${address}.`;
    case 'unavailable':
      return `Cannot tell whether there is a mailbox ${address}: the directory does not answer.`;
    case 'notAsked':
      return `Cannot tell whether there is a mailbox ${address}: the directory was not asked.`;
    default:
      return fact satisfies never;
  }
}

/** The decision does not depend on how much of a limit is used; who is over it is told to come back. */
function withinLimits(limits: GrantSource['limits']): string {
  if (limits === undefined) return '';
  const all = listOf(limits.map(describeLimit));
  return ` It carries what is within its limit of ${all}; beyond, 450 4.7.1.`;
}

function lookedAt(rules: number): string {
  return rules === 0 ? 'there is none' : `${count(rules)} looked at`;
}
