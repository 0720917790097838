/** The answer of `postern replay` for people. */
import { isAccepted } from '../../history/mod.ts';
import type { Effect, HistoryProblem, Period, Replayed, Statement, Untold } from '../../history/mod.ts';
import { printable } from '../printable.ts';
import { formatCount, formatMoment } from '../quantity.ts';
import { commandLine } from '../shell.ts';
import type { Style } from '../style.ts';
import { verdictOf } from './verdict.ts';
import { clientsOf, countsOf, domainsOf, ruleInWords } from './phrases.ts';

export interface Context {
  readonly period: Period;
  /** Of the whole history. */
  readonly span: { readonly first: number; readonly last: number } | undefined;
  /** The configuration that was asked. */
  readonly path: string;
  /** -c, as it was named. */
  readonly config: string | undefined;
  /** --data, as it was named. */
  readonly data: string | undefined;
  /** Why the accounts cannot be read; undefined: they can. */
  readonly accounts: string | undefined;
  /** What could not be read of the history. */
  readonly unread: readonly HistoryProblem[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Statements that are shown; all are in --json. */
const MOST_SHOWN = 20;
const DAY = 86_400_000;

export function describeReplayed(result: Replayed, context: Context, style: Style): string {
  const { statements, reasons, total, changed } = result;
  const decisions = formatCount(total, 'decision');
  const notes = describeNotes(result, context);
  if (verdictOf(result, context.unread) === 'same') {
    const same = `All ${decisions} ${periodInWords(context)} stay as they were.`;
    return [`${style.good('No difference.')} ${same}`, ...notes].join('\n');
  }
  const shown = statements.slice(0, MOST_SHOWN).map((one) => describeStatement(one, context, style));
  const hidden = statements.length - shown.length;
  return [
    ...(changed === 0
      ? []
      : [`${changes(changed)} of ${decisions} ${periodInWords(context)} would be different.`, '']),
    ...shown,
    ...(hidden === 0 ? [] : [`And ${formatCount(hidden, 'change')} of fewer decisions: see --json.`]),
    ...reasons.map((reason) => describeUntold(reason, { total, context, style })),
    ...(shown.length + reasons.length === 0 ? [] : ['']),
    ...notes,
    describeRest(result, context),
    ...lookCloser(statements, context),
  ].join('\n');
}

const changes = (count: number): string => count.toLocaleString('en-US');

function describeRest({ same, changed, untold }: Replayed, { unread }: Context): string {
  const count = formatCount(same, 'decision');
  const stay = same === 1 ? '1 decision stays as it was' : `${count} stay as they were`;
  const rest = same === 0 ? 'there was no other decision' : stay;
  const scope = untold === 0 && unread.length === 0 ? '' : ', as far as can be told';
  return `Nothing${changed === 0 ? '' : ' else'} changes${scope}: ${rest}.`;
}

function describeStatement(statement: Statement, context: Context, style: Style): string {
  const { kind, restrained, today } = statement;
  const counts = countsOf(statement, daysOf(context), context.now);
  const notes = [
    restrained === 0
      ? ''
      : ` ${of(restrained)} had been refused all the same then, by a limit, as a suspected gateway, or by what is asked of clients and senders beside the policy.`,
    today === 0 ? '' : ` ${of(today)} ${today === 1 ? 'is' : 'are'} judged by the mailboxes there are today.`,
  ];
  const [verb, rest] = HEADS[kind](statement);
  const paint = kind === 'opens' ? style.caution : kind === 'closes' ? style.bad : style.caution;
  return `${paint(verb)} ${printable(`${rest}: ${counts}. ${describeEffects(statement)}${notes.join('')}`)}`;
}

const of = (count: number): string => `${count.toLocaleString('en-US')} of these recipients`;

/** The verdict word, and what follows up to the counts. */
const HEADS: Record<Statement['kind'], (statement: Statement) => readonly [string, string]> = {
  opens: (one) => [
    'Opens',
    `${PURPOSES[one.after]} for ${clientsOf(one)} to ${domainsOf(one)}, by ${ruleInWords(one.ruleAfter, one.place)}`,
  ],
  closes: (one) => [
    'Closes',
    `${PURPOSES[one.before]} for ${clientsOf(one)} to ${domainsOf(one)}, let in by ${ruleInWords(one.ruleBefore)}`,
  ],
  alters: (one) => ['Alters', `what ${clientsOf(one)} gets for ${domainsOf(one)}`],
};

/** What an accepted recipient is accepted for; a refusal is for nothing. */
const PURPOSES: Record<Effect, string> = {
  relayed: 'relaying',
  inbound: 'delivery here',
  forwarded: 'forwarding',
  '550 5.1.1': '',
  '451 4.3.0': '',
  '550 5.7.1': '',
};

function describeEffects(statement: Statement): string {
  const { kind, before, after, ruleAfter, place, clients, moreClients } = statement;
  const who = clients.length === 1 && !moreClients ? 'It' : 'They';
  const by = ruleAfter === 'none' ? '' : ` by ${ruleInWords(ruleAfter, place)}`;
  switch (kind) {
    case 'opens':
      return `${who} got ${before}.`;
    case 'closes':
      return `${who} would get ${after}${by}.`;
    case 'alters':
      return isAccepted(before)
        ? `The mail was ${DONE[before]}, and would be ${DONE[after]}${by}.`
        : `${who} got ${before}, and would get ${after}${by}.`;
    default:
      return kind satisfies never;
  }
}

const DONE: Record<Effect, string> = {
  relayed: 'relayed',
  inbound: 'delivered here',
  forwarded: 'forwarded',
  '550 5.1.1': 'refused',
  '451 4.3.0': 'refused for now',
  '550 5.7.1': 'refused',
};

interface UntoldContext {
  readonly total: number;
  readonly context: Context;
  readonly style: Style;
}

function describeUntold(
  { missing, recipients, example }: Untold,
  { total, context, style }: UntoldContext,
): string {
  const count = `for ${changes(recipients)} of ${formatCount(total, 'decision')}`;
  const why =
    missing === 'mailbox'
      ? `nobody asked for such mailboxes as ${example.recipient} then, and the accounts cannot be read now. ${context.accounts ?? ''}`
      : `recorded with a ${FIELDS[missing]} that this version cannot read, as in session ${example.session}.`;
  return `${style.caution('Cannot tell')} ${printable(`${count}: ${why}`).trimEnd()}`;
}

const FIELDS: Record<Exclude<Untold['missing'], 'mailbox'>, string> = {
  client: 'client address',
  localAddress: 'local address',
  sender: 'sender',
  recipient: 'recipient',
};

function describeNotes(result: Replayed, { period, span }: Context): string[] {
  const notes: string[] = [];
  if (span !== undefined && span.first > period.since) {
    notes.push(`The history goes back only to ${formatMoment(span.first)}.`);
  }
  const [most] = result.otherRules;
  if (most !== undefined) {
    const count = result.otherRules.reduce((sum, { recipients }) => sum + recipients, 0);
    const others = result.otherRules.length > 1 ? 'mostly ' : '';
    const rules = `${ruleInWords(most.after)} instead of ${ruleInWords(most.before)}`;
    notes.push(
      printable(`${formatCount(count, 'decision')} would be the same by another rule, ${others}${rules}.`),
    );
  }
  if (result.today > 0) {
    const count = formatCount(result.today, 'decision');
    notes.push(
      `${count} ${result.today === 1 ? 'is' : 'are'} judged by the mailboxes there are today: nobody asked for them then.`,
    );
  }
  return notes;
}

function lookCloser(statements: readonly Statement[], { config, data }: Context): string[] {
  const [first] = statements;
  if (first === undefined) return [];
  const { session, recipient } = first.example.record;
  const named = [...optionally('-c', config), ...optionally('--data', data)];
  const words = ['postern', 'explain', ...named, '--session', session, recipient];
  return [printable(`Look closer with: ${commandLine(words)}`)];
}

function optionally(option: string, value: string | undefined): string[] {
  return value === undefined ? [] : [option, value];
}

/** `of the last 7 days`, `since 2026-11-20 00:00:00 UTC`, `from … to …` */
function periodInWords({ period: { since, until }, now }: Context): string {
  if (until !== now) return `from ${formatMoment(since)} to ${formatMoment(until)}`;
  const days = (until - since) / DAY;
  return Number.isInteger(days) && days > 1 ? `of the last ${days} days` : `since ${formatMoment(since)}`;
}

/** How many days the recorded decisions can be spread over, at least 1. */
function daysOf({ period, span }: Context): number {
  const since = Math.max(period.since, span?.first ?? period.since);
  return Math.max(1, Math.ceil((period.until - since) / DAY));
}
