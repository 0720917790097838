/**
 * Proceeding with RCPT: the policy is asked, then what restrains the grant that let the recipient in, and the envelope or the
 * log is added to. The restraint can only refuse (design 4.2, 5), and most recipients are not subject to any: those are answered
 * at once.
 */
import type { ForwardPath } from '../mail/mod.ts';
import { formatRule, type Decision } from '../policy/mod.ts';
import { formatReply, type RcptParameters, type Reply } from '../smtp/mod.ts';
import type { Acting } from './acting.ts';
import { judge, type Judgement } from './judge.ts';
import { gatewayRefused, limitReached, REPLIES } from './replies.ts';
import { standing, type State } from './state.ts';
import type { Restrained } from './types.ts';

type InTransaction = Extract<State, { phase: 'transaction' }>;

/** Resolves when the recipient is answered; undefined: it is already. */
export function judgeRecipient(
  session: Acting,
  to: ForwardPath,
  parameters: RcptParameters,
): Promise<void> | undefined {
  const { state, services, peer, settings } = session;
  if (state.phase !== 'transaction') throw new Error(`a recipient in phase ${state.phase}`);
  const question = {
    to,
    parameters,
    transaction: state.transaction,
    standing: standing(state),
    peer,
    listener: settings.name,
    at: services.clock.now(),
  };
  const judgement = judge(question, services.policy(), services.directory);
  const { decision } = judgement;
  const asked =
    judgement.accepted !== undefined && decision.rule.kind === 'grant'
      ? services.restraint.check(decision, { session: peer.id, helo: state.hello.name })
      : undefined;
  if (asked !== undefined) return asked.then((restrained) => conclude(session, judgement, restrained));
  conclude(session, judgement, undefined);
  return undefined;
}

function conclude(session: Acting, judgement: Judgement, restrained: Restrained | undefined): void {
  const { state } = session;
  if (state.phase !== 'transaction') return; // gone meanwhile
  const { decision, accepted } = judgement;
  const reply = restrained === undefined ? judgement.reply : restrainedReply(session, decision, restrained);
  if (accepted === undefined || restrained !== undefined) {
    // To be told to come back later is no error of the client's; a message to many would end in 421.
    if (restrained === undefined || restrained.reason === 'suspectGateway') session.countError();
    refused(session, decision, { reply, restrained, state });
  } else {
    const recipients = [...state.transaction.recipients, accepted];
    session.become({ ...state, transaction: { ...state.transaction, recipients } });
  }
  session.services.history.decided({
    session: session.peer.id,
    transaction: state.transaction.number,
    helo: state.hello.name,
    decision,
    reply,
    restrained: restrained?.reason ?? null,
  });
  session.say(reply);
}

function restrainedReply({ peer, services }: Acting, { facts }: Decision, restrained: Restrained): Reply {
  const reply = (): Reply => {
    switch (restrained.reason) {
      case 'limit':
        return limitReached(restrained.until, services.clock.now());
      case 'suspectGateway':
        return gatewayRefused(facts.client.text);
      case 'unavailable':
        return REPLIES.limitsUnavailable;
      default:
        return restrained satisfies never;
    }
  };
  const { lines, ...rest } = reply();
  return { ...rest, lines: [`${lines.join(' ')} [${peer.id}]`] };
}

interface Refusal {
  readonly reply: Reply;
  readonly restrained: Restrained | undefined;
  readonly state: InTransaction;
}

function refused(session: Acting, decision: Decision, { reply, restrained, state }: Refusal): void {
  session.services.emit('recipient.refused', {
    ...session.ref,
    local: session.peer.localAddress.text,
    helo: state.hello.name,
    account: state.account ?? null,
    sender: state.transaction.sender?.address ?? '',
    recipient: decision.facts.recipient.address,
    rule: formatRule(decision.rule),
    reason: decision.verdict === 'refused' ? decision.reason : (restrained?.reason ?? ''),
    reply: formatReply(reply).trimEnd(),
  });
}
