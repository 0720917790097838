/** Asks the screen: gathers what its rules look at. It is asked only of what the policy accepted, and can only narrow that. */
import { holdsGrant, type Decision } from '../policy/mod.ts';
import {
  judgeAccountSender,
  judgeGrantSender,
  judgeSender,
  PASS,
  strictest,
  type Caller,
  type Owns,
  type Verdict,
} from '../screen/mod.ts';
import type { Acting } from './acting.ts';
import type { TransactionState } from './state.ts';

/** Who asks, as far as the screen needs to know. */
export function callerOf(
  { peer, services, settings }: Acting,
  { account, transaction }: Pick<TransactionState, 'account' | 'transaction'>,
): Caller {
  const { client, localAddress } = peer;
  const facts = {
    client,
    localAddress,
    listener: settings.name,
    sender: transaction.sender,
    at: services.clock.now(),
  };
  return { client, account, holdsGrant: account === undefined && holdsGrant(facts, services.policy()) };
}

/** What the account of the caller owns. */
export function ownerOf({ services }: Acting, { account }: Caller): Owns {
  return ({ address }) => account !== undefined && services.authenticator.owns(account, address);
}

/** The verdict on MAIL: the filters, and whether the account may send so. */
export function screenSender(session: Acting, state: TransactionState): Verdict {
  const rules = session.services.screen();
  const { sender } = state.transaction;
  const caller = callerOf(session, state);
  return strictest([
    judgeSender(rules.filters, caller.client, sender),
    judgeAccountSender(rules, caller, { sender, owns: ownerOf(session, caller) }),
  ]);
}

/** The verdict on a recipient that the policy accepted. */
export function screenRecipient(
  session: Acting,
  { transaction }: TransactionState,
  { rule }: Decision,
): Promise<Verdict> | Verdict {
  const rules = session.services.screen();
  if (rule.kind === 'grant') return judgeGrantSender(rules, rule.name, transaction.sender);
  return PASS;
}
