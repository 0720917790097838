/**
 * The decision on one recipient: may this client send mail to it through us, by which rule, and where does it go.
 *
 * Every way to ask (a live session, an explanation, a policy test) goes through `evaluate()`, so all get the same
 * answer. The answer depends on the facts and the policy alone.
 */
import { hasRoutingCharacters, postmasterAt } from '../mail/mod.ts';
import type { Mailbox } from '../mail/mod.ts';
import { neverRuleFor } from './compile.ts';
import type { NeverRef, NeverRule, Policy } from './compile.ts';
import { firstFitting, fitsSomebody, questionOf } from './grants.ts';
import type { Grant, GrantRef, Question } from './grants.ts';
import { locate } from './locate.ts';
import type { Location } from './locate.ts';
import { OUTBOUND } from './route-table.ts';
import type { FinalRoute } from './route-table.ts';
import type { Decision, Destination, Facts, MailboxFact, RefusalReason, RuleRef } from './types.ts';

/** Is told what was looked at, in order, and what was found; it can change nothing. */
export interface Trace {
  located(location: Location): void;
  mailbox(fact: MailboxFact, mailbox: Mailbox): void;
  routingCharacters(found: boolean, mailbox: Mailbox): void;
  rerouting(on: boolean): void;
  never(rule: NeverRule | undefined): void;
  grant(grant: Grant | undefined, question: Question): void;
}

/** Decides one recipient. Never throws; what is not allowed by a rule is refused. */
export function decide(facts: Facts, policy: Policy): Decision {
  return evaluate(facts, policy);
}

/**
 * The grant under which this client may relay to this recipient: undefined when a never rule holds for the client, when
 * rerouting is off, or when no grant fits. Whether the recipient needs a grant at all is for `decide()` to say.
 */
export function grantFor(facts: Facts, policy: Policy): GrantRef | undefined {
  if (!policy.reroute) return undefined;
  const rule = relayRule(facts, locate(facts.recipient, policy).mailbox, policy);
  return rule.kind === 'grant' ? rule : undefined;
}

/** What is known of a client that has not signed in, before it names a recipient. */
export type Caller = Pick<Facts, 'client' | 'localAddress' | 'listener' | 'sender' | 'at'>;

/**
 * Whether a client that has not signed in is named by a grant, whatever the recipient: what tells those we know from strangers.
 * A never rule, and rerouting that is off, leave nobody a grant.
 */
export function holdsGrant(caller: Caller, policy: Policy): boolean {
  if (!policy.reroute || neverRuleFor(caller.client, policy) !== undefined) return false;
  const recipient = postmasterAt(policy.postmasterDomain); // not looked at
  const facts: Facts = { ...caller, account: undefined, recipient, mailbox: 'notAsked' };
  return fitsSomebody(policy.grants, questionOf(facts, recipient, policy.grants));
}

/** What `decide()` answers; `trace` is told the steps. */
export function evaluate(facts: Facts, policy: Policy, trace?: Trace): Decision {
  const location = locate(facts.recipient, policy);
  trace?.located(location);
  const { mailbox, route } = location;
  if (route === undefined) return judgeRelay(facts, mailbox, policy, trace);
  switch (route.kind) {
    case 'inbound':
      return judgeInbound(facts, mailbox, route, trace);
    case 'forward':
      return judgeForward(facts, mailbox, route, policy, trace);
    case 'alwaysRelay':
      return judgeAlwaysRelay(facts, mailbox, route, policy, trace);
    default:
      return route.kind satisfies never;
  }
}

/**
 * A domain of ours. The local part is opaque, whatever it looks like: it is known when the directory lists it exactly
 * so. A directory that was not asked counts as one that cannot answer.
 */
function judgeInbound(facts: Facts, recipient: Mailbox, route: FinalRoute, trace?: Trace): Decision {
  trace?.mailbox(facts.mailbox, recipient);
  switch (facts.mailbox) {
    case 'known':
      return accepted(facts, recipient, 'inbound', route.rule, route.destination);
    case 'unknown':
      return refused(facts, recipient, 'unknownMailbox', route.rule);
    case 'unavailable':
    case 'notAsked':
      return refused(facts, recipient, 'mailboxUnavailable', route.rule);
    default:
      return facts.mailbox satisfies never;
  }
}

/**
 * A domain that we pass on to a host of ours: anyone may send to it, also when rerouting is off, since it is a domain we
 * route and not relaying. But that host trusts us, and where the local part holds an address of its own it may follow
 * it; the two of us would be an open relay. So such a recipient is treated like relaying: it needs a grant, and a never
 * rule forbids it. With rerouting off grants are inert, and nobody may.
 */
function judgeForward(
  facts: Facts,
  recipient: Mailbox,
  route: FinalRoute,
  policy: Policy,
  trace?: Trace,
): Decision {
  const routing = hasRoutingCharacters(recipient);
  trace?.routingCharacters(routing, recipient);
  if (!routing) return accepted(facts, recipient, 'forward', route.rule, route.destination);
  trace?.rerouting(policy.reroute);
  if (!policy.reroute) return refused(facts, recipient, 'routingCharacters', route.rule);
  const rule = relayRule(facts, recipient, policy, trace);
  if (rule.kind === 'grant') return accepted(facts, recipient, 'forward', rule, route.destination);
  if (rule.kind === 'never') return refused(facts, recipient, 'neverRule', rule);
  return refused(facts, recipient, 'routingCharacters', route.rule);
}

/**
 * A domain to which anyone may relay. It is relaying all the same: not when rerouting is off, not for a client that a
 * never rule names, and with an address inside the local part only under a grant.
 */
function judgeAlwaysRelay(
  facts: Facts,
  recipient: Mailbox,
  route: FinalRoute,
  policy: Policy,
  trace?: Trace,
): Decision {
  trace?.rerouting(policy.reroute);
  if (!policy.reroute) return refused(facts, recipient, 'rerouteOff', NO_RULE);
  const routing = hasRoutingCharacters(recipient);
  trace?.routingCharacters(routing, recipient);
  if (routing) {
    const rule = relayRule(facts, recipient, policy, trace);
    if (rule.kind === 'grant') return accepted(facts, recipient, 'alwaysRelay', rule, route.destination);
    if (rule.kind === 'never') return refused(facts, recipient, 'neverRule', rule);
    return refused(facts, recipient, 'routingCharacters', route.rule);
  }
  const never = neverRuleFor(facts.client, policy);
  trace?.never(never);
  if (never !== undefined) return refused(facts, recipient, 'neverRule', never.rule);
  return accepted(facts, recipient, 'alwaysRelay', route.rule, route.destination);
}

/** Not a domain of ours: relaying. Nothing configured means refused. */
function judgeRelay(facts: Facts, recipient: Mailbox, policy: Policy, trace?: Trace): Decision {
  trace?.rerouting(policy.reroute);
  if (!policy.reroute) return refused(facts, recipient, 'rerouteOff', NO_RULE);
  const rule = relayRule(facts, recipient, policy, trace);
  if (rule.kind === 'grant') return accepted(facts, recipient, 'relay', rule, OUTBOUND);
  return refused(facts, recipient, rule.kind === 'never' ? 'neverRule' : 'noGrant', rule);
}

type RelayRule = NeverRef | GrantRef | typeof NO_RULE;

const NO_RULE = Object.freeze({ kind: 'none' } as const);

/** What the relay restrictions say of this client and recipient: a never rule overrides every grant. */
function relayRule(facts: Facts, recipient: Mailbox, policy: Policy, trace?: Trace): RelayRule {
  const never = neverRuleFor(facts.client, policy);
  trace?.never(never);
  if (never !== undefined) return never.rule;
  const question = questionOf(facts, recipient, policy.grants);
  const grant = firstFitting(policy.grants, question);
  trace?.grant(grant, question);
  return grant?.rule ?? NO_RULE;
}

function accepted(
  facts: Facts,
  recipient: Mailbox,
  as: Extract<Decision, { verdict: 'accepted' }>['as'],
  rule: RuleRef,
  destination: Destination,
): Decision {
  return { verdict: 'accepted', as, destination, rule, recipient, facts };
}

function refused(facts: Facts, recipient: Mailbox, reason: RefusalReason, rule: RuleRef): Decision {
  return { verdict: 'refused', reason, rule, recipient, facts };
}
