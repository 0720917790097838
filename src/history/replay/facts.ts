/**
 * The facts of a recorded decision, as they were, for whatever policy is asked about them now.
 *
 * The sender is read when the policy asks for it, which most never do, and reading addresses is most of the work.
 */
import { isAddressError, parseMailbox } from '../../mail/mod.ts';
import type { Mailbox, ReversePath } from '../../mail/mod.ts';
import type { Facts, MailboxFact } from '../../policy/mod.ts';
import { parseIp } from '../../std/mod.ts';
import type { IpAddress } from '../../std/mod.ts';
import type { DecisionRecord } from '../types.ts';
import { Memo } from './memo.ts';

/** What is recorded in this field is not an address to this version. */
export interface Unreadable {
  readonly unreadable: 'client' | 'localAddress' | 'sender' | 'recipient';
}

export interface FactsReader {
  /** With `mailbox` as what the directory says. An unreadable sender shows when it is asked for, see `senderProblem`. */
  read(record: DecisionRecord, mailbox: MailboxFact): RecordedFacts | Unreadable;
}

/** So many texts of each kind are remembered, as a power of 2. More would not fit the processor's cache. */
const REMEMBERED = 14;

type Read<Value> = Value | 'unreadable';

/** Remembers what it read, so it is for one use and not for keeping. */
export function createFactsReader(): FactsReader {
  const clients = new Memo(REMEMBERED, readAddress);
  const localAddresses = new Memo(REMEMBERED, readAddress);
  const senders = new Memo(REMEMBERED, readSender);
  const recipients = new Memo(REMEMBERED, readMailbox);
  return {
    read(record, mailbox) {
      const client = clients.get(record.client);
      if (client === 'unreadable') return { unreadable: 'client' };
      const localAddress = localAddresses.get(record.localAddress);
      if (localAddress === 'unreadable') return { unreadable: 'localAddress' };
      const recipient = recipients.get(record.recipient);
      if (recipient === 'unreadable') return { unreadable: 'recipient' };
      return new RecordedFacts(record, { client, localAddress, recipient, mailbox, senders });
    },
  };
}

interface Parts extends Pick<Facts, 'client' | 'localAddress' | 'recipient' | 'mailbox'> {
  readonly senders: Memo<Read<ReversePath>>;
}

export class RecordedFacts implements Facts {
  readonly client: IpAddress;
  readonly localAddress: IpAddress;
  readonly listener: string;
  readonly account: string | undefined;
  readonly recipient: Mailbox;
  readonly mailbox: MailboxFact;
  readonly at: number;
  readonly #text: string;
  readonly #senders: Memo<Read<ReversePath>>;
  #sender: Read<ReversePath> | undefined;

  constructor(record: DecisionRecord, { client, localAddress, recipient, mailbox, senders }: Parts) {
    this.client = client;
    this.localAddress = localAddress;
    this.listener = record.listener;
    this.account = record.account ?? undefined;
    this.recipient = recipient;
    this.mailbox = mailbox;
    this.at = record.at;
    this.#text = record.sender;
    this.#senders = senders;
  }

  get sender(): ReversePath {
    this.#sender ??= this.#senders.get(this.#text);
    return this.#sender === 'unreadable' ? null : this.#sender;
  }

  /** The sender was asked for and cannot be read: what was decided with it counts for nothing. */
  get senderProblem(): boolean {
    return this.#sender === 'unreadable';
  }
}

function readAddress(text: string): Read<IpAddress> {
  return parseIp(text) ?? 'unreadable';
}

function readSender(text: string): Read<ReversePath> {
  return text === '' ? null : readMailbox(text);
}

function readMailbox(text: string): Read<Mailbox> {
  const mailbox = parseMailbox(text);
  return isAddressError(mailbox) ? 'unreadable' : mailbox;
}
