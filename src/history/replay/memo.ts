/** Remembers what was made of a key, for the keys that were asked for lately; bounded, whatever the keys are. */
export class Memo<Value> {
  readonly #make: (key: string) => Value;
  readonly #limit: number;
  #young = new Map<string, Value>();
  /** The generation before: dropped when the young one is full, unless asked for meanwhile. */
  #old = new Map<string, Value>();

  /** Keeps between `limit` and twice as many values; `make` has no other effect and may be asked again for a key. */
  constructor(limit: number, make: (key: string) => Value) {
    this.#limit = limit;
    this.#make = make;
  }

  get(key: string): Value {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const value = this.#old.get(key) ?? this.#make(key);
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
    return value;
  }
}
