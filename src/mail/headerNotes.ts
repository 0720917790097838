/** What `HeaderReader` has seen, field by field. Memory is bounded by what it keeps of an address field. */
import { isUtf8 } from 'node:buffer';
import { LONGEST_ADDRESS_LIST, MOST_ADDRESSES, parseAddressList } from './addressList.ts';
import type { CountedField, FieldAddresses, HeaderDefect, OctetRange } from './types.ts';

type KnownField = CountedField | 'resentBcc';

const KNOWN: ReadonlyMap<string, KnownField> = new Map<string, KnownField>([
  ['from', 'from'],
  ['sender', 'sender'],
  ['reply-to', 'replyTo'],
  ['to', 'to'],
  ['cc', 'cc'],
  ['bcc', 'bcc'],
  ['resent-bcc', 'resentBcc'],
  ['date', 'date'],
  ['message-id', 'messageId'],
  ['subject', 'subject'],
  ['received', 'received'],
]);
const FIRST_KEPT = 256;
const NOTHING = Buffer.alloc(0);

export class HeaderNotes {
  readonly defects = new Set<HeaderDefect>();
  readonly counts: Record<CountedField, number> = {
    from: 0,
    sender: 0,
    replyTo: 0,
    to: 0,
    cc: 0,
    bcc: 0,
    date: 0,
    messageId: 0,
    subject: 0,
    received: 0,
  };
  readonly bcc: OctetRange[] = [];
  fields = 0;
  from: FieldAddresses = [];
  sender: FieldAddresses = [];
  #open = false;
  #start = 0;
  #known: KnownField | undefined;
  #kept = NOTHING;
  #keptLength = 0;
  #overflow = false;

  /** A field, or what stands in its place, is open: a folded line would continue it. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether the value of the open field is wanted. */
  get keeps(): boolean {
    return this.#known === 'from' || this.#known === 'sender';
  }

  open(at: number): void {
    this.close(at);
    this.fields += 1;
    this.#open = true;
    this.#start = at;
  }

  /** The name of the open field, in lower case. */
  name(name: string): void {
    this.#known = KNOWN.get(name);
    if (this.#known !== undefined && this.#known !== 'resentBcc') this.counts[this.#known] += 1;
  }

  /** An octet of the value of the open field, its line ends included. */
  keep(octet: number): void {
    if (!this.#reserve(1)) return;
    this.#kept[this.#keptLength] = octet;
    this.#keptLength += 1;
  }

  /** As `keep()`, for the octets of `chunk` from `start` to `end`. */
  keepAll(chunk: Buffer, start: number, end: number): void {
    if (!this.#reserve(end - start)) return;
    chunk.copy(this.#kept, this.#keptLength, start, end);
    this.#keptLength += end - start;
  }

  /** @returns false when the field is longer than any that is read. */
  #reserve(more: number): boolean {
    const needed = this.#keptLength + more;
    if (needed > LONGEST_ADDRESS_LIST) this.#overflow = true;
    if (this.#overflow) return false;
    if (needed > this.#kept.length) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_KEPT, needed, 2 * this.#kept.length));
      this.#kept.copy(grown, 0, 0, this.#keptLength);
      this.#kept = grown;
    }
    return true;
  }

  /** The open field, if any, ends before the octet at `at`. */
  close(at: number): void {
    const known = this.#known;
    if (known === 'from') this.from = join(this.from, this.#takeAddresses());
    else if (known === 'sender') this.sender = join(this.sender, this.#takeAddresses());
    else if (known === 'bcc' || known === 'resentBcc') this.bcc.push({ start: this.#start, end: at });
    this.#open = false;
    this.#known = undefined;
  }

  #takeAddresses(): FieldAddresses {
    const value = this.#kept.subarray(0, this.#keptLength);
    this.#kept = NOTHING;
    const readable = !this.#overflow && isUtf8(value);
    this.#keptLength = 0;
    this.#overflow = false;
    return readable ? parseAddressList(unfolded(value.toString('utf8'))) : 'unparsable';
  }
}

/** Without the CRLF that ends the field. */
function unfolded(value: string): string {
  return value.endsWith('\r\n') ? value.slice(0, -2) : value;
}

function join(before: FieldAddresses, more: FieldAddresses): FieldAddresses {
  if (before === 'unparsable' || more === 'unparsable') return 'unparsable';
  return before.length + more.length > MOST_ADDRESSES ? 'unparsable' : [...before, ...more];
}
