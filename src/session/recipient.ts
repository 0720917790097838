/** Proceeding with RCPT: the policy is asked, and the envelope or the log is added to. */
import type { ForwardPath } from '../mail/mod.ts';
import { formatRule } from '../policy/mod.ts';
import { formatReply } from '../smtp/mod.ts';
import type { Acting } from './acting.ts';
import { judge, type Judgement } from './judge.ts';
import { standing, type State } from './state.ts';

type InTransaction = Extract<State, { phase: 'transaction' }>;

export function judgeRecipient(session: Acting, to: ForwardPath): void {
  const { state, services, peer, settings } = session;
  if (state.phase !== 'transaction') throw new Error(`a recipient in phase ${state.phase}`);
  const question = {
    to,
    transaction: state.transaction,
    standing: standing(state),
    peer,
    listener: settings.name,
    at: services.clock.now(),
  };
  const judgement = judge(question, services.policy(), services.directory);
  if (judgement.accepted === undefined) refused(session, judgement, state);
  else {
    const recipients = [...state.transaction.recipients, judgement.accepted];
    session.become({ ...state, transaction: { ...state.transaction, recipients } });
  }
  session.say(judgement.reply);
}

function refused(session: Acting, { decision, reply }: Judgement, state: InTransaction): void {
  session.countError();
  session.services.emit('recipient.refused', {
    ...session.ref,
    local: session.peer.localAddress.text,
    helo: state.hello.name,
    account: state.account ?? null,
    sender: state.transaction.sender?.address ?? '',
    recipient: decision.facts.recipient.address,
    rule: formatRule(decision.rule),
    reason: decision.verdict === 'refused' ? decision.reason : '',
    reply: formatReply(reply).trimEnd(),
  });
}
