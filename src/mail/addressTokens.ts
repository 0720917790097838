/**
 * The lexical tokens of structured fields (RFC 5322 3.2), one at a time, so that a reader that has seen enough stops. White
 * space and comments are passed over. One forward pass, no recursion: comments are counted, not nested.
 */

export type AddressToken =
  /** `atext` and dots; with the characters beyond ASCII of RFC 6532 3.2. */
  | { readonly kind: 'atom'; readonly text: string }
  /** With its quotes, its folds removed. */
  | { readonly kind: 'quoted'; readonly text: string }
  /** With its brackets. */
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'special'; readonly text: string }
  | { readonly kind: 'end' }
  /** A character or an unfinished comment, string or literal that no token is. */
  | { readonly kind: 'bad' };

const END: AddressToken = { kind: 'end' };
const BAD: AddressToken = { kind: 'bad' };

/** Comments within comments. */
const DEEPEST = 32;

const BLANK = /[ \t]*/y;
const ATOM = /[\w!#$%&'*+\-/=?^`{|}~.\u0080-\u{10ffff}]+/uy;
const SPECIAL = '<>@,:;';
/** `dtext` (RFC 5322 3.4.1), without folds. */
const LITERAL = /\[[!-Z^-~]*\]/y;
/** A stretch of a comment or a string without what means anything in it. Controls are in none. */
const COMMENT_TEXT = /[\t !-'*-[\]-~\u0080-\u{10ffff}]*/uy;
const PAIR = /\\[\t -~\u0080-\u{10ffff}]/uy;
const STRING_TEXT = /[\t !#-[\]-~\u0080-\u{10ffff}]*/uy;

/** `text` is unfolded: it has no CR and no LF. */
export class AddressTokens {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): AddressToken {
    if (!this.#passBlank()) return BAD;
    const character = this.#text.charAt(this.#at);
    if (character === '') return END;
    if (SPECIAL.includes(character)) {
      this.#at += 1;
      return { kind: 'special', text: character };
    }
    const start = this.#at;
    if (character === '"') return this.#passString() ? this.#token('quoted', start) : BAD;
    if (character === '[') return this.#pass(LITERAL) > 0 ? this.#token('literal', start) : BAD;
    return this.#pass(ATOM) > 0 ? this.#token('atom', start) : BAD;
  }

  #token(kind: 'atom' | 'quoted' | 'literal', start: number): AddressToken {
    return { kind, text: this.#text.slice(start, this.#at) };
  }

  /** Passes what the sticky `pattern` matches here, and says how much that was. */
  #pass(pattern: RegExp): number {
    const start = this.#at;
    pattern.lastIndex = start;
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex;
    return this.#at - start;
  }

  /** `CFWS`. False: a comment does not end, or is too deep. */
  #passBlank(): boolean {
    this.#pass(BLANK);
    while (this.#text.charAt(this.#at) === '(') {
      if (!this.#passComment()) return false;
      this.#pass(BLANK);
    }
    return true;
  }

  #passComment(): boolean {
    for (let depth = 0; ;) {
      if (this.#skip('(')) depth += 1;
      else if (this.#skip(')')) depth -= 1;
      else if (this.#pass(PAIR) === 0) return false;
      if (depth === 0) return true;
      if (depth > DEEPEST) return false;
      this.#pass(COMMENT_TEXT);
    }
  }

  #passString(): boolean {
    this.#skip('"');
    do this.#pass(STRING_TEXT);
    while (this.#pass(PAIR) > 0);
    return this.#skip('"');
  }

  #skip(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }
}
