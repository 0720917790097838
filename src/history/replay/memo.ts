/**
 * Remembers what was made of a text. It has a place for each of so many texts, and a text that falls on the place of another takes it:
 * always bounded, and cheaper than a Map where most texts are met once.
 */
export class Memo<Value> {
  readonly #make: (text: string) => Value;
  readonly #mask: number;
  readonly #texts: (string | undefined)[];
  readonly #values: (Value | undefined)[];

  /** Has 2 to the power of `bits` places; `make` has no other effect and may be asked again for a text. */
  constructor(bits: number, make: (text: string) => Value) {
    this.#make = make;
    this.#mask = 2 ** bits - 1;
    this.#texts = Array.from({ length: 2 ** bits }, () => undefined);
    this.#values = Array.from({ length: 2 ** bits }, () => undefined);
  }

  get(text: string): Value {
    const place = placeOf(text) & this.#mask;
    const known = this.#values[place];
    if (known !== undefined && this.#texts[place] === text) return known;
    const value = this.#make(text);
    this.#texts[place] = text;
    this.#values[place] = value;
    return value;
  }
}

/** FNV-1a, of UTF-16 units. */
function placeOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
