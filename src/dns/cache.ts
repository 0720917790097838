/** A bounded memory with expiry: the entry not used for longest makes room. */

export interface Cache<T> {
  /** Undefined when absent or expired at `now` (milliseconds). */
  get(key: string, now: number): T | undefined;
  set(key: string, value: T, expires: number): void;
  readonly size: number;
}

export function createCache<T>(limit: number): Cache<T> {
  // A Map keeps the order of insertion; a used entry is put back in as the last one.
  const entries = new Map<string, { readonly value: T; readonly expires: number }>();
  return {
    get(key, now) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (entry.expires <= now) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, expires) {
      entries.delete(key);
      if (limit <= 0) return;
      if (entries.size >= limit) {
        const oldest = entries.keys().next();
        if (oldest.done !== true) entries.delete(oldest.value);
      }
      entries.set(key, { value, expires });
    },
    get size() {
      return entries.size;
    },
  };
}
