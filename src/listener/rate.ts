/**
 * New connections in a second: a token bucket for all, and one for each address. A bucket holds the tokens of one second, so as
 * many may come at once after a second of rest, and in any second at most twice as many.
 *
 * Bounded by itself: only a connection that is let in gets its address a bucket, and a bucket that was not used for a second is
 * full again and forgotten. A refused connection takes no token, so nobody who is over his own rate uses up that of all.
 */
import type { AdmissionLimits } from './admission.ts';

interface Bucket {
  readonly tokens: number;
  /** As of this moment, milliseconds since the epoch. */
  readonly at: number;
}

type Rates = Pick<AdmissionLimits, 'connectionsPerSecond' | 'connectionsPerSecondPerAddress'>;

/** Milliseconds. */
const SECOND = 1_000;

export class ConnectionRate {
  #all: Bucket | undefined;
  /** The least recently used first. */
  readonly #perAddress = new Map<string, Bucket>();

  /** Addresses that are remembered. */
  get size(): number {
    return this.#perAddress.size;
  }

  /** Takes a token of both, or says which is empty and takes none. */
  take(address: string, rates: Rates, now: number): keyof Rates | undefined {
    this.#forget(now);
    const all = filled(this.#all, rates.connectionsPerSecond, now);
    if (all < 1) return 'connectionsPerSecond';
    const own = filled(this.#perAddress.get(address), rates.connectionsPerSecondPerAddress, now);
    if (own < 1) return 'connectionsPerSecondPerAddress';
    this.#all = { tokens: all - 1, at: now };
    this.#perAddress.delete(address);
    this.#perAddress.set(address, { tokens: own - 1, at: now });
    return undefined;
  }

  #forget(now: number): void {
    for (const [address, { at }] of this.#perAddress) {
      if (Math.abs(now - at) < SECOND) return;
      this.#perAddress.delete(address);
    }
  }
}

/** A clock that was set back fills nothing and takes nothing. */
function filled(bucket: Bucket | undefined, rate: number, now: number): number {
  if (bucket === undefined) return rate;
  return Math.min(rate, bucket.tokens + (Math.max(0, now - bucket.at) * rate) / SECOND);
}
