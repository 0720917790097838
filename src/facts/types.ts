/** What DNS says of a client, as values; "unknown" is one of them. */

export interface DnsFacts {
  readonly name: ForwardConfirmed;
  readonly lists: readonly ListFact[];
}

/** Whether a name of the client leads back to its address (RFC 8601 3). */
export type ForwardConfirmed =
  | { readonly kind: 'confirmed'; readonly name: string }
  /** There is a name, and it does not lead back. */
  | { readonly kind: 'unconfirmed'; readonly name: string }
  /** DNS says that there is none. */
  | { readonly kind: 'none' }
  /** Not asked, not answered, or not in time. */
  | { readonly kind: 'unknown' };

/** What a DNS list says (RFC 5782). */
export interface ListFact {
  /** The zone that was asked. */
  readonly list: string;
  readonly verdict: 'listed' | 'clear' | 'unknown';
  /** Addresses. */
  readonly answers: readonly string[];
  /** What the list says of it in text, printable ASCII, bounded. */
  readonly reason: string | undefined;
}

/** What is asked about one client, on its way. */
export interface ClientLookup {
  /** As far as it is known. */
  readonly now: DnsFacts;
  /** Resolves when everything is known, after so many milliseconds at the latest; never rejects. */
  settle(withinMs: number): Promise<DnsFacts>;
}

/** Whether a DNS list is one (RFC 5782 5). */
export type Fitness =
  | { readonly kind: 'fit' | 'unfit' }
  /** It could not be tested yet. */
  | { readonly kind: 'unknown'; readonly error: string };
