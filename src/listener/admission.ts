/** How many connections at once: in all, and from one address. Counted per worker. */
import type { IpAddress } from '../std/mod.ts';

export interface AdmissionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

export class Admission {
  readonly #limits: () => AdmissionLimits;
  readonly #perAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: () => AdmissionLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** Counts a connection in; false when there are too many already. Every true is answered with one `leave()`. */
  enter(client: IpAddress): boolean {
    const { connections, connectionsPerAddress } = this.#limits();
    const key = addressKey(client);
    const count = this.#perAddress.get(key) ?? 0;
    if (this.#total >= connections || count >= connectionsPerAddress) return false;
    this.#total += 1;
    this.#perAddress.set(key, count + 1);
    return true;
  }

  leave(client: IpAddress): void {
    const key = addressKey(client);
    const count = this.#perAddress.get(key) ?? 0;
    this.#total -= 1;
    if (count > 1) this.#perAddress.set(key, count - 1);
    else this.#perAddress.delete(key);
  }
}

/** An IPv6 client is its /64: whoever has one address of it has them all. */
function addressKey(client: IpAddress): string {
  return client.family === 4 ? client.text : `6:${client.value >> 64n}`;
}
