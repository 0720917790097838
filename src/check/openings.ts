/** Why a policy is an open relay, in words: always with a client, a sender and a recipient that are accepted. */
import type { ConfigProblem } from '../config/mod.ts';
import { formatPlace, formatRange, ruleName } from '../policy/mod.ts';
import type { Place, RuleRef } from '../policy/mod.ts';
import type { Counterexample, Opening } from '../proof/mod.ts';
import { listOf } from '../std/mod.ts';
import { amount, most } from './words.ts';

/** `anyone on IPv4 can relay` */
export function describeOpening(opening: Opening): string {
  switch (opening.kind) {
    case 'everybody':
      return `anyone on IPv${opening.family} can relay`;
    case 'tooMany':
      return `${amount(opening.addresses)} public IPv${opening.family} addresses can relay, more than any one organisation has`;
    case 'carried':
      return `anyone on IPv4 can relay who comes through a translator or a tunnel: ${formatRange(opening.carrier)} stands for all of IPv4`;
    case 'reachableAddress':
      return `everybody who can reach ${formatRange(opening.range)} can relay`;
    case 'everyDomainBelow':
      return `anyone can relay to ${opening.pattern}, the domains of everybody`;
    default:
      return opening satisfies never;
  }
}

/** `203.0.113.9, not signed in, to b@other.example, by lan-b (postern.yaml:31)` */
export function describeExample({ facts, explanation }: Counterexample): string {
  const { rule } = explanation.decision;
  const by = rule.kind === 'none' ? '' : `, by ${String(ruleName(rule))} (${formatPlace(rule.place)})`;
  const sender = facts.sender === null ? '' : `, sender ${facts.sender.address}`;
  const account = facts.account === undefined ? 'not signed in' : `signed in as ${facts.account}`;
  return `${facts.client.text}, ${account}${sender}, to ${facts.recipient.address}${by}`;
}

/** `0.0.0.0/1 (a, line 30) and 128.0.0.0/1 (b, line 31) together hold every address.` Empty when there is nothing to add. */
export function describeParts(opening: Opening): string {
  if (!('by' in opening)) return '';
  const parts = opening.by.map(({ rule, range }) => `${formatRange(range)}${whose(rule)}`);
  if (parts.length === 0 || (opening.kind === 'carried' && parts.length === 1)) return '';
  const all = opening.kind === 'everybody' ? 'hold every public address' : 'hold them';
  return parts.length === 1 ? `${listOf(parts)} holds them.` : `${most(parts, 4)} together ${all}.`;
}

function whose(rule: RuleRef): string {
  return rule.kind === 'none' ? '' : ` (${String(ruleName(rule))}, line ${rule.place.line})`;
}

/** What the administrator changes. */
export function openingRemedy(opening: Opening): string {
  switch (opening.kind) {
    case 'everybody':
    case 'tooMany':
    case 'carried':
      return 'Name the networks that are meant, or let these clients sign in.';
    case 'reachableAddress':
      return 'Add from or authenticated, or use an address that only you can reach.';
    case 'everyDomainBelow':
      return 'Name the domains that are meant.';
    default:
      return opening satisfies never;
  }
}

/** The opening as a problem of the configuration, at the rule that lets the example in. */
export function openingProblem(opening: Opening): ConfigProblem {
  const parts = describeParts(opening).replace(/\.$/, '');
  const example = describeExample(opening.example);
  return {
    place: placeOf(opening),
    message: `open relay: ${describeOpening(opening)}; example: ${example}${parts === '' ? '' : `; ${parts}`}`,
    remedy: openingRemedy(opening),
  };
}

export function placeOf(opening: Opening): Place {
  const { rule } = opening.example.explanation.decision;
  // What accepts is a rule: "none" refuses.
  if (rule.kind === 'none') throw new Error('an opening that no rule makes');
  return rule.place;
}
