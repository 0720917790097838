/** A bounded memory with expiry: the entry not used for longest makes room. */

export interface Cache<T> {
  /** Undefined when absent or expired at `now` (milliseconds). */
  get(key: string, now: number): T | undefined;
  set(key: string, entry: Entry<T>): void;
  /** The weight of all entries. */
  readonly weight: number;
}

export interface Entry<T> {
  readonly value: T;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** How much of the limit it takes; 1 or more. */
  readonly weight: number;
}

/** `limit`: what all entries may weigh together. */
export function createCache<T>(limit: number): Cache<T> {
  // A Map keeps the order of insertion; a used entry is put back in as the last one.
  const entries = new Map<string, Entry<T>>();
  let weight = 0;

  function drop(key: string): Entry<T> | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    entries.delete(key);
    weight -= entry.weight;
    return entry;
  }

  function keep(key: string, entry: Entry<T>): void {
    entries.set(key, entry);
    weight += entry.weight;
  }

  return {
    get(key, now) {
      const entry = drop(key);
      if (entry === undefined || entry.expires <= now) return undefined;
      keep(key, entry);
      return entry.value;
    },
    set(key, entry) {
      drop(key);
      if (entry.weight > limit) return;
      for (const oldest of entries.keys()) {
        if (weight + entry.weight <= limit) break;
        drop(oldest);
      }
      keep(key, entry);
    },
    get weight() {
      return weight;
    },
  };
}
