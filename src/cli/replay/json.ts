/** The answer of `postern replay` for programs. */
import type { DecisionRecord, Replayed, Statement } from '../../history/mod.ts';
import { formatReplyCode, replyFor } from '../../policy/mod.ts';
import { verdictOf } from './verdict.ts';
import type { Context } from './words.ts';

const SCHEMA = 'postern.replay/1';
/** Clients, accounts and domains of a change that are named; the numbers are of all. */
const MOST_NAMED = 100;

export function replayJson(result: Replayed, { period, span, path, unread }: Context) {
  const { total, same, changed, untold, today, otherRules, reasons, statements } = result;
  return {
    schema: SCHEMA,
    verdict: verdictOf(result, unread),
    configuration: path,
    since: iso(period.since),
    until: iso(period.until),
    recorded: span === undefined ? null : { first: iso(span.first), last: iso(span.last) },
    decisions: { total, same, changed, cannotTell: untold, byMailboxesOfToday: today },
    unread,
    changes: statements.map(changeJson),
    cannotTell: reasons.map(({ missing, recipients, example }) => ({
      missing,
      decisions: recipients,
      example: exampleJson(example),
    })),
    otherRules: otherRules.map(({ before, after, recipients }) => ({ before, after, decisions: recipients })),
  };
}

function changeJson(statement: Statement) {
  const { kind, before, after, ruleBefore, ruleAfter, place, example } = statement;
  return {
    change: kind,
    before: { effect: before, rule: ruleBefore },
    after: { effect: after, rule: ruleAfter, place: place ?? null },
    clients: named(statement.clients, statement.moreClients),
    network: statement.network ?? null,
    accounts: named(statement.accounts, false),
    anonymous: statement.anonymous,
    domains: named(statement.domains, statement.moreDomains),
    decisions: statement.recipients,
    mails: statement.mails,
    days: statement.days,
    first: iso(statement.first),
    last: iso(statement.last),
    restrained: statement.restrained,
    byMailboxesOfToday: statement.today,
    example: { ...exampleJson(example.record), wouldGet: formatReplyCode(replyFor(example.decision)) },
  };
}

/** `more`: `count` is what is told apart, and there are more. */
function named(names: readonly string[], more: boolean) {
  return { count: names.length, more, names: names.slice(0, MOST_NAMED) };
}

function exampleJson({
  at,
  session,
  transaction,
  client,
  account,
  sender,
  recipient,
  reply,
}: DecisionRecord) {
  return { at: iso(at), session, transaction, client, account, sender, recipient, reply };
}

/** The columns that the help of the command lists. */
export function replayRows({ statements }: Replayed): readonly (readonly string[])[] {
  return statements.map((one) => [
    one.kind,
    one.before,
    one.after,
    one.ruleBefore,
    one.ruleAfter,
    one.clients.slice(0, MOST_NAMED).join(','),
    one.accounts.slice(0, MOST_NAMED).join(','),
    one.domains.slice(0, MOST_NAMED).join(','),
    String(one.recipients),
    String(one.mails),
    String(one.days),
    iso(one.last),
    one.example.record.session,
    one.example.record.recipient,
  ]);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
