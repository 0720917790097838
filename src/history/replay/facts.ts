/**
 * The facts of a recorded decision, ready to be decided again, by whatever policy.
 *
 * All facts are recorded, but for one that belongs to the policy: whether the mailbox exists at which the routes end. When the policy
 * that decides now ends at the same mailbox, what the directory said then counts. When it ends at another, nobody asked for that one
 * then, and the directory is asked now.
 */
import { isAddressError, parseMailbox } from '../../mail/mod.ts';
import type { Mailbox, ReversePath } from '../../mail/mod.ts';
import { locate } from '../../policy/mod.ts';
import type { Facts, MailboxFact, Policy } from '../../policy/mod.ts';
import { parseIp } from '../../std/mod.ts';
import type { IpAddress } from '../../std/mod.ts';
import type { DecisionRecord } from '../types.ts';
import { Memo } from './memo.ts';

export type Recalled =
  | {
      readonly kind: 'facts';
      readonly facts: Facts;
      /** The mailbox was not asked for then: it is today's answer. */
      readonly today: boolean;
    }
  /** The mailbox was not asked for then and cannot be asked for now. */
  | { readonly kind: 'mailbox' }
  /** What is recorded is not an address to this version. */
  | { readonly kind: 'unreadable'; readonly field: 'client' | 'localAddress' | 'sender' | 'recipient' };

/** Answers what the directory says of a mailbox today. */
export type Lookup = (mailbox: Mailbox) => MailboxFact;

/** A recipient as text, read; `inbound`: the mailbox that the routes end at, when they end in one of ours. */
interface ReadRecipient {
  readonly mailbox: Mailbox;
  readonly inbound: Mailbox | undefined;
}

/** Texts of each kind that are remembered. More would be found more often, and slower: they no longer fit the processor's cache. */
const REMEMBERED = 8192;

/** Recalls facts for one policy. It remembers what it read and what the directory said, so it is for one use and not for keeping. */
export function createRecall(policy: Policy, lookup: Lookup): (record: DecisionRecord) => Recalled {
  const addresses = new Memo(REMEMBERED, (text): IpAddress | null => parseIp(text) ?? null);
  const senders = new Memo(REMEMBERED, readSender);
  const recipients = new Memo(REMEMBERED, (text) => readRecipient(text, policy));
  const mailboxes = new Memo(REMEMBERED, (text): MailboxFact => {
    const inbound = recipients.get(text)?.inbound;
    return inbound === undefined ? 'notAsked' : lookup(inbound);
  });

  return (record) => {
    const client = addresses.get(record.client);
    if (client === null) return { kind: 'unreadable', field: 'client' };
    const localAddress = addresses.get(record.localAddress);
    if (localAddress === null) return { kind: 'unreadable', field: 'localAddress' };
    const sender = senders.get(record.sender);
    if (sender === 'unreadable') return { kind: 'unreadable', field: 'sender' };
    const recipient = recipients.get(record.recipient);
    if (recipient === null) return { kind: 'unreadable', field: 'recipient' };
    const { inbound } = recipient;
    const today = inbound !== undefined && !wasAsked(record, inbound);
    const mailbox = today ? mailboxes.get(record.recipient) : factThen(record, inbound);
    if (today && mailbox === 'unavailable') return { kind: 'mailbox' };
    const facts: Facts = {
      client,
      localAddress,
      listener: record.listener,
      account: record.account ?? undefined,
      sender,
      recipient: recipient.mailbox,
      mailbox,
      at: record.at,
    };
    return { kind: 'facts', facts, today };
  };
}

/** Whether the directory was asked for this very mailbox then. */
function wasAsked({ mailbox, address }: DecisionRecord, inbound: Mailbox): boolean {
  return mailbox !== 'notAsked' && address === inbound.address;
}

function factThen({ mailbox }: DecisionRecord, inbound: Mailbox | undefined): MailboxFact {
  return inbound === undefined ? 'notAsked' : mailbox;
}

function readSender(text: string): ReversePath | 'unreadable' {
  if (text === '') return null;
  const mailbox = parseMailbox(text);
  return isAddressError(mailbox) ? 'unreadable' : mailbox;
}

function readRecipient(text: string, policy: Policy): ReadRecipient | null {
  const mailbox = parseMailbox(text);
  if (isAddressError(mailbox)) return null;
  const location = locate(mailbox, policy);
  return { mailbox, inbound: location.route?.kind === 'inbound' ? location.mailbox : undefined };
}
