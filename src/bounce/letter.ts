/** The part for people: what happened, to whom, what the other server said, and what the reader can do. Pure. */
import { formatDate } from '../mail/mod.ts';
import { adviceFor } from './advice.ts';
import { returnedWhole } from './original.ts';
import { oneLine, wrap } from './text.ts';
import type { Report, ReportedRecipient, ReportKind } from './types.ts';

const WIDTH = 72;

const SUBJECT = {
  failure: 'Not delivered',
  delay: 'Delayed',
  delivered: 'Delivered',
  relayed: 'Handed on',
} as const satisfies Record<ReportKind, string>;

const BLOCKS = { failure, delay, delivered, relayed } as const satisfies Record<
  ReportKind,
  (report: Report) => string[]
>;

/** The subject; ASCII or not, one line. */
export function subjectFor({ recipients }: Report, kind: ReportKind): string {
  const [first] = recipients;
  const whom = recipients.length === 1 ? oneLine(first.original) : `${recipients.length} recipients`;
  return `${SUBJECT[kind]}: your message to ${whom}`;
}

/** Lines end in CRLF. */
export function letter(report: Report, kind: ReportKind): string {
  return `${BLOCKS[kind](report).join('\r\n\r\n')}\r\n`;
}

function failure(report: Report): string[] {
  return [
    wrap(
      `Your message could not be delivered to ${theseRecipients(report)}, and will not be tried again.`,
      WIDTH,
    ),
    ...report.recipients.flatMap((recipient) => [
      ...whatHappened(recipient),
      wrap(adviceFor(recipient), WIDTH, '    '),
    ]),
    signature(report),
  ];
}

function delay(report: Report): string[] {
  const until = formatDate(report.retryUntil);
  return [
    wrap(
      `Your message has not been delivered to ${theseRecipients(report)} yet. You need not do anything: ` +
        `it will be tried until ${until}, and you will be told if that is in vain.`,
      WIDTH,
    ),
    ...report.recipients.flatMap(whatHappened),
    signature(report),
  ];
}

function delivered(report: Report): string[] {
  return [
    wrap(`Your message was delivered to ${theseRecipients(report)}. You asked to be told.`, WIDTH),
    ...report.recipients.flatMap(whatHappened),
    signature(report),
  ];
}

function relayed(report: Report): string[] {
  // RFC 2852 4.1.4: told of because the sender gave a time, not because it wanted to hear of the delivery.
  const unknown =
    report.deliverBy === undefined
      ? 'Whether it will tell you of the delivery, as you asked to be told, is not known'
      : 'Whether it keeps to the time that you gave, and whether it tells you more, is not known';
  return [
    wrap(
      `Your message to ${theseRecipients(report)} was handed on to the next mail server. ${unknown}; if it cannot ` +
        'deliver the message, it should say so.',
      WIDTH,
    ),
    ...report.recipients.flatMap(whatHappened),
    signature(report),
  ];
}

function theseRecipients({ recipients }: Report): string {
  return recipients.length === 1 ? 'this recipient' : `these ${recipients.length} recipients`;
}

function whatHappened({ address, original, reply, remote }: ReportedRecipient): string[] {
  const from = oneLine(original);
  const to = oneLine(address);
  const name = from === to ? `  ${from}` : `  ${from}\r\n  (delivered to ${to})`;
  const said = oneLine(reply);
  if (said === '') return [name];
  const speaker = remote === undefined ? 'The attempt ended with:' : `${oneLine(remote)} answered:`;
  return [name, `${wrap(speaker, WIDTH, '    ')}\r\n${wrap(said, WIDTH, '      ')}`];
}

function signature({ hostname, receivedAt, whole, start }: Report): string {
  const host = oneLine(hostname);
  const attached =
    whole && returnedWhole(start) !== undefined ? 'It is attached.' : 'Its header is attached.';
  return [
    wrap(`${host} received your message on ${formatDate(receivedAt)}. ${attached}`, WIDTH),
    wrap(
      `This was written by a program: nobody reads answers to it. Your mail administrator can help.`,
      WIDTH,
    ),
  ].join('\r\n');
}
