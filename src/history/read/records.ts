/** Decisions whole, with every text they refer to: a dozen look-ups each, so for those that are shown or changed, and not for all. */
import type { DatabaseSync } from 'node:sqlite';
import { sessionReference } from '../batch.ts';
import type { DecisionRecord } from '../types.ts';
import { cellsOf, numberIn, rows, textIn } from './dictionary.ts';
import { mailboxFact, outcome, restraint } from './words.ts';

/** The texts of a decision: how the row that refers to it calls its number, in the order of the columns. */
const TEXTS = [
  'decision.session',
  'context.client',
  'context.local_address',
  'context.listener',
  'context.helo',
  'context.account',
  'decision.sender',
  'decision.recipient',
  'decision.address',
  'verdict.mailbox',
  'verdict.outcome',
  'verdict.rule',
  'verdict.reply',
  'verdict.restrained',
] as const;

/** Where the texts begin, and two numbers that may be NULL. */
const FIRST_TEXT = 5;

const SELECT = `
  SELECT decision.at, decision.number, verdict.named, context.account, verdict.restrained,
    ${TEXTS.map((_, index) => `text${index}.text`).join(', ')}
  FROM decision
  LEFT JOIN context ON context.id = decision.context
  LEFT JOIN verdict ON verdict.id = decision.verdict
  ${TEXTS.map((number, index) => `LEFT JOIN text AS text${index} ON text${index}.id = ${number}`).join('\n  ')}`;

/** A look-up of those for which `condition` holds, in the order of writing. It throws for what is damaged. */
export function recordsWhere(
  database: DatabaseSync,
  condition: string,
): (...parameters: readonly (string | number)[]) => readonly DecisionRecord[] {
  const statement = rows(database, `${SELECT} WHERE ${condition} ORDER BY decision.id`);
  return (...parameters) => statement.all(...parameters).map((row) => decisionIn(cellsOf(row)));
}

function decisionIn(cells: readonly unknown[]): DecisionRecord {
  const text = (name: (typeof TEXTS)[number]): string => textIn(cells, FIRST_TEXT + TEXTS.indexOf(name));
  const session = text('decision.session');
  const reply = text('verdict.reply');
  return {
    kind: 'decision',
    at: numberIn(cells, 0),
    session,
    transaction: numberIn(cells, 1),
    client: text('context.client'),
    localAddress: text('context.local_address'),
    listener: text('context.listener'),
    helo: text('context.helo'),
    account: cells[3] === null ? null : text('context.account'),
    sender: text('decision.sender'),
    recipient: text('decision.recipient'),
    address: text('decision.address'),
    mailbox: mailboxFact(text('verdict.mailbox')),
    outcome: outcome(text('verdict.outcome')),
    rule: text('verdict.rule'),
    reply: numberIn(cells, 2) === 1 ? reply + sessionReference(session) : reply,
    restrained: cells[4] === null ? null : restraint(text('verdict.restrained')),
  };
}
