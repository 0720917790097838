/** Asks the screen: gathers what its rules look at. It is asked only of what the policy accepted, and can only narrow that. */
import { heloPlausible, type DnsFacts, type HeloVerdict } from '../facts/mod.ts';
import { postmasterAt, type Domain } from '../mail/mod.ts';
import { holdsGrant, locate, type Decision } from '../policy/mod.ts';
import {
  asksDns,
  asksNetwork,
  isStranger,
  judgeAccountSender,
  judgeGrantSender,
  judgeNetwork,
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
export function ownerOf({ services }: Acting, { account }: Pick<Caller, 'account'>): Owns {
  return ({ address }) => account !== undefined && services.authenticator.owns(account, address);
}

/** The verdict on MAIL: the filters, and whether the account may send so. */
export function screenSender(session: Acting, state: TransactionState): Verdict {
  const rules = session.services.screen();
  const { account, transaction } = state;
  const { sender } = transaction;
  const { client } = session.peer;
  return strictest([
    judgeSender(rules.filters, client, sender),
    judgeAccountSender(rules, { client, account }, { sender, owns: ownerOf(session, { account }) }),
  ]);
}

/** Milliseconds that the first recipient of a stranger waits for DNS; what is not known then refuses nobody. */
const DNS_WAIT = 3000;
const NOTHING_KNOWN: DnsFacts = { name: { kind: 'unknown' }, lists: [] };

/** DNS is asked when a client connects, so that the answers are there when they are needed; nothing waits for them. */
export function lookUp({ services, settings, peer }: Acting): void {
  if (settings.purpose === 'transfer' && asksDns(services.screen())) services.facts.look(peer.client);
}

/** The verdict on a recipient that the policy accepted. */
export function screenRecipient(
  session: Acting,
  state: TransactionState,
  decision: Decision,
): Promise<Verdict> | Verdict {
  const { services, settings, peer } = session;
  const rules = services.screen();
  const { rule } = decision;
  const { transaction } = state;
  if (rule.kind === 'grant') return judgeGrantSender(rules, rule.name, transaction.sender);
  if (settings.purpose !== 'transfer' || !asksNetwork(rules)) return PASS;
  if (!isStranger(rules, callerOf(session, state))) return PASS;
  if (transaction.dns !== undefined) return judgeStranger(session, state, decision, transaction.dns);
  if (!asksDns(rules)) return learn(session, decision, NOTHING_KNOWN);
  return services.facts
    .look(peer.client)
    .settle(DNS_WAIT)
    .then((dns) => learn(session, decision, dns));
}

/** What is known of the client is written down once for the message, and kept for its other recipients. */
function learn(session: Acting, decision: Decision, dns: DnsFacts): Verdict {
  const { state, services, ref } = session;
  if (state.phase !== 'transaction') return PASS; // gone meanwhile
  session.become({ ...state, transaction: { ...state.transaction, dns } });
  services.emit('client.looked', {
    ...ref,
    helo: state.hello.name,
    reverse: dns.name.kind,
    heloName: heloVerdict(session, state),
    listedIn: dns.lists.filter(({ verdict }) => verdict === 'listed').map(({ list }) => list),
  });
  return judgeStranger(session, state, decision, dns);
}

function judgeStranger(
  session: Acting,
  state: TransactionState,
  { recipient }: Decision,
  dns: DnsFacts,
): Verdict {
  const heloIsPlausible = heloVerdict(session, state) === 'plausible';
  return judgeNetwork(session.services.screen(), { dns, heloIsPlausible, recipient });
}

function heloVerdict({ peer, settings, services }: Acting, { hello }: TransactionState): HeloVerdict {
  const inbound = (domain: Domain): boolean =>
    locate(postmasterAt(domain), services.policy()).route?.kind === 'inbound';
  return heloPlausible(hello.name, peer.client, { hostname: settings.hostname, inbound });
}
