/** Asks the policy about one recipient: gathers the facts, and turns the decision into a reply. */
import { Buffer } from 'node:buffer';
import { postmasterAt, type ForwardPath, type Mailbox } from '../mail/mod.ts';
import { decide, formatRule, locate, replyFor, type Decision, type Policy } from '../policy/mod.ts';
import type { RcptParameters, Reply } from '../smtp/mod.ts';
import type { Standing, Transaction } from './state.ts';
import type { AcceptedRecipient, Directory, Peer } from './types.ts';

export interface Judgement {
  readonly decision: Decision;
  readonly reply: Reply;
  /** What is added to the envelope; undefined when refused. */
  readonly accepted: AcceptedRecipient | undefined;
}

export interface Question {
  readonly to: ForwardPath;
  readonly parameters: RcptParameters;
  readonly transaction: Transaction;
  readonly standing: Standing;
  readonly peer: Peer;
  readonly listener: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export function judge(question: Question, policy: Policy, directory: Directory): Judgement {
  const { to, peer, parameters } = question;
  const recipient = to.kind === 'postmaster' ? postmasterAt(policy.postmasterDomain) : to.mailbox;
  const decision = decide(
    {
      client: peer.client,
      localAddress: peer.localAddress,
      listener: question.listener,
      account: question.standing.account,
      sender: question.transaction.sender,
      recipient,
      mailbox: mailboxFact(recipient, policy, directory),
      at: question.at,
    },
    policy,
  );
  if (decision.verdict === 'refused')
    return { decision, reply: toReply(decision, ` [${peer.id}]`), accepted: undefined };
  return {
    decision,
    reply: toReply(decision, ''),
    accepted: {
      address: decision.recipient.address,
      original: recipient.address,
      by: formatRule(decision.rule),
      notify: parameters.notify,
      originalRecipient: detached(parameters.originalRecipient),
    },
  };
}

/** A copy of ASCII text: what is cut from a line keeps the whole line in memory, and a line may be four times as long. */
function detached(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'latin1').toString('latin1');
}

/** The directory is asked for inbound recipients only. */
function mailboxFact(
  recipient: Mailbox,
  policy: Policy,
  directory: Directory,
): ReturnType<Directory['lookup']> {
  const located = locate(recipient, policy);
  return located.route?.kind === 'inbound' ? directory.lookup(located.mailbox) : 'notAsked';
}

/** The policy's words; a refusal ends in the session's name, by which the administrator finds the decision. */
function toReply(decision: Decision, reference: string): Reply {
  const { code, status, text } = replyFor(decision);
  return { code, status, lines: [`${text}${reference}`] };
}
