/**
 * The addresses of From, Sender and their like (RFC 5322 3.4, with the UTF-8 of RFC 6532, and groups as RFC 6854 has them).
 *
 * Strict, because the answer is a matter of who may write as whom: where two readers could see different addresses, there is
 * none; nor where there is nothing but the name of an empty group, which shows its reader whatever it likes. Obsolete syntax (RFC
 * 5322 4.4) is refused: routes, empty places in a list, blanks within an address. Tolerated is a dot in a display name, `John Q. Public`, which many programs write. Display names, encoded words and comments are passed over.
 */
import { isAddressError } from './addressError.ts';
import { AddressTokens, type AddressToken } from './addressTokens.ts';
import { parseMailbox } from './mailbox.ts';
import type { FieldAddresses, Mailbox } from './types.ts';

/** Characters of a field, folds included. */
export const LONGEST_ADDRESS_LIST = 16_384;
/** Mailboxes of a field. */
export const MOST_ADDRESSES = 256;

/** A fold (RFC 5322 2.2.3): the line end goes, the white space stays. */
const FOLD = /\r\n(?=[ \t])/g;

/** Parses the value of one field, folded or not; `unparsable` when it is not a list of one or more addresses. */
export function parseAddressList(value: string): FieldAddresses {
  if (value.length > LONGEST_ADDRESS_LIST) return 'unparsable';
  return new ListParser(value.replace(FOLD, '')).parse() ?? 'unparsable';
}

class ListParser {
  readonly #tokens: AddressTokens;
  readonly #mailboxes: Mailbox[] = [];
  #token: AddressToken;

  constructor(text: string) {
    this.#tokens = new AddressTokens(text);
    this.#token = this.#tokens.next();
  }

  /** `address *("," address)`. undefined: it is something else, or groups of nobody. */
  parse(): readonly Mailbox[] | undefined {
    do if (!this.#address(true)) return undefined;
    while (this.#take(','));
    return this.#token.kind === 'end' && this.#mailboxes.length > 0 ? this.#mailboxes : undefined;
  }

  /** A mailbox, or where `groups` may stand a group. */
  #address(groups: boolean): boolean {
    const first = this.#token;
    const words = this.#phrase();
    if (this.#take('@')) return words === 1 && 'text' in first && this.#domain(first.text);
    if (this.#take('<')) return this.#angle();
    return groups && words > 0 && this.#take(':') && this.#group();
  }

  /** Passes atoms and quoted strings, and says how many they were; 0 also when the first is no word. */
  #phrase(): number {
    if (this.#token.kind === 'atom' && this.#token.text.startsWith('.')) return 0;
    let words = 0;
    for (; this.#token.kind === 'atom' || this.#token.kind === 'quoted'; words += 1) this.#advance();
    return words;
  }

  /** `addr-spec ">"`, after the `<`. */
  #angle(): boolean {
    const local = this.#token;
    if (local.kind !== 'atom' && local.kind !== 'quoted') return false;
    this.#advance();
    return this.#take('@') && this.#domain(local.text) && this.#take('>');
  }

  /** The domain of an address whose local part is known. */
  #domain(localPart: string): boolean {
    const domain = this.#token;
    if (domain.kind !== 'atom' && domain.kind !== 'literal') return false;
    this.#advance();
    const mailbox = parseMailbox(`${localPart}@${domain.text}`);
    if (isAddressError(mailbox) || this.#mailboxes.length === MOST_ADDRESSES) return false;
    this.#mailboxes.push(mailbox);
    return true;
  }

  /** `[mailbox-list] ";"`, after the `:`. */
  #group(): boolean {
    if (this.#take(';')) return true;
    do if (!this.#address(false)) return false;
    while (this.#take(','));
    return this.#take(';');
  }

  #take(special: string): boolean {
    if (this.#token.kind !== 'special' || this.#token.text !== special) return false;
    this.#advance();
    return true;
  }

  #advance(): void {
    this.#token = this.#tokens.next();
  }
}
