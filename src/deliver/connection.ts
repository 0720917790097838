/** A connection that is ready for messages: greeted, introduced, protected and signed in as its endpoint asks. */
import type { Channel } from './channel.ts';
import type { Endpoint } from './endpoint.ts';
import type { Limits } from './limits.ts';
import type { Handed } from './types.ts';
import type { Answerer, Verdict } from './verdict.ts';

export interface Connection extends Answerer {
  readonly endpoint: Endpoint;
  readonly channel: Channel;
  /** The certificate stood the usual test; undefined in clear text. */
  readonly verified: boolean | undefined;
  /** Keywords in upper case and their parameters; empty after HELO. */
  readonly extensions: ReadonlyMap<string, string>;
  /** As its server stated them. */
  readonly limits: Limits;
  readonly handed: Handed;
  /** Messages tried on it. */
  served: number;
  /** Transactions that have it: at most one that waits for its last reply, and the next. */
  holders: number;
  /** The last transaction was left open: RSET comes first in the next. */
  mustReset: boolean;
}

/** No connection came about. */
export interface Unopened {
  readonly kind: 'unopened';
  readonly verdict: Verdict;
  /** Another address of the same destination may do better. */
  readonly elsewhere: boolean;
  /** The peer said something; false when nobody answered. */
  readonly answered: boolean;
}

export type Opened = { readonly kind: 'open'; readonly connection: Connection } | Unopened;

/** Makes a connection to an endpoint. Never rejects. */
export type OpenConnection = (endpoint: Endpoint, signal: AbortSignal) => Promise<Opened>;
