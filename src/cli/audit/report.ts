/** The report of `postern audit` in words: the verdict, the evidence, the counts, what was not tried. */
import type { AuditReport, Family, Result, Skipped, Verdict } from '../../audit/mod.ts';
import { printable } from '../printable.ts';
import { formatCount } from '../quantity.ts';
import type { Style } from '../style.ts';
import { formatTable } from '../table.ts';
import { formatDialogue } from './dialogue.ts';
import { countVerdicts } from './json.ts';
import type { Subject } from './run.ts';

/** Findings of which the dialogue is shown; the others are one line each. */
const SHOWN_WHOLE = 3;
const MOST_LISTED = 40;

export function describeAudit(report: AuditReport, subject: Subject, style: Style): string {
  const findings = findingsOf(report.results);
  return [
    describeVerdict(report, style),
    ...describeSubject(report, subject),
    ...describeEvidence(findings),
    ...describeCounts(report),
    ...describeSkipped(report.skipped),
    ...describeAccount(report),
    ...describeNotes(report),
    describeNext(report),
  ].join('\n');
}

function describeVerdict({ verdict, results, ways, halted, control }: AuditReport, style: Style): string {
  const counts = countVerdicts(results);
  const tried = `${formatCount(results.length, 'probe')} in ${formatCount(ways.length, 'way')}`;
  const also =
    counts.accepts === 0 ? '' : `, and ${counts.accepts.toLocaleString('en-US')} more were accepted`;
  switch (verdict) {
    case 'relays':
      return `${style.bad('Relays:')} ${counts.relays.toLocaleString('en-US')} of ${tried} arrived at the sink${also}.`;
    case 'accepts':
      return `${style.bad('Accepts:')} ${counts.accepts.toLocaleString('en-US')} of ${tried} were accepted that must not be.`;
    case 'closed':
      return `${style.good('Closed:')} ${tried}, none relayed.`;
    case 'cannotTell':
      if (counts.cannotTell === 0 && control?.accepted === false)
        return `${style.caution('Cannot tell:')} all of ${tried} were refused, but so was ${control.recipient}, which must be accepted.`;
      return `${style.caution('Cannot tell')} for ${counts.cannotTell.toLocaleString('en-US')} of ${tried}; none relayed.`;
    case 'unreachable':
      return `${style.caution('Cannot tell:')} there was no contact with the server: ${printable(halted ?? '')}.`;
    default:
      return verdict satisfies never;
  }
}

function describeSubject(
  { names, banner, domainGuessed, judgedBy }: AuditReport,
  { target, address, others, from }: Subject,
): readonly string[] {
  if (names === undefined) return [];
  const domain = domainGuessed
    ? `${names.domain} is a guess, from its name: say --domain if it is another`
    : `its domain ${names.domain}`;
  const where = address === target ? target : `${target} (${address})`;
  const more =
    others.length === 0
      ? []
      : [`${target} has more addresses, which were not audited: ${others.join(', ')}.`];
  const basis =
    judgedBy === 'arrivals'
      ? 'Judged by what arrived at the sink.'
      : 'Judged by the replies to RCPT; nothing was sent on. What is accepted may still be dropped later: --sink tells.';
  return [
    `Server ${where}, "${printable(banner)}", which calls itself ${names.host}; ${domain}.`,
    ...more,
    `Connected from ${from ?? names.client.replace(/^\[(?:IPv6:)?(.*)\]$/, '$1')}: the answer holds for that client address. ${basis}`,
  ];
}

/** One probe, and the ways in which it came to this. */
interface Finding {
  readonly first: Result;
  readonly ways: readonly string[];
}

const WORST_FIRST: readonly Verdict[] = ['relays', 'accepts', 'cannotTell'];

function findingsOf(results: readonly Result[]): readonly Finding[] {
  return WORST_FIRST.flatMap((verdict) => {
    const groups = new Map<string, Result[]>();
    for (const result of results.filter((one) => one.verdict === verdict)) {
      const group = groups.get(result.probe.id);
      if (group === undefined) groups.set(result.probe.id, [result]);
      else group.push(result);
    }
    return [...groups.values()].flatMap((group) => {
      const [first] = group;
      return first === undefined ? [] : [{ first, ways: group.map(({ way }) => way) }];
    });
  });
}

const WORDS: Record<Verdict, string> = {
  relays: 'relays',
  accepts: 'accepts',
  refuses: 'refuses',
  cannotTell: 'cannot tell',
};

function describeEvidence(findings: readonly Finding[]): readonly string[] {
  const holes = findings.filter(({ first }) => first.verdict !== 'cannotTell');
  const plain = holes.find(({ first }) => first.probe.id === 'plain');
  if (plain !== undefined) {
    const others = `This client can simply relay, so ${findings.length - 1} more findings say nothing of their own; --json has them.`;
    return [...describeFinding(plain), ...(findings.length === 1 ? [] : ['', others])];
  }
  const whole = (holes.length > 0 ? holes : findings).slice(0, SHOWN_WHOLE);
  return [
    ...whole.flatMap(describeFinding),
    ...describeRest(findings.filter((finding) => !whole.includes(finding))),
  ];
}

function describeRest(rest: readonly Finding[]): readonly string[] {
  if (rest.length === 0) return [];
  const rows = rest
    .slice(0, MOST_LISTED)
    .map(({ first, ways }) => [WORDS[first.verdict], first.probe.id, ways.join(' '), first.reason]);
  const table = ['', formatTable(['VERDICT', 'PROBE', 'WAYS', 'REPLY'], rows)];
  return rest.length <= MOST_LISTED
    ? table
    : [...table, `... and ${rest.length - MOST_LISTED} more; --json has them all.`];
}

function describeFinding({ first, ways }: Finding): readonly string[] {
  const { probe, verdict, reason, dialogue } = first;
  const meaning =
    verdict === 'cannotTell'
      ? `Accepted, it would show that the server ${probe.shows}. Known from: ${probe.source}.`
      : `It shows that the server ${probe.shows}. Known from: ${probe.source}.`;
  return [
    '',
    `${probe.title} (${probe.id}) · ${WORDS[verdict]} · ${ways.join(', ')}`,
    `  ${printable(reason)}.`,
    `  ${meaning}`,
    ...formatDialogue(dialogue).map((line) => `    ${line}`),
  ];
}

const FAMILIES: Record<Family, string> = {
  plain: 'plain relaying',
  sender: 'claimed senders',
  foreign: 'foreign recipients, misspelt',
  routed: 'routed local parts',
  encapsulated: 'encapsulated addresses',
  lookalike: 'lookalike characters',
  parameter: 'parameters',
  greeting: 'names in the greeting',
  pretence: 'pretended client addresses',
  state: 'state carried over',
  login: 'failed and empty logins',
  content: 'hidden in a message',
  tls: 'STARTTLS',
};

function describeCounts({ results }: AuditReport): readonly string[] {
  if (results.length === 0) return [];
  const families = [...new Set(results.map(({ probe }) => probe.family))];
  const rows = families.map((family) => {
    const counts = countVerdicts(results.filter(({ probe }) => probe.family === family));
    const { relays, accepts, refuses, cannotTell } = counts;
    return [
      FAMILIES[family],
      relays + accepts + refuses + cannotTell,
      relays,
      accepts,
      refuses,
      cannotTell,
    ].map(String);
  });
  return ['', formatTable(['TRIED', 'PROBES', 'RELAYS', 'ACCEPTS', 'REFUSES', 'CANNOT TELL'], rows), ''];
}

function describeSkipped(skipped: readonly Skipped[]): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { what, reason } of skipped) reasons.set(reason, [...(reasons.get(reason) ?? []), what]);
  return [...reasons].map(([reason, whats]) => {
    const what =
      whats.length <= 3 ? whats.join(', ') : `${whats.length} probes (${whats.slice(0, 2).join(', ')}, ...)`;
    return `Not tried: ${what}: ${reason}.`;
  });
}

function describeAccount({ account }: AuditReport): readonly string[] {
  if (account === undefined) return [];
  if (!account.signedIn)
    return [`Signed in as ${printable(account.user)}: not possible: ${printable(account.login)}.`];
  return [
    `Signed in as ${printable(account.user)} (not counted above, since an account may relay):`,
    ...account.results.map(
      ({ probe, verdict, reason }) =>
        `  ${probe.title.replace('Signed in, ', '')}: ${WORDS[verdict]}. ${printable(reason)}.`,
    ),
  ];
}

function describeNotes({ control, halted, verdict, ways }: AuditReport): readonly string[] {
  const notes: string[] = [];
  if (halted !== undefined && verdict !== 'unreachable') notes.push(`It ended early: ${printable(halted)}.`);
  if (control !== undefined && !control.accepted)
    notes.push(
      `Even mail for ${control.recipient} was not accepted: ${printable(control.reply)}. The refusals may have another reason than relaying: name a recipient that exists with --inbound, and a sender whose domain exists with --sender.`,
    );
  if (ways.some((way) => way.startsWith('tls-'))) notes.push('Certificates were not verified.');
  return notes;
}

function describeNext({ verdict, judgedBy, halted, results, skipped }: AuditReport): string {
  const plain = results.some(
    ({ probe, verdict }) => probe.id === 'plain' && (verdict === 'relays' || verdict === 'accepts'),
  );
  switch (verdict) {
    case 'relays':
    case 'accepts':
      if (plain)
        return 'If this client address may relay, that is as it should be. If not, close it, and audit again.';
      return judgedBy === 'arrivals'
        ? 'Close it, and audit again. docs/audit.md says how to read this.'
        : 'Close it, and audit again; --sink ADDRESS:PORT shows what really goes out.';
    case 'closed':
      return skipped.some(({ reason }) => reason.includes('--'))
        ? 'More is tried with --inbound and --sink. Audit again after every change of the configuration.'
        : 'Audit again after every change of the configuration, and from other client addresses with --from.';
    case 'cannotTell':
      return halted === undefined
        ? 'Audit again later, or with --inbound and --sink.'
        : 'Audit again later, or slower, with --rate.';
    case 'unreachable':
      return 'Is it running, and does it accept connections from here?';
    default:
      return verdict satisfies never;
  }
}
