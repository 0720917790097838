/** Whether some products hold everything that another one holds, and what they leave over. */
import type { AtomSet, Product } from './products.ts';
import { isWithin, meets } from './spans.ts';
import { sweep } from './sweep.ts';

/** An atom of each dimension. */
export type Point = readonly number[];

/** A point of `product` that is in none of `others`; undefined: they cover it. Exact. */
export function uncovered(product: Product, others: readonly Product[]): Point | undefined {
  const covered = new Set<string>();

  const search = (at: Product, rest: readonly Product[]): Point | undefined => {
    if (at.kind === 'end') return rest.length === 0 ? [] : undefined;
    const near = rest.filter((other) => overlap(other, at));
    if (near.some((other) => covers(other, at))) return undefined;
    const key = `${at.id} ${near.map(({ id }) => id).join()}`;
    if (covered.has(key)) return undefined;
    const point = split(at, near);
    if (point === undefined) covered.add(key);
    return point;
  };

  const split = (at: Extract<Product, { kind: 'factor' }>, near: readonly Product[]): Point | undefined => {
    const members = [{ set: at.set, others: new Array<Product>(), isOurs: true }, ...bySet(near)];
    const stretches = sweep(members, ({ isOurs }) => isOurs);
    // Where the fewest others hold, most is left over.
    for (const stretch of stretches.toSorted((a, b) => a.members.length - b.members.length)) {
      const rest = new Set(stretch.members.flatMap((member) => member.others));
      const point = search(at.next, [...rest]);
      const first = stretch.spans[0]?.first;
      if (point !== undefined && first !== undefined) return [first, ...point];
    }
    return undefined;
  };

  return search(product, [...new Set(others)]);
}

/** The fewest of `others`, as far as leaving out one after the other finds them, that cover `product` together. */
export function coverOf<T>(
  product: Product,
  others: readonly T[],
  productOf: (other: T) => Product,
): readonly T[] {
  const near = others.filter((other) => overlap(productOf(other), product));
  const alone = near.find((other) => covers(productOf(other), product));
  if (alone !== undefined) return [alone];
  let needed = near;
  // Later rules are left out first; there may be so many that nobody reads them all.
  for (const other of near.slice(0, MANY).toReversed()) {
    const without = needed.filter((kept) => kept !== other);
    if (uncovered(product, without.map(productOf)) === undefined) needed = without;
  }
  return needed;
}

const MANY = 64;

function overlap(a: Product, b: Product): boolean {
  if (a.kind === 'end' || b.kind === 'end') return true;
  return (a.set === b.set || meets(a.set.spans, b.set.spans)) && overlap(a.next, b.next);
}

/** Whether `other` alone holds all of `product`. */
function covers(other: Product, product: Product): boolean {
  if (other === product || other.kind === 'end' || product.kind === 'end') return true;
  const isHeld = other.set.full || other.set === product.set || isWithin(product.set.spans, other.set.spans);
  return isHeld && covers(other.next, product.next);
}

function bySet(
  products: readonly Product[],
): readonly { set: AtomSet; others: Product[]; isOurs: boolean }[] {
  const members = new Map<AtomSet, { set: AtomSet; others: Product[]; isOurs: boolean }>();
  for (const product of products) {
    if (product.kind === 'end') continue;
    const member = members.get(product.set) ?? { set: product.set, others: [], isOurs: false };
    members.set(product.set, member);
    member.others.push(product.next);
  }
  return [...members.values()];
}
