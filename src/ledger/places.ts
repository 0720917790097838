/**
 * From where accounts were signed in to: pairs of account and client network. Who has the password of an account adds to them,
 * nobody else, and no account can have so many that those of others are forgotten. Pure.
 */

/** A place from where nobody signs in for this long is forgotten. Milliseconds. */
export const FORGET_PLACE_AFTER = 90 * 86_400_000;
/** Of one account; the one that was used the longest ago is forgotten first. */
export const MOST_PLACES_OF_ONE = 64;
/** Of all accounts; those of the account that was used the longest ago are forgotten first. */
const MOST_PLACES = 100_000;
/** A use is remembered to within this time, so that not every login is written down. Milliseconds. */
const EXACTNESS = 86_400_000;

export interface SignInPlace {
  /** As `accountKey()` makes it. */
  readonly account: string;
  readonly network: string;
  /** Milliseconds since the epoch. */
  readonly lastUsed: number;
}

export class Places {
  /** The least recently used account first, and in it the least recently used place. */
  readonly #accounts = new Map<string, Map<string, number>>();
  readonly #most: number;
  readonly #changed = new Map<string, Pick<SignInPlace, 'account' | 'network'>>();
  #size = 0;

  constructor(kept: Iterable<SignInPlace> = [], most = MOST_PLACES) {
    this.#most = most;
    const inOrder = [...kept].sort((one, other) => one.lastUsed - other.lastUsed);
    for (const { account, network, lastUsed } of inOrder) this.#put(account, network, lastUsed);
    this.#changed.clear();
  }

  get size(): number {
    return this.#size;
  }

  has(account: string, network: string): boolean {
    return this.#accounts.get(account)?.has(network) ?? false;
  }

  /** Somebody signed in to this account from there. */
  use(account: string, network: string, now: number): void {
    const last = this.#accounts.get(account)?.get(network);
    if (last === undefined || Math.abs(now - last) >= EXACTNESS) this.#put(account, network, now);
  }

  /** Forgets places that were not used for long. */
  sweep(now: number): void {
    for (const [account, places] of this.#accounts) {
      for (const [network, lastUsed] of places) {
        if (lastUsed > now - FORGET_PLACE_AFTER) break;
        this.#remove(account, network);
      }
    }
  }

  all(): readonly SignInPlace[] {
    return [...this.#accounts].flatMap(([account, places]) =>
      [...places].map(([network, lastUsed]) => ({ account, network, lastUsed })),
    );
  }

  /** The places that were changed since this was asked last; `lastUsed` undefined: forgotten. */
  takeChanges(): readonly (Omit<SignInPlace, 'lastUsed'> & { readonly lastUsed: number | undefined })[] {
    const changes = [...this.#changed.values()].map(({ account, network }) => ({
      account,
      network,
      lastUsed: this.#accounts.get(account)?.get(network),
    }));
    this.#changed.clear();
    return changes;
  }

  #put(account: string, network: string, lastUsed: number): void {
    const places = this.#accounts.get(account) ?? new Map<string, number>();
    this.#accounts.delete(account);
    this.#accounts.set(account, places);
    this.#size += places.delete(network) ? 0 : 1;
    places.set(network, lastUsed);
    this.#changed.set(`${account} ${network}`, { account, network });
    const [oldest] = places.keys();
    if (places.size > MOST_PLACES_OF_ONE && oldest !== undefined) this.#remove(account, oldest);
    const [first] = this.#accounts;
    const [firstNetwork] = first?.[1].keys() ?? [];
    if (this.#size > this.#most && first !== undefined && firstNetwork !== undefined)
      this.#remove(first[0], firstNetwork);
  }

  #remove(account: string, network: string): void {
    const places = this.#accounts.get(account);
    if (places?.delete(network) !== true) return;
    this.#size -= 1;
    if (places.size === 0) this.#accounts.delete(account);
    this.#changed.set(`${account} ${network}`, { account, network });
  }
}
