/**
 * Products of sets of atoms, one set for each dimension: what a grant fits, and what a difference consists of.
 *
 * Sets and products are made once: what is equal is the same object with the same number. So two lists of products are
 * compared by their numbers, and what has been worked out for one list holds for every equal one.
 */
import type { Space } from './space.ts';
import type { Span, SpanSet } from './spans.ts';

/**
 * The order in which the facts are looked at. Clients come first because most grants name nothing else: where such a one
 * fits, all others are of no consequence.
 */
export const DIMENSIONS = ['clients', 'locals', 'accounts', 'senders', 'recipients', 'moments'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Where each dimension stands in a list of sets. */
export const AT = { clients: 0, locals: 1, accounts: 2, senders: 3, recipients: 4, moments: 5 } as const;

/** A set of atoms of one dimension. */
export interface AtomSet {
  readonly id: number;
  readonly dimension: number;
  readonly spans: SpanSet;
  /** From its lowest to its highest atom. */
  readonly hull: Span;
  readonly full: boolean;
}

/** Which side of a comparison holds a product of its result. */
export type Whose = 'before' | 'after' | 'both';

/** The sets from one dimension on. */
export type Product = Factor | End;
export interface Factor {
  readonly kind: 'factor';
  readonly id: number;
  readonly set: AtomSet;
  readonly next: Product;
}
export interface End {
  readonly kind: 'end';
  readonly id: number;
  /** Undefined: the product is not the result of a comparison. */
  readonly whose: Whose | undefined;
}

export interface Products {
  set(dimension: number, spans: SpanSet): AtomSet;
  full(dimension: number): AtomSet;
  product(set: AtomSet, next: Product): Factor;
  /** Everything from `dimension` on. */
  everything(dimension: number, whose?: Whose): Product;
}

export function productsOver(space: Space): Products {
  const sets = new Map<string, AtomSet>();
  const factors = new Map<number, Map<number, Factor>>();
  const ends = new Map<Whose | undefined, End>();
  const everything = new Map<string, Product>();
  let ids = 0;
  const nextId = (): number => (ids += 1);

  const set = (dimension: number, spans: SpanSet): AtomSet => {
    const key = `${dimension}:${spans.map(({ first, last }) => `${first}-${last}`).join()}`;
    const known = sets.get(key);
    if (known !== undefined) return known;
    const [only] = spans;
    const full = only?.first === 0 && only.last === sizeOf(space, dimension) - 1;
    const hull = { first: only?.first ?? Infinity, last: spans.at(-1)?.last ?? -Infinity };
    const made = { id: nextId(), dimension, spans, hull, full };
    sets.set(key, made);
    return made;
  };
  const fullSets: AtomSet[] = [];
  const full = (dimension: number): AtomSet =>
    (fullSets[dimension] ??= set(dimension, [{ first: 0, last: sizeOf(space, dimension) - 1 }]));
  const product = (first: AtomSet, next: Product): Factor => {
    const bySet = factors.get(first.id) ?? new Map<number, Factor>();
    factors.set(first.id, bySet);
    const known = bySet.get(next.id);
    if (known !== undefined) return known;
    const made: Factor = { kind: 'factor', id: nextId(), set: first, next };
    bySet.set(next.id, made);
    return made;
  };
  const end = (whose: Whose | undefined): End => {
    const made: End = ends.get(whose) ?? { kind: 'end', id: nextId(), whose };
    ends.set(whose, made);
    return made;
  };
  const everythingFrom = (dimension: number, whose?: Whose): Product => {
    const key = `${dimension} ${whose}`;
    const made =
      everything.get(key) ??
      (dimension === DIMENSIONS.length
        ? end(whose)
        : product(full(dimension), everythingFrom(dimension + 1, whose)));
    everything.set(key, made);
    return made;
  };
  return { set, full, product, everything: everythingFrom };
}

function sizeOf(space: Space, dimension: number): number {
  const name = DIMENSIONS[dimension];
  if (name === undefined) throw new Error(`there is no dimension ${dimension}`);
  return space[name].size;
}

/** The sets of a product, in the order of the dimensions, and whose it is. */
export function factorsOf(product: Product): {
  readonly sets: readonly AtomSet[];
  readonly whose: Whose | undefined;
} {
  const sets: AtomSet[] = [];
  let at = product;
  for (; at.kind === 'factor'; at = at.next) sets.push(at.set);
  return { sets, whose: at.whose };
}

/** What `make` makes of a set, made once for each. */
export function onceEach<T>(make: (set: AtomSet) => T): (set: AtomSet) => T {
  const made = new Map<AtomSet, T>();
  return (set) => {
    const value = made.get(set) ?? make(set);
    made.set(set, value);
    return value;
  };
}
