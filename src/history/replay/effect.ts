/** What a client meets, the rule apart: decisions with the same effect are the same to everybody outside. */
import type { RefusalReason } from '../../policy/mod.ts';
import type { AcceptedAs, DecisionRecord } from '../types.ts';

/** How it is accepted, or the reply that refuses it. Which host forwarded mail goes to is not recorded and makes no difference here. */
export type Effect = 'relayed' | 'inbound' | 'forwarded' | '550 5.1.1' | '451 4.3.0' | '550 5.7.1';

const EFFECTS: Record<AcceptedAs | RefusalReason, Effect> = {
  inbound: 'inbound',
  forward: 'forwarded',
  relay: 'relayed',
  alwaysRelay: 'relayed',
  unknownMailbox: '550 5.1.1',
  mailboxUnavailable: '451 4.3.0',
  routingCharacters: '550 5.7.1',
  rerouteOff: '550 5.7.1',
  neverRule: '550 5.7.1',
  noGrant: '550 5.7.1',
};

export function effectOf(outcome: DecisionRecord['outcome']): Effect {
  return EFFECTS[outcome];
}

export function isAccepted(effect: Effect): boolean {
  return effect === 'relayed' || effect === 'inbound' || effect === 'forwarded';
}
