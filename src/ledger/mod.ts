/**
 * The ledger: how much the grants have carried against their limits, which clients look like gateways, and who guesses passwords
 * and mailboxes. Shared by all workers, kept over restarts.
 */
export { accountKey } from './accountKey.ts';
export type { Level } from './bucket.ts';
export { clientNetwork, countingsOf, type Counting } from './counting.ts';
export type { LimitInUse, Taken } from './counters.ts';
export type { LedgerEvents } from './events.ts';
export type { HostAddress, Sighting, Suspect, SuspicionReason } from './gateways.ts';
export {
  LONGEST_DELAY,
  recipientDelay,
  type GuardAnswer,
  type Guarded,
  type GuardLimits,
  type LoginAttempt,
} from './guard.ts';
export { Ledger, type LedgerOptions } from './ledger.ts';
export { nameOf } from './names.ts';
export { Tally } from './tally.ts';
