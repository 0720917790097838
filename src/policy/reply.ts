/** What the client is told. It names the restriction that refused and never another rule. */
import type { EnhancedStatus } from '../smtp/mod.ts';
import type { Decision, RefusalReason } from './types.ts';

export interface DecisionReply {
  readonly code: 250 | 451 | 550;
  /** RFC 3463, without its class, which is the first digit of `code`: `7.1` of `550 5.7.1`. */
  readonly status: EnhancedStatus;
  /** One line of printable ASCII; the session appends its reference. */
  readonly text: string;
}

/**
 * The reply to RCPT. Addresses and domains in it are those that the client gave, before any rewriting: what we make of
 * them is not the client's to know.
 */
export function replyFor(decision: Decision): DecisionReply {
  if (decision.verdict === 'accepted') return { code: 250, status: '1.5', text: 'Recipient accepted' };
  return REFUSALS[decision.reason](decision);
}

/** `550 5.7.1`: the enhanced status with its class. */
export function formatReplyCode({ code, status }: DecisionReply): string {
  return `${code} ${String(code).charAt(0)}.${status}`;
}

const REFUSALS: Record<RefusalReason, (decision: Decision) => DecisionReply> = {
  unknownMailbox: ({ facts }) => ({
    code: 550,
    status: '1.1',
    text: `No such mailbox here: ${facts.recipient.address}`,
  }),
  mailboxUnavailable: () => ({
    code: 451,
    status: '3.0',
    text: 'Mailboxes cannot be looked up now, try again later',
  }),
  routingCharacters: prohibited('routing characters in the local part'),
  rerouteOff: prohibited('reroute off'),
  neverRule: prohibited('never'),
  noGrant: prohibited('none matched'),
};

function prohibited(restriction: string): (decision: Decision) => DecisionReply {
  return ({ facts }) => ({
    code: 550,
    status: '7.1',
    text: `Relaying to ${facts.recipient.domain} is prohibited from ${facts.client.text} (restriction: ${restriction})`,
  });
}
