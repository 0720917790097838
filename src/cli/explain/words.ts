/** The report of `postern explain` for people: the verdict, the trace, and what would have allowed it. */
import { formatExplanation, formatPlace, formatReplyCode, replyFor, ruleName } from '../../policy/mod.ts';
import type { Decision, Explanation } from '../../policy/mod.ts';
import { REPLIES } from '../../session/mod.ts';
import type { Style } from '../style.ts';
import { describeBeside } from './beside.ts';
import type { MissingFact } from './open.ts';
import type { Report } from './report.ts';

export function describeReport(report: Report, style: Style): string {
  switch (report.kind) {
    case 'decided':
      return describeDecided(report, style);
    case 'signInFirst':
      return describeSignIn(report.listener, style);
    case 'depends':
      return describeDependence(report, style);
    case 'noDirectory':
      return [
        `${style.caution('Cannot tell')} whether there is a mailbox ${report.mailbox.address}. ${report.problem}`,
        'Add accounts with: postern account add ADDRESS',
      ].join('\n');
    default:
      return report satisfies never;
  }
}

function describeDecided(
  { explanation, assumed, beside }: Extract<Report, { kind: 'decided' }>,
  style: Style,
): string {
  const facts = assumed.map((fact) => FACTS[fact].means).join(' and ');
  const note = facts === '' ? [] : [`The same whatever ${facts} ${assumed.length === 1 ? 'is' : 'are'}.`];
  return [
    headline(explanation, style),
    ...beside.map(describeBeside),
    ...note,
    '',
    formatExplanation(explanation),
  ].join('\n');
}

/** The verdict in one line. */
export function headline({ decision, reply }: Explanation, style: Style): string {
  if (decision.verdict === 'accepted') return `${style.good(ACCEPTED[decision.as])}${by(decision)}.`;
  const word = reply.code < 500 ? 'Refused for now' : 'Refused';
  return `${style.bad(word)}: ${formatReplyCode(reply)}.`;
}

const ACCEPTED: Record<Extract<Decision, { verdict: 'accepted' }>['as'], string> = {
  inbound: 'Accepted for a mailbox here',
  forward: 'Accepted to be forwarded',
  relay: 'Accepted for relay',
  alwaysRelay: 'Accepted for relay',
};

function by({ rule }: Decision): string {
  return rule.kind === 'none'
    ? ''
    : ` by ${rule.kind} ${String(ruleName(rule))} (${formatPlace(rule.place)})`;
}

function describeSignIn(listener: string, style: Style): string {
  const { code, status, lines } = REPLIES.authRequired;
  const reply = `${code} ${String(code).charAt(0)}.${status}`;
  return [
    `${style.bad('Refused')}: ${reply}.`,
    '',
    `1 ✕ Listener ${listener} wants a login before any mail, and the client had not signed in.`,
    `→ Refused, ${reply} ${lines[0]}.`,
    'Say who signed in with --account.',
  ].join('\n');
}

const FACTS: Record<MissingFact, { readonly means: string; readonly option: string }> = {
  toAddress: { means: 'the address of ours that the client connected to', option: '--to-address' },
  sender: { means: 'the claimed sender', option: '--sender' },
};

function describeDependence(report: Extract<Report, { kind: 'depends' }>, style: Style): string {
  const { on, allowed, otherwise } = report;
  const facts = on.map((fact) => FACTS[fact].means).join(' and ');
  const options = on.map((fact) => FACTS[fact].option).join(' and ');
  const reply = replyFor(otherwise);
  return [
    `${style.caution('Cannot tell')}: it depends on ${facts}.`,
    `For example ${on.map((fact) => exampleOf(fact, allowed)).join(' and ')}: accepted${by(allowed)}.`,
    `Otherwise it can be refused, ${formatReplyCode(reply)}.`,
    `Say it with ${options}.`,
  ].join('\n');
}

function exampleOf(fact: MissingFact, { facts }: Decision): string {
  if (fact === 'toAddress') return `connected to ${facts.localAddress.text}`;
  return `from sender ${facts.sender === null ? '<>' : facts.sender.address}`;
}
