/** UTF-8 octet by octet (RFC 3629 4), for streams that are cut anywhere. */

/** What may come next: a new character, or so many continuations of which the first is between two bounds. */
export class Utf8Check {
  #left = 0;
  #low = 0x80;
  #high = 0xbf;
  #valid = true;

  /** Takes an octet; ASCII too, since it must not come within a character. */
  take(octet: number): void {
    if (this.#left > 0) {
      if (octet < this.#low || octet > this.#high) this.#fail();
      else this.#expect(this.#left - 1);
    } else if (octet < 0x80) return;
    else this.#begin(octet);
  }

  /** A character has begun and not ended. */
  get inCharacter(): boolean {
    return this.#left > 0;
  }

  /** Whether everything so far was UTF-8 and no character is cut short. */
  get valid(): boolean {
    return this.#valid && this.#left === 0;
  }

  /** No overlong forms (C0, C1, E0 80, F0 80), no surrogates (ED A0), nothing over U+10FFFF (F4 90). */
  #begin(octet: number): void {
    if (octet < 0xc2 || octet > 0xf4) this.#fail();
    else if (octet < 0xe0) this.#expect(1);
    else if (octet < 0xf0) this.#expect(2, octet === 0xe0 ? 0xa0 : 0x80, octet === 0xed ? 0x9f : 0xbf);
    else this.#expect(3, octet === 0xf0 ? 0x90 : 0x80, octet === 0xf4 ? 0x8f : 0xbf);
  }

  #expect(left: number, low = 0x80, high = 0xbf): void {
    this.#left = left;
    this.#low = low;
    this.#high = high;
  }

  #fail(): void {
    this.#valid = false;
    this.#left = 0;
  }
}
