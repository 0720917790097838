/** A difference between two policies as sentences: what it opens, closes and alters, for whom, by which rule, with an example. */
import { formatPlace, ruleName } from '../policy/mod.ts';
import type { Decision, PolicySource, RuleRef } from '../policy/mod.ts';
import { countAddresses, formatAddressSet, formatMailboxSet, formatWho } from '../proof/mod.ts';
import type { Change, Difference, Effect, Region } from '../proof/mod.ts';
import { formatMoment } from '../std/mod.ts';
import { describeCount, formatLimits } from './whoCanRelay.ts';
import { most } from './words.ts';

/** `opens`, `closes`, `alters`: decisions. `renames`, `limits`: no decision differs. */
export interface Statement {
  readonly kind: Change['kind'] | 'renames' | 'limits';
  /** The first word, for colour: `Opens`. */
  readonly head: string;
  /** The rest of the sentence, or sentences. */
  readonly text: string;
  /** Where a decision differs. */
  readonly change: Change | undefined;
}

export interface Policies {
  readonly before: PolicySource;
  readonly after: PolicySource;
  /** Milliseconds since the epoch: what was before does not count. */
  readonly now: number;
}

/** One statement for each change, openings first; empty when nothing differs that a client or a log could notice. */
export function statementsOf(difference: Difference, policies: Policies): readonly Statement[] {
  return [
    ...difference.changes.map((change) => statementOf(change, policies)),
    ...difference.limits.map(({ before, after, limitsBefore, limitsAfter }) => ({
      kind: 'limits' as const,
      head: 'Changes',
      text: `the limit of ${named(after)}: ${formatLimits(limitsAfter) || 'none'} (${at(after)}), was ${formatLimits(limitsBefore) || 'none'} (${at(before)}).`,
      change: undefined,
    })),
    ...difference.renamed.map(({ before, after }) => ({
      kind: 'renames' as const,
      head: 'Renames',
      text: `${named(before)} (${at(before)}) to ${named(after)} (${at(after)}).`,
      change: undefined,
    })),
  ];
}

const HEADS: Record<Change['kind'], string> = { opens: 'Opens', closes: 'Closes', alters: 'Alters' };

function statementOf(change: Change, policies: Policies): Statement {
  const { kind, before, after } = change;
  const whom = describeRegion(change, policies);
  return {
    kind,
    head: HEADS[kind],
    text: `${what(kind, before, after)} ${whom}${outcome(kind, before, after)}`,
    change,
  };
}

/** `relaying`, or `mail` where the recipient's domain is routed. */
function what(kind: Change['kind'], before: Effect, after: Effect): string {
  const { decision } = kind === 'closes' ? before : after;
  if (kind === 'alters') return 'what becomes of mail';
  return isRelay(decision) ? 'relaying' : 'mail';
}

function isRelay(decision: Decision): boolean {
  return decision.verdict === 'accepted' && (decision.as === 'relay' || decision.as === 'alwaysRelay');
}

function outcome(kind: Change['kind'], before: Effect, after: Effect): string {
  switch (kind) {
    case 'opens':
      return `${kindOf(after)}, by ${rulesText(after)}.`;
    case 'closes':
      return `, before by ${rulesText(before)}. It is now ${after.text}${because(after)}.`;
    case 'alters':
      return `: ${after.text}${because(after)}, before ${before.text}${because(before)}.`;
    default:
      return kind satisfies never;
  }
}

/** What becomes of mail that is accepted and not relayed. */
function kindOf({ decision, text }: Effect): string {
  return isRelay(decision) ? '' : ` (${text})`;
}

function because(effect: Effect): string {
  return effect.decision.rule.kind === 'none' ? '' : ` by ${rulesText(effect)}`;
}

/** A region can be put together of what several rules say. */
function rulesText({ rules }: Effect): string {
  return most(rules.map(ruleText), NAMED);
}

function ruleText(rule: RuleRef): string {
  return rule.kind === 'none' ? 'no rule' : `${named(rule)} (${at(rule)})`;
}

function named(rule: RuleRef): string {
  if (rule.kind === 'none') return 'no rule';
  return `${rule.kind === 'grant' ? '' : `${rule.kind === 'never' ? 'never rule' : rule.kind} `}${String(ruleName(rule))}`;
}

function at(rule: RuleRef): string {
  return rule.kind === 'none' ? '' : formatPlace(rule.place);
}

/** How many ranges or patterns are named in a sentence; the rest is counted. */
const NAMED = 4;

/** `for 10.0.9.0/24 (256 addresses, none public) to any recipient`; what narrows it stands between commas. */
function describeRegion({ region }: Change, policies: Policies): string {
  const { localAddresses, senders } = region;
  const narrowed = [
    whoOf(region),
    isEverything(localAddresses) ? '' : `connecting to ${formatAddressSet(localAddresses, { most: NAMED })}`,
    senders.fits === 'everything' && senders.except.length === 0
      ? ''
      : `claiming ${formatMailboxSet(senders, { most: NAMED, noun: 'sender' })} as the sender`,
  ].filter((part) => part !== '');
  const between = narrowed.length === 0 ? ' ' : `, ${narrowed.join(', ')}, `;
  return `for ${clientsOf(region)}${between}to ${recipientsOf(region, policies)}${timeOf(region, policies.now)}`;
}

function clientsOf({ clients }: Region): string {
  if (isEverything(clients)) return 'every client';
  const text = formatAddressSet(clients, { most: NAMED });
  // How many it is if only a few are left out says nothing.
  return text.startsWith('every') ? text : `${text} (${describeCount(countAddresses(clients))})`;
}

/** Whether a set has every address of both families. */
export function isEverything(set: Region['clients']): boolean {
  const { v4, v6 } = countAddresses(set);
  // The IPv4-mapped addresses of IPv6 are IPv4 addresses and may be left out.
  return v4 === 2n ** 32n && v6 >= 2n ** 128n - 2n ** 32n;
}

/** Nothing where it makes no difference. */
function whoOf({ who }: Region): string {
  const { anonymous, accounts } = who;
  return anonymous && 'except' in accounts && accounts.except.length === 0 ? '' : formatWho(who);
}

/** Domains that are routed are not what an administrator means by "any recipient", and are not named. */
function recipientsOf({ recipients, routingCharacters }: Region, policies: Policies): string {
  const routed = routedIn(policies);
  const except = recipients.except.filter((pattern) => !('domain' in pattern) || !routed.has(keyOf(pattern)));
  const text = formatMailboxSet({ fits: recipients.fits, except }, { most: NAMED, noun: 'recipient' });
  return routingCharacters === true ? `${text} with one of % ! @ in the local part` : text;
}

function routedIn({ before, after }: Policies): ReadonlySet<string> {
  return new Set(
    [...before.routes, ...after.routes].map(({ domain, subdomains }) =>
      keyOf({ kind: subdomains ? 'subdomains' : 'domain', domain }),
    ),
  );
}

function keyOf({ kind, domain }: { readonly kind: string; readonly domain: string }): string {
  return `${kind} ${domain}`;
}

function timeOf({ from, to }: Region, now: number): string {
  const begins = from > now ? `, from ${formatMoment(from)}` : '';
  const ends = Number.isFinite(to) ? `, until ${formatMoment(to)}` : '';
  return `${begins}${ends}`;
}
