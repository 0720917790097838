/** Why a grant fits or does not, condition by condition, in words for the administrator. */
import { inRange, listOf } from '../std/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';
import { unmetConditions } from './grants.ts';
import type { Condition, Grant, Question } from './grants.ts';
import { formatPattern } from './patterns.ts';
import type { PatternSet } from './patterns.ts';
import { count, formatMoment, formatRange, formatSender } from './words.ts';

/** `192.168.10.7 is in 192.168.10.0/24 and alice@contoso.example has signed in`, of a grant that fits. */
export function describeFit(grant: Grant, question: Question): string {
  const { source, senders, recipients, until } = grant;
  const { facts, recipient } = question;
  const reasons = [
    source.from && `${facts.client.text} is in ${rangeAround(source.from, facts.client)}`,
    source.connectingTo && `it connected to ${facts.localAddress.text}`,
    grant.authenticated && `${facts.account ?? 'nobody'} has signed in`,
    senders && `the claimed sender ${formatSender(facts.sender)} fits`,
    recipients && `the recipient ${recipient.address} fits`,
    until !== undefined && `it holds until ${formatMoment(until)}`,
  ];
  return listOf(reasons.filter((reason) => typeof reason === 'string'));
}

/** `198.51.100.7 is not in any of its 3 ranges and it had not signed in`, of a grant that does not fit. */
export function describeMisfit(grant: Grant, question: Question): string {
  return listOf(unmetConditions(grant, question).map((condition) => UNMET[condition](grant, question)));
}

/** Why the condition does not hold. Asked only when it does not, so the grant has it. */
const UNMET: Record<Condition, (grant: Grant, question: Question) => string> = {
  authenticated: ({ authenticated }, { facts }) => {
    if (facts.account === undefined) return `${facts.client.text} had not signed in`;
    const accounts = authenticated === undefined || authenticated === 'any' ? [] : [...authenticated];
    return `${facts.account} is not ${anyOf(accounts, 'account')}`;
  },
  from: ({ source }, { facts }) => `${facts.client.text} is not in ${anyRange(source.from, 'range')}`,
  connectingTo: ({ source }, { facts }) =>
    `it connected to ${facts.localAddress.text}, not to ${anyRange(source.connectingTo, 'local range')}`,
  senders: ({ senders }, { facts }) =>
    `the claimed sender ${formatSender(facts.sender)} does not fit ${anyPattern(senders, 'sender')}`,
  recipients: ({ recipients }, { recipient }) =>
    `the recipient ${recipient.address} does not fit ${anyPattern(recipients, 'recipient')}`,
  until: ({ until }) => `it ended at ${formatMoment(until ?? Number.NaN)}`,
};

/** The range that holds the address, as configured. */
export function rangeAround(ranges: readonly IpRange[], address: IpAddress): string {
  const range = ranges.find((candidate) => inRange(address, candidate));
  return range === undefined ? 'one of its ranges' : formatRange(range);
}

function anyRange(ranges: readonly IpRange[] | undefined, noun: string): string {
  return anyOf(ranges?.map(formatRange) ?? [], noun);
}

function anyPattern(patterns: PatternSet | undefined, noun: string): string {
  return anyOf(patterns?.source.map(formatPattern) ?? [], noun);
}

function anyOf(items: readonly string[], noun: string): string {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : `any of its ${count(items.length, noun)}`;
}
