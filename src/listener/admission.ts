/**
 * How many connections there may be: at once and in a second, in all and from one address. Counted per worker. An IPv6 client is
 * its /64: whoever has one address of it has them all.
 *
 * Programs on this machine may connect as often as they like: a filter or a tunnel opens a connection for each message.
 *
 * Asked when a connection is accepted, or when the proxy has said for whom; before anything is looked up.
 */
import { isLoopback, type IpAddress } from '../std/mod.ts';
import { ConnectionRate } from './rate.ts';

export interface AdmissionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** New ones in a second; as many at once after a second of rest. */
  readonly connectionsPerSecond: number;
  readonly connectionsPerSecondPerAddress: number;
}

/** Why a connection is not admitted. */
export type Refusal =
  /** Too many at once: in all, from its address. */
  | 'connections'
  | 'connectionsPerAddress'
  /** Too many in a second: in all, from its address. */
  | 'connectionsPerSecond'
  | 'connectionsPerSecondPerAddress';

export class Admission {
  readonly #limits: () => AdmissionLimits;
  readonly #perAddress = new Map<string, number>();
  readonly #rate = new ConnectionRate();
  #total = 0;

  constructor(limits: () => AdmissionLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** How full it is, 0 to 1. */
  get load(): number {
    return this.#total / this.#limits().connections;
  }

  /**
   * Counts a connection in, or says why not. Every one that is counted in is answered with one `leave()`. `now` is in
   * milliseconds since the epoch.
   */
  enter(client: IpAddress, now: number): Refusal | undefined {
    const limits = this.#limits();
    const key = addressKey(client);
    const count = this.#perAddress.get(key) ?? 0;
    if (this.#total >= limits.connections) return 'connections';
    if (count >= limits.connectionsPerAddress) return 'connectionsPerAddress';
    const refusal = isLoopback(client) ? undefined : this.#rate.take(key, limits, now);
    if (refusal !== undefined) return refusal;
    this.#total += 1;
    this.#perAddress.set(key, count + 1);
    return undefined;
  }

  leave(client: IpAddress): void {
    const key = addressKey(client);
    const count = this.#perAddress.get(key) ?? 0;
    this.#total -= 1;
    if (count > 1) this.#perAddress.set(key, count - 1);
    else this.#perAddress.delete(key);
  }
}

function addressKey(client: IpAddress): string {
  return client.family === 4 ? client.text : `6:${client.value >> 64n}`;
}
