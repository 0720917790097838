/** A message's life, for people. */
import type { AttemptRecord, DecisionRecord, NoticeRecord, Passage } from '../../history/mod.ts';
import { printable } from '../printable.ts';
import { formatCount, formatMoment, formatSize, formatSpan } from '../quantity.ts';
import { commandLine } from '../shell.ts';
import type { Style } from '../style.ts';
import { beginOf, fatesOf, isAcceptedRecord, nameOf, senderOf } from './life.ts';
import type { Fate } from './life.ts';
import type { QueueState } from './queue.ts';

export interface Context {
  /** Options of the command that the next one needs, too: `-c FILE`. */
  readonly options: readonly string[];
  readonly now: number;
}

/** A transaction from the connection to the last attempt; `queue` is undefined when no message came of it. */
export function describeLife(
  passage: Passage,
  queue: QueueState | undefined,
  { style, context }: { readonly style: Style; readonly context: Context },
): string {
  const { painted, rest } = verdictOf(passage, queue, style);
  return [
    `${painted}${printable(rest)}`,
    '',
    ...eventsOf(passage).map(({ at, text }) => printable(`${formatMoment(at).slice(0, 19)}  ${text}`)),
    ...describeNow(passage, queue, context).map(printable),
    ...lookCloser(passage, context).map(printable),
  ].join('\n');
}

interface Verdict {
  readonly painted: string;
  readonly rest: string;
}

/** What became of it, in one line. */
function verdictOf(passage: Passage, queue: QueueState | undefined, style: Style): Verdict {
  const name = nameOf(passage);
  if (name === undefined) {
    const refused = passage.decisions.every((record) => !isAcceptedRecord(record));
    return refused
      ? { painted: style.bad('Refused'), rest: ': no recipient was accepted, so there is no message.' }
      : {
          painted: style.caution('No message'),
          rest: ': the client gave up after its recipients were answered.',
        };
  }
  const fates = [...fatesOf(passage).values()];
  const delivered = countOf(fates, 'delivered');
  const what = `message ${name} to ${formatCount(fates.length, 'recipient')}`;
  if (delivered === fates.length && delivered > 0)
    return { painted: style.good('Delivered'), rest: `: ${what}.` };
  const parts = PARTS.flatMap(([fate, words]) => {
    const count = countOf(fates, fate);
    return count === 0
      ? []
      : [`${count} ${fate === 'open' && queue?.kind === 'queued' ? 'in the queue' : words}`];
  });
  const head = PARTS.find(([fate]) => fates.includes(fate))?.[0] ?? 'open';
  return { painted: paint(head, style), rest: `: ${what}: ${parts.join(', ')}.` };
}

/** What matters most first, and how it is said of several recipients. */
export const PARTS: readonly (readonly [Fate, string])[] = [
  ['failed', 'failed'],
  ['expired', 'given up after its time in the queue'],
  ['deleted', 'deleted by an administrator'],
  ['open', 'not finished'],
  ['delivered', 'delivered'],
];

function paint(fate: Fate, style: Style): string {
  switch (fate) {
    case 'failed':
      return style.bad('Failed');
    case 'expired':
      return style.bad('Expired');
    case 'deleted':
      return style.bad('Deleted');
    case 'open':
      return style.caution('Not finished');
    case 'delivered':
      return style.good('Delivered');
    default:
      return fate satisfies never;
  }
}

function countOf(fates: readonly Fate[], wanted: Fate): number {
  return fates.filter((fate) => fate === wanted).length;
}

interface Event {
  readonly at: number;
  readonly text: string;
}

function eventsOf(passage: Passage): readonly Event[] {
  const { decisions, message, attempts, notices, session, transaction } = passage;
  const [first] = decisions;
  const begin =
    first === undefined
      ? session === null
        ? 'written by Postern itself'
        : `session ${session}, mail ${transaction}; its decisions are no longer recorded`
      : describeSession(first);
  const from = senderOf(passage);
  const events = [
    ...decisions.map((record) => ({ at: record.at, text: describeDecision(record) })),
    ...(message === null ? [] : [{ at: message.at, text: describeMessage(message) }]),
    ...attempts.map((attempt) => ({ at: attempt.at, text: describeAttempt(attempt) })),
    ...notices.map((notice) => ({ at: notice.at, text: describeNotice(notice, passage) })),
  ].sort((a, b) => a.at - b.at);
  const at = beginOf(passage);
  const sender = session === null ? [] : [{ at, text: `from ${from === '' ? '<>' : from}, as claimed` }];
  return [{ at, text: `${begin} (times are UTC)` }, ...sender, ...events];
}

function describeSession({
  session,
  transaction,
  client,
  helo,
  localAddress,
  listener,
  account,
}: DecisionRecord): string {
  const signedIn = account === null ? 'not signed in' : `signed in as ${account}`;
  return `session ${session}, mail ${transaction}: ${client} (${helo}) to ${localAddress} on ${listener}, ${signedIn}`;
}

function describeDecision(record: DecisionRecord): string {
  const { recipient, address, rule, reply, restrained } = record;
  const rewritten = address === recipient ? '' : `, rewritten to ${address}`;
  const by = rule === 'none' ? 'no rule fitted' : rule.replace(':', ' ');
  const held = restrained === null ? '' : `, and held back (${RESTRAINTS[restrained]})`;
  const verdict = isAcceptedRecord(record) ? 'accepted' : 'refused';
  return `to ${recipient}${rewritten}: ${verdict}, ${by}${held}: ${reply}`;
}

const RESTRAINTS: Record<NonNullable<DecisionRecord['restrained']>, string> = {
  limit: 'limit reached',
  suspectGateway: 'suspected gateway',
  unavailable: 'could not be counted',
  screened: 'by what is asked of clients and senders beside the policy',
};

function describeMessage({ id, size, messageId }: NonNullable<Passage['message']>): string {
  const named = messageId === null ? 'without a Message-ID' : `Message-ID <${messageId}>`;
  return `stored as ${id}: ${formatSize(size)}, ${named}`;
}

function describeAttempt({ recipient, outcome, remote, reply }: AttemptRecord): string {
  const where = remote === null ? '' : ` by ${remote}`;
  return `${recipient} ${outcome}${where}: ${reply}`;
}

const NOTICE = {
  failure: 'failure',
  delay: 'delay',
  delivered: 'delivery',
  relayed: 'handing on',
} as const satisfies Record<NoticeRecord['notice'], string>;

function describeNotice({ id, about, notice, recipient }: NoticeRecord, passage: Passage): string {
  if (id === nameOf(passage)) return `notification of the ${NOTICE[notice]} of ${about}, to ${recipient}`;
  return `notification ${id} of the ${NOTICE[notice]}, to ${recipient}`;
}

function describeNow(passage: Passage, queue: QueueState | undefined, { now }: Context): string[] {
  switch (queue?.kind) {
    case undefined:
      return [];
    case 'queued':
      return queue.message.recipients.map(({ address, attempts, nextAttempt, held }) => {
        const next = nextAttempt <= now ? 'due now' : `next try in ${formatSpan(nextAttempt - now)}`;
        return `Now: ${address} is in the queue, ${formatCount(attempts, 'attempt')}, ${held ? 'held' : next}.`;
      });
    case 'gone': {
      const open = countOf([...fatesOf(passage).values()], 'open');
      const end = open === 0 ? '' : ', and how it ended is not recorded';
      return [`Now: it is no longer in the queue${end}.`];
    }
    case 'noDaemon':
      return ['Now: cannot tell what is in the queue, since no Postern runs on this data folder.'];
    case 'cannotTell':
      return [`Now: cannot tell what is in the queue: ${queue.problem}.`];
    default:
      return queue satisfies never;
  }
}

function lookCloser(passage: Passage, { options }: Context): string[] {
  const lines: string[] = [];
  if (passage.decisions.some((record) => !isAcceptedRecord(record)) && passage.session !== null) {
    const words = ['postern', 'explain', ...options, '--session', passage.session];
    lines.push(`Why it was refused: ${commandLine(words)}`);
  }
  const own = nameOf(passage);
  for (const { id, about } of passage.notices.slice(0, 3)) {
    const other = id === own ? about : id;
    lines.push(
      `The ${id === own ? 'message it is about' : 'notification'}: ${commandLine(['postern', 'trace', ...options, other])}`,
    );
  }
  return lines;
}
