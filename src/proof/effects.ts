/** What a client, or its mail, notices of a decision: equal texts are the same effect, whichever rule decided. */
import { formatReplyCode, replyFor } from '../policy/mod.ts';
import type { Decision, Destination } from '../policy/mod.ts';
import { formatHost } from '../std/mod.ts';

/** Of a client that gets no right to relay. */
export const PROHIBITED = 'refused 550 5.7.1';

/**
 * `relayed`, `inbound`, `forwarded to mail.branch.internal:25`, with `as contoso.example` when the domain is rewritten, or
 * `refused 550 5.7.1`. A refusal is the reply's code: its text names the restriction, which is a rule.
 */
export function effectText(decision: Decision): string {
  if (decision.verdict === 'refused') return `refused ${formatReplyCode(replyFor(decision))}`;
  const { recipient, destination, facts } = decision;
  const rewritten = recipient.domain === facts.recipient.domain ? undefined : recipient.domain;
  return acceptedText(destination, rewritten);
}

/** `rewritten`: the domain that took the place of the recipient's own. */
export function acceptedText(destination: Destination, rewritten: string | undefined): string {
  return `${describeDestination(destination)}${rewritten === undefined ? '' : ` as ${rewritten}`}`;
}

function describeDestination(destination: Destination): string {
  switch (destination.kind) {
    case 'inbound':
      return 'inbound';
    case 'forward':
      return `forwarded to ${formatHost(destination.to)}`;
    case 'outbound':
      return 'relayed';
    default:
      return destination satisfies never;
  }
}
