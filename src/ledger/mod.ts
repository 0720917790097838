/**
 * The ledger: how much the grants have carried against their limits, and which clients look like gateways. Shared by all workers,
 * kept over restarts.
 */
export { countingsOf, type Counting } from './counting.ts';
export type { LimitInUse, Taken } from './counters.ts';
export type { LedgerEvents } from './events.ts';
export type { HostAddress, Sighting, Suspect, SuspicionReason } from './gateways.ts';
export { Ledger, type LedgerOptions } from './ledger.ts';
export { nameOf } from './names.ts';
