/** What came of a recipient, before it is known of which: the peer's reply or our own words, and what follows from it. */
import type { ReceivedReply } from '../smtp/mod.ts';
import { printable } from '../std/mod.ts';
import type { Handed, Outcome, OutcomeKind, Recipient } from './types.ts';

export interface Verdict {
  readonly kind: OutcomeKind;
  readonly status: string;
  readonly reply: string;
}

/** Who answered, and how it was protected. */
export interface Answerer {
  readonly remote: string;
  readonly tls: string | undefined;
  /** What it does with what it takes; undefined: nobody was asked. */
  readonly handed?: Handed | undefined;
}

const LONGEST_REPLY = 512;
const CLEAN = /^[ -~]*$/;

/** One line of printable ASCII of at most 512 characters, whatever came in. */
export function oneLine(text: string): string {
  if (text.length <= LONGEST_REPLY && CLEAN.test(text)) return text;
  return printable(text.slice(0, LONGEST_REPLY));
}

export function deferred(status: string, words: string): Verdict {
  return { kind: 'deferred', status, reply: oneLine(words) };
}

export function failed(status: string, words: string): Verdict {
  return { kind: 'failed', status, reply: oneLine(words) };
}

/** The reply in one line, `550 5.1.1 No such mailbox`. */
export function replyText(reply: ReceivedReply): string {
  const [only] = reply.lines;
  const words =
    reply.lines.length === 1 && only !== undefined ? only : reply.lines.map((line) => line.trim()).join(' ');
  return oneLine(`${reply.code} ${words}`);
}

/**
 * What a reply means. Only the first digit decides (RFC 5321 4.2.1, 4.3.2); one that is out of place, such as 354 to the end
 * of data, is a mistake of the peer and no ground to give up on the recipient.
 */
export function verdictOf(reply: ReceivedReply): Verdict {
  const text = replyText(reply);
  switch (Math.floor(reply.code / 100)) {
    case 2:
      return { kind: 'delivered', status: reply.status ?? '2.0.0', reply: text };
    case 4:
      return { kind: 'deferred', status: reply.status ?? statusOf(reply.code), reply: text };
    case 5:
      return { kind: 'failed', status: reply.status ?? statusOf(reply.code), reply: text };
    default:
      return outOfTurn(reply);
  }
}

/** A reply that does not fit what was asked. */
export function outOfTurn(reply: ReceivedReply): Verdict {
  return deferred('4.5.0', `The other server answered out of turn: ${replyText(reply)}`);
}

/**
 * A refusal of RCPT. RFC 5321 4.5.3.1.10: 552 is an old way to say 452, too many recipients; a status that says otherwise, such
 * as 5.2.2 for a full mailbox, is believed.
 */
export function recipientVerdict(reply: ReceivedReply): Verdict {
  if (reply.code === 552 && (reply.status === undefined || reply.status === '5.5.3')) {
    return { kind: 'deferred', status: TOO_MANY, reply: replyText(reply) };
  }
  if (reply.code === 452 && reply.status === undefined) {
    return { kind: 'deferred', status: TOO_MANY, reply: replyText(reply) };
  }
  return verdictOf(reply);
}

/** RFC 3463: too many recipients. */
export const TOO_MANY = '4.5.3';

/** The same reply, but not for good: for words that are meant for us, or for the connection, and not for the message. */
export function asTemporary(verdict: Verdict): Verdict {
  return verdict.kind === 'failed'
    ? { ...verdict, kind: 'deferred', status: `4${verdict.status.slice(1)}` }
    : verdict;
}

export const IN_A_MAILBOX: Handed = { to: 'mailbox' };

export function outcomeOf(recipient: Recipient, verdict: Verdict, answerer: Answerer | undefined): Outcome {
  return {
    index: recipient.index,
    kind: verdict.kind,
    status: verdict.status,
    reply: verdict.reply,
    remote: answerer?.remote,
    tls: answerer?.tls,
    // What nobody was handed is in a mailbox of ours.
    handed: verdict.kind === 'delivered' ? (answerer?.handed ?? IN_A_MAILBOX) : undefined,
  };
}

/** For a server without enhanced status codes: what its bare code says in the words of RFC 3463, as RFC 5248 pairs them. */
const STATUS_BY_CODE: ReadonlyMap<number, string> = new Map([
  [421, '4.3.2'],
  [450, '4.2.0'],
  [451, '4.3.0'],
  [452, '4.3.1'],
  [454, '4.7.0'],
  [455, '4.5.4'],
  [500, '5.5.2'],
  [501, '5.5.4'],
  [502, '5.5.1'],
  [503, '5.5.1'],
  [504, '5.5.4'],
  // RFC 7504 3.
  [521, '5.3.2'],
  [530, '5.7.0'],
  [534, '5.7.9'],
  [535, '5.7.8'],
  [538, '5.7.11'],
  [552, '5.2.2'],
  [553, '5.1.3'],
  [555, '5.5.4'],
  // RFC 7504 4.
  [556, '5.1.10'],
]);

function statusOf(code: number): string {
  // RFC 3463 2: X.0.0 where nothing more is known.
  return STATUS_BY_CODE.get(code) ?? `${Math.floor(code / 100)}.0.0`;
}
