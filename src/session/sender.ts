/** Proceeding with MAIL: the screen is asked about the sender, and the transaction begins or is refused. */
import { formatScreenRule } from '../screen/mod.ts';
import { formatReply } from '../smtp/mod.ts';
import type { Acting } from './acting.ts';
import { forwardedFields } from './forwarded.ts';
import { refusalFor, withReference } from './refusals.ts';
import { REPLIES } from './replies.ts';
import { screenSender } from './screening.ts';
import type { TransactionState } from './state.ts';

/** Answers MAIL. @returns the state in which the session goes on; undefined: as before. */
export function judgeMail(session: Acting, next: TransactionState): TransactionState | undefined {
  const { services, ref, peer } = session;
  const { forwarded } = next.transaction;
  if (forwarded !== undefined) services.emit('session.xforward', { ...ref, ...forwardedFields(forwarded) });
  const verdict = screenSender(session, next);
  if (verdict.kind === 'refuse') {
    const reply = withReference(refusalFor(verdict.rule, peer.client.text), peer.id);
    session.countError();
    services.emit('sender.refused', {
      ...ref,
      account: next.account ?? null,
      sender: next.transaction.sender?.address ?? '',
      rule: formatScreenRule(verdict.rule),
      reply: formatReply(reply).trimEnd(),
    });
    session.say(reply);
    return undefined;
  }
  session.say(REPLIES.senderOk);
  if (verdict.kind === 'pass') return next;
  return { ...next, transaction: { ...next.transaction, quarantine: verdict.rule } };
}
