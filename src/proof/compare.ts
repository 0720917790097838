/**
 * Where two unions of products differ, as disjoint products: exactly, and without ever making the cross product.
 *
 * One dimension is looked at after the other. Its atoms are grouped by the products that hold there, and for each group
 * only what those products say of the other dimensions is compared further. Groups in which both sides say the same are
 * done; groups that say the same as another one are worked out once; and what two groups have in common is put together
 * again on the way back, which merges the result.
 *
 * The cost grows with the products that change and with those that overlap them, not with their number alone. The worst
 * case is exponential in the number of dimensions, as the result itself can be.
 */
import type { AtomSet, Product, Products, Whose } from './products.ts';
import { unite } from './spans.ts';
import type { Span } from './spans.ts';
import { sweep } from './sweep.ts';

type Union = readonly Product[];

/**
 * The disjoint products of what only `before` holds, of what only `after` holds, and, if `both`, of what both hold; each
 * says at its end whose it is.
 */
export function comparer(
  products: Products,
  { both }: { both: boolean },
): (before: Union, after: Union) => Union {
  const known = new Map<string, Union>();

  const compare = (before: Union, after: Union, dimension: number): Union => {
    if (before.length === 0 && after.length === 0) return [];
    if (!both && isSame(before, after)) return [];
    if (isTrivial(before, dimension) && isTrivial(after, dimension)) {
      return [products.everything(dimension, whoseOf(before, after))];
    }
    const key = `${dimension} ${idsOf(before)} ${idsOf(after)}`;
    const done = known.get(key);
    if (done !== undefined) return done;
    const result = split(before, after, dimension);
    known.set(key, result);
    return result;
  };

  /** Nothing, or everything. */
  const isTrivial = (union: Union, dimension: number): boolean =>
    union.length === 0 || (union.length === 1 && union[0] === products.everything(dimension));

  const split = (before: Union, after: Union, dimension: number): Union => {
    const members = membersOf(before, after);
    const results = new Map<Product, Span[]>();
    for (const group of bySides(members)) {
      for (const result of compare(group.before, group.after, dimension + 1)) {
        const spans = results.get(result) ?? [];
        results.set(result, spans);
        for (const span of group.spans) spans.push(span);
      }
    }
    return Array.from(results, ([result, spans]) =>
      products.product(products.set(dimension, unite(spans)), result),
    ).sort((a, b) => a.id - b.id);

    /** The atoms, grouped by what both sides say there of the dimensions that follow. */
    function bySides(all: readonly Member[]): Iterable<{ before: Union; after: Union; spans: Span[] }> {
      const groups = new Map<string, { before: Union; after: Union; spans: Span[] }>();
      for (const { members: held, spans } of sweep(all, ({ changed }) => both || changed)) {
        const sides = relevant({
          before: unionOf(held.map((member) => member.before)),
          after: unionOf(held.map((member) => member.after)),
        });
        const key = `${idsOf(sides.before)} ${idsOf(sides.after)}`;
        const group = groups.get(key) ?? { ...sides, spans: [] };
        groups.set(key, group);
        for (const span of spans) group.spans.push(span);
      }
      return groups.values();
    }

    function unionOf(lists: readonly Union[]): Union {
      const everything = products.everything(dimension + 1);
      const united = new Set<Product>();
      for (const list of lists) for (const product of list) united.add(product);
      return united.has(everything) ? [everything] : [...united].sort((a, b) => a.id - b.id);
    }
  };

  /** Without the products that are on both sides and apart from all that are on one: nothing changes there. */
  const relevant = (sides: { before: Union; after: Union }): { before: Union; after: Union } => {
    if (both || sides.before.length + sides.after.length < MANY) return sides;
    const inBefore = new Set(sides.before);
    const inAfter = new Set(sides.after);
    const changed = [
      ...sides.before.filter((product) => !inAfter.has(product)),
      ...sides.after.filter((product) => !inBefore.has(product)),
    ];
    const hull = hullOf(changed);
    const keep = (product: Product): boolean =>
      !inBefore.has(product) || !inAfter.has(product) || touches(product, hull);
    return { before: sides.before.filter(keep), after: sides.after.filter(keep) };
  };

  return (before, after) => compare(sorted(before), sorted(after), 0);
}

/** From so many products on it is worth while to look which of them matter. */
const MANY = 16;

/** The products of one set of atoms, as what they say of the dimensions that follow. */
interface Member {
  readonly set: AtomSet;
  readonly before: Product[];
  readonly after: Product[];
  changed: boolean;
}

function membersOf(before: Union, after: Union): readonly Member[] {
  const members = new Map<AtomSet, Member>();
  const add = (side: 'before' | 'after', product: Product): void => {
    if (product.kind === 'end') return;
    const member = members.get(product.set) ?? { set: product.set, before: [], after: [], changed: false };
    members.set(product.set, member);
    member[side].push(product.next);
  };
  for (const product of before) add('before', product);
  for (const product of after) add('after', product);
  for (const member of members.values())
    member.changed = !isSame(sorted(member.before), sorted(member.after));
  return [...members.values()];
}

function sorted(union: Union): Union {
  return [...new Set(union)].sort((a, b) => a.id - b.id);
}

function isSame(before: Union, after: Union): boolean {
  return before.length === after.length && before.every((product, i) => product === after[i]);
}

function idsOf(union: Union): string {
  return union.map(({ id }) => id).join();
}

function whoseOf(before: Union, after: Union): Whose {
  if (before.length === 0) return 'after';
  return after.length === 0 ? 'before' : 'both';
}

/** For each dimension that follows the lowest and the highest atom of any of the products. */
function hullOf(union: Union): readonly Span[] {
  const hull: { first: number; last: number }[] = [];
  for (const product of union) {
    let at = product;
    for (let i = 0; at.kind === 'factor'; i += 1, at = at.next) {
      const { first, last } = at.set.hull;
      const span = (hull[i] ??= { first, last });
      span.first = Math.min(span.first, first);
      span.last = Math.max(span.last, last);
    }
  }
  return hull;
}

function touches(product: Product, hull: readonly Span[]): boolean {
  let at = product;
  for (let i = 0; at.kind === 'factor'; i += 1, at = at.next) {
    const span = hull[i];
    const { first, last } = at.set.hull;
    if (span === undefined || first > span.last || last < span.first) return false;
  }
  return true;
}
