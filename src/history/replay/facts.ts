/**
 * The facts of a recorded decision, as they were, for whatever policy is asked about them now.
 *
 * The sender is read when the policy asks for it, which most never do: reading addresses is much of the work.
 */
import { isAddressError, parseMailbox } from '../../mail/mod.ts';
import type { Mailbox, ReversePath } from '../../mail/mod.ts';
import type { Facts, MailboxFact } from '../../policy/mod.ts';
import { parseIp } from '../../std/mod.ts';
import type { IpAddress } from '../../std/mod.ts';
import type { DecisionRecord } from '../types.ts';

/** A recorded decision, ready to be judged again; unreadable when what is recorded is not an address to this version. */
export type Case = RecordedFacts | Unreadable;

export interface Unreadable {
  readonly unreadable: 'client' | 'localAddress' | 'sender' | 'recipient';
}

export type Read<Value> = Value | 'unreadable';

/** What the recipients of a session share. */
export interface Circumstances extends Pick<Facts, 'client' | 'localAddress' | 'listener' | 'account'> {}

/** What the policy of then made of it. */
export type RecordedVerdict = Pick<DecisionRecord, 'mailbox' | 'outcome' | 'rule'>;

/** The rest of a decision, as it is recorded. */
export interface Recipient extends Pick<DecisionRecord, 'at' | 'sender' | 'recipient' | 'address'> {}

/** One recorded decision as a case. */
export function caseOf(record: DecisionRecord): Case {
  return readCase(
    readCircumstances(readAddress(record.client), readAddress(record.localAddress), record),
    record,
    record,
  );
}

export function readCircumstances(
  client: Read<IpAddress>,
  localAddress: Read<IpAddress>,
  { listener, account }: Pick<DecisionRecord, 'listener' | 'account'>,
): Circumstances | Unreadable {
  if (client === 'unreadable') return { unreadable: 'client' };
  if (localAddress === 'unreadable') return { unreadable: 'localAddress' };
  return { client, localAddress, listener, account: account ?? undefined };
}

export function readCase(
  circumstances: Circumstances | Unreadable,
  given: Recipient,
  verdict: RecordedVerdict,
): Case {
  if ('unreadable' in circumstances) return circumstances;
  const recipient = readMailbox(given.recipient);
  if (recipient === 'unreadable') return { unreadable: 'recipient' };
  return new RecordedFacts(circumstances, { recipient, given, verdict, mailbox: verdict.mailbox });
}

interface Parts {
  readonly recipient: Mailbox;
  readonly given: Recipient;
  readonly verdict: RecordedVerdict;
  readonly mailbox: MailboxFact;
}

/** An unreadable sender is null, and shows when it was asked for: see `senderProblem`. */
export class RecordedFacts implements Facts {
  readonly client: IpAddress;
  readonly localAddress: IpAddress;
  readonly listener: string;
  readonly account: string | undefined;
  readonly recipient: Mailbox;
  readonly mailbox: MailboxFact;
  readonly at: number;
  readonly verdict: RecordedVerdict;
  /** After the rewriting of then. */
  readonly address: string;
  readonly #given: Recipient;
  #sender: Read<ReversePath> | undefined;

  constructor(circumstances: Circumstances, { recipient, given, verdict, mailbox }: Parts) {
    this.client = circumstances.client;
    this.localAddress = circumstances.localAddress;
    this.listener = circumstances.listener;
    this.account = circumstances.account;
    this.recipient = recipient;
    this.mailbox = mailbox;
    this.at = given.at;
    this.verdict = verdict;
    this.address = given.address;
    this.#given = given;
  }

  get sender(): ReversePath {
    this.#sender ??= readSender(this.#given.sender);
    return this.#sender === 'unreadable' ? null : this.#sender;
  }

  /** The sender was asked for and cannot be read: what was decided with it counts for nothing. */
  get senderProblem(): boolean {
    return this.#sender === 'unreadable';
  }

  /** The same, had the directory said this. */
  withMailbox(mailbox: MailboxFact): RecordedFacts {
    return new RecordedFacts(this, {
      recipient: this.recipient,
      given: this.#given,
      verdict: this.verdict,
      mailbox,
    });
  }
}

export function readAddress(text: string): Read<IpAddress> {
  return parseIp(text) ?? 'unreadable';
}

function readSender(text: string): Read<ReversePath> {
  return text === '' ? null : readMailbox(text);
}

function readMailbox(text: string): Read<Mailbox> {
  const mailbox = parseMailbox(text);
  return isAddressError(mailbox) ? 'unreadable' : mailbox;
}
