/** The report of `postern explain` as JSON. */
import { formatReplyCode, formatRule } from '../../policy/mod.ts';
import type { Explanation, Facts } from '../../policy/mod.ts';
import { REPLIES } from '../../session/mod.ts';
import { besideJson } from './beside.ts';
import type { Report } from './report.ts';

const SCHEMA = 'postern.explain/1';

export function reportJson(report: Report) {
  switch (report.kind) {
    case 'decided':
      return {
        schema: SCHEMA,
        ...explanationJson(report.explanation),
        assumed: report.assumed,
        beside: report.beside.map(besideJson),
      };
    case 'signInFirst': {
      const { code, status, lines } = REPLIES.authRequired;
      const reply = { code, status: `${String(code).charAt(0)}.${status}`, text: lines[0] };
      return { schema: SCHEMA, verdict: 'refused', reason: 'signInFirst', listener: report.listener, reply };
    }
    case 'depends':
      return {
        schema: SCHEMA,
        verdict: 'cannotTell',
        missing: report.on,
        allowedBy: formatRule(report.allowed.rule),
      };
    case 'noDirectory':
      return { schema: SCHEMA, verdict: 'cannotTell', missing: ['mailbox'], problem: report.problem };
    default:
      return report satisfies never;
  }
}

/** A decision and how it came about. */
export function explanationJson({ decision, reply, steps, wouldHaveBeenAllowed }: Explanation) {
  const { rule, recipient, facts } = decision;
  const verdict =
    decision.verdict === 'accepted'
      ? { verdict: decision.verdict, as: decision.as, destination: decision.destination }
      : { verdict: decision.verdict, reason: decision.reason };
  return {
    ...verdict,
    rule: formatRule(rule),
    ...(rule.kind === 'none' ? {} : { place: rule.place }),
    recipient: recipient.address,
    reply: { code: reply.code, status: formatReplyCode(reply).split(' ')[1], text: reply.text },
    facts: factsJson(facts),
    steps,
    wouldHaveBeenAllowed,
  };
}

/** The facts of a decision as every command writes them. */
export function factsJson({
  client,
  localAddress,
  listener,
  account,
  sender,
  recipient,
  mailbox,
  at,
}: Facts) {
  return {
    from: client.text,
    // No client connects to 0.0.0.0: it stands for an address that was not said and that no grant names.
    toAddress: localAddress.text === '0.0.0.0' ? null : localAddress.text,
    listener,
    account: account ?? null,
    sender: sender === null ? '' : sender.address,
    recipient: recipient.address,
    mailbox,
    at: new Date(at).toISOString(),
  };
}
