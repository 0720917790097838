/**
 * Proceeding with RCPT: the policy is asked, then, of what it accepted, the screen and what restrains the grant that let the
 * recipient in, and the envelope or the log is added to. These can only refuse (design 4.2, 5), and most recipients are subject to
 * none: those are answered at once.
 */
import type { ForwardPath } from '../mail/mod.ts';
import { formatRule, type Decision } from '../policy/mod.ts';
import { formatScreenRule, isStranger, type Verdict } from '../screen/mod.ts';
import { formatReply, type RcptParameters, type Reply } from '../smtp/mod.ts';
import type { Acting } from './acting.ts';
import { recipientOctets } from './envelope.ts';
import { judge, type Judgement } from './judge.ts';
import { refusalFor, withReference } from './refusals.ts';
import { gatewayRefused, limitReached, REPLIES } from './replies.ts';
import { callerOf, screenRecipient } from './screening.ts';
import { standing, type Transaction, type TransactionState } from './state.ts';
import type { AcceptedRecipient, Guard, Restrained, ScreenedOut } from './types.ts';

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
  const asked = judgement.accepted === undefined ? undefined : narrow(session, state, judgement.decision);
  return asked instanceof Promise
    ? asked.then((restrained) => conclude(session, judgement, restrained))
    : conclude(session, judgement, asked);
}

type Narrowed = Restrained | ScreenedOut | undefined;

/** What speaks against a recipient that the policy accepted. The limits of a grant come last: they count what they let pass. */
function narrow(session: Acting, state: TransactionState, decision: Decision): Promise<Narrowed> | Narrowed {
  const { services, peer } = session;
  const verdict = screenRecipient(session, state, decision);
  if (verdict instanceof Promise) return verdict.then(screenedOut);
  const screened = screenedOut(verdict);
  if (screened !== undefined || decision.rule.kind !== 'grant') return screened;
  return services.restraint.check(decision, { session: peer.id, helo: state.hello.name });
}

function screenedOut(verdict: Verdict): ScreenedOut | undefined {
  return verdict.kind === 'refuse' ? { reason: 'screened', rule: verdict.rule } : undefined;
}

function conclude(session: Acting, judgement: Judgement, restrained: Narrowed): Promise<void> | undefined {
  const { state } = session;
  if (state.phase !== 'transaction') return undefined; // gone meanwhile
  const { decision, accepted } = judgement;
  const probed = accepted === undefined ? probing(session, state, decision) : NO_PROBING;
  const reply = probed.end ? REPLIES.tooManyUnknown : narrowedReply(session, judgement, restrained);
  if (accepted === undefined || restrained !== undefined) {
    if (!mayComeBack(restrained)) session.countError();
    refused(session, decision, { reply, restrained, state });
  } else {
    session.become({ ...state, transaction: withRecipient(state.transaction, accepted, decision) });
  }
  session.services.history.decided({
    session: session.peer.id,
    transaction: state.transaction.number,
    helo: state.hello.name,
    decision,
    reply,
    restrained: restrained?.reason ?? null,
  });
  return probed.delayMs > 0
    ? session.pause(probed.delayMs).then(() => answer(session, reply, probed))
    : answer(session, reply, probed);
}

function answer(session: Acting, reply: Reply, { end }: Probing): undefined {
  if (session.state.phase === 'ended') return;
  if (end) session.close(reply, 'limit');
  else session.say(reply);
}

type Probing = ReturnType<Guard['unknownRecipient']>;
const NO_PROBING: Probing = { delayMs: 0, end: false };

/** Who asks for mailboxes that do not exist is slowed down, and turned away in the end; not those we know. */
function probing(session: Acting, state: TransactionState, decision: Decision): Probing {
  if (decision.verdict !== 'refused' || decision.reason !== 'unknownMailbox') return NO_PROBING;
  const { services, peer, ref } = session;
  if (!isStranger(services.screen(), callerOf(session, state))) return NO_PROBING;
  const probed = services.guard.unknownRecipient(peer.client);
  if (probed.end) services.emit('client.probing', { ...ref, recipient: decision.facts.recipient.address });
  return probed;
}

/** To be told to come back later is no error of the client's; a message to many would end in 421. */
function mayComeBack(restrained: Narrowed): boolean {
  return restrained?.reason === 'limit' || restrained?.reason === 'unavailable';
}

function withRecipient(
  transaction: Transaction,
  accepted: AcceptedRecipient,
  { rule }: Decision,
): Transaction {
  const recipients = [...transaction.recipients, accepted];
  const octets = transaction.octets + recipientOctets(accepted);
  if (rule.kind !== 'grant' || transaction.grants.has(rule.name))
    return { ...transaction, recipients, octets };
  return { ...transaction, recipients, octets, grants: new Set([...transaction.grants, rule.name]) };
}

function narrowedReply({ peer, services }: Acting, judgement: Judgement, restrained: Narrowed): Reply {
  if (restrained === undefined) return judgement.reply;
  const { facts } = judgement.decision;
  const reply = (): Reply => {
    switch (restrained.reason) {
      case 'limit':
        return limitReached(restrained.until, services.clock.now());
      case 'suspectGateway':
        return gatewayRefused(facts.client.text);
      case 'unavailable':
        return REPLIES.limitsUnavailable;
      case 'screened':
        return refusalFor(restrained.rule, facts.client.text);
      default:
        return restrained satisfies never;
    }
  };
  return withReference(reply(), peer.id);
}

interface Refusal {
  readonly reply: Reply;
  readonly restrained: Narrowed;
  readonly state: TransactionState;
}

function refused(session: Acting, decision: Decision, { reply, restrained, state }: Refusal): void {
  session.services.emit('recipient.refused', {
    ...session.ref,
    local: session.peer.localAddress.text,
    helo: state.hello.name,
    account: state.account ?? null,
    sender: state.transaction.sender?.address ?? '',
    recipient: decision.facts.recipient.address,
    rule: restrained?.reason === 'screened' ? formatScreenRule(restrained.rule) : formatRule(decision.rule),
    reason: decision.verdict === 'refused' ? decision.reason : (restrained?.reason ?? ''),
    reply: formatReply(reply).trimEnd(),
  });
}
