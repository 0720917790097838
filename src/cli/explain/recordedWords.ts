/** A recorded decision and its explanation, for people and for programs. */
import type { DecisionRecord } from '../../history/mod.ts';
import { formatExplanation } from '../../policy/mod.ts';
import { printable } from '../printable.ts';
import { formatMoment } from '../quantity.ts';
import type { Style } from '../style.ts';
import { explanationJson } from './json.ts';
import type { Recorded } from './recorded.ts';
import { headline } from './words.ts';

export function describeRecorded(recorded: Recorded, style: Style): string {
  const { record } = recorded;
  const where = printable(describeFacts(record));
  if (recorded.kind === 'cannotTell') {
    const why =
      recorded.judgement.missing === 'mailbox'
        ? `nobody asked for that mailbox then, and the accounts cannot be read now. ${recorded.accounts ?? ''}`
        : `this version cannot read the ${recorded.judgement.missing} that is recorded.`;
    const then = `Then it was ${describeThen(record)}.`;
    return [`${style.caution('Cannot tell')}: ${why}`.trimEnd(), where, printable(then)].join('\n');
  }
  const { explanation } = recorded;
  const notes = [describeChange(recorded), ...describeRestraint(record), ...describeToday(recorded)];
  return [
    headline(explanation, style),
    where,
    ...notes.map(printable),
    '',
    formatExplanation(explanation),
  ].join('\n');
}

function describeFacts({
  at,
  session,
  client,
  helo,
  listener,
  account,
  sender,
  recipient,
}: DecisionRecord): string {
  const signedIn = account === null ? 'not signed in' : `signed in as ${account}`;
  const from = sender === '' ? '<>' : sender;
  return `Session ${session}, ${formatMoment(at)}: ${client} (${helo}) on ${listener}, ${signedIn}; from ${from}, as claimed, to ${recipient}.`;
}

function describeChange({ record, judgement }: Extract<Recorded, { kind: 'explained' }>): string {
  const { before, after, rule } = judgement;
  if (before !== after) return `Then it was decided otherwise: ${describeThen(record)}.`;
  if (rule !== record.rule) return `The same then, by another rule: ${describeThen(record)}.`;
  // What a limit refused all the same has a line of its own, with that reply.
  return record.restrained === null ? `The same then: ${record.reply}` : 'The same then, by the policy.';
}

/** `accepted by grant office (250 2.1.5 Recipient accepted)` */
function describeThen({ outcome, rule, reply }: DecisionRecord): string {
  const by = rule === 'none' ? '' : ` by ${rule.replace(':', ' ')}`;
  return `${THEN[outcome]}${by} (${reply})`;
}

const THEN: Record<DecisionRecord['outcome'], string> = {
  inbound: 'accepted for a mailbox here',
  forward: 'accepted to be forwarded',
  relay: 'accepted for relay',
  alwaysRelay: 'accepted for relay',
  unknownMailbox: 'refused, no such mailbox',
  mailboxUnavailable: 'refused for now, since mailboxes could not be looked up',
  routingCharacters: 'refused for the routing characters in its local part',
  rerouteOff: 'refused, since relaying was off',
  neverRule: 'refused',
  noGrant: 'refused, since no grant fitted',
};

const RESTRAINTS: Record<NonNullable<DecisionRecord['restrained']>, string> = {
  limit: 'the limit of the grant was reached',
  suspectGateway: 'the client looked like a gateway',
  unavailable: 'recipients could not be counted',
  screened: 'the client or its sender did not pass what is asked beside the policy',
};

function describeRestraint({ restrained, reply }: DecisionRecord): string[] {
  return restrained === null
    ? []
    : [`All the same it was refused then, since ${RESTRAINTS[restrained]}: ${reply}`];
}

function describeToday({ judgement, record }: Extract<Recorded, { kind: 'explained' }>): string[] {
  if (!judgement.today) return [];
  return [`By the mailboxes of today: nobody asked for that of ${record.recipient} then.`];
}

export function recordedJson(session: string, all: readonly Recorded[]) {
  return { schema: 'postern.explain-session/1', session, decisions: all.map(decisionJson) };
}

function decisionJson(recorded: Recorded) {
  const { at, transaction, client, recipient, outcome, rule, reply, restrained } = recorded.record;
  const then = {
    at: new Date(at).toISOString(),
    transaction,
    client,
    recipient,
    outcome,
    rule,
    reply,
    restrained,
  };
  if (recorded.kind === 'cannotTell')
    return { verdict: 'cannotTell', missing: [recorded.judgement.missing], recorded: then };
  const { before, after, today } = recorded.judgement;
  return {
    ...explanationJson(recorded.explanation),
    recorded: then,
    changed: before !== after,
    byMailboxesOfToday: today,
  };
}
