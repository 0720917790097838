/**
 * Sets of small whole numbers as spans. Each dimension of the facts is cut into numbered atoms (see `partition/`), in such
 * an order that what a rule names is one span or a few: so every set that a policy can tell apart is a short list.
 */

/** From `first` to `last`, both included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Sorted, disjoint and never adjacent, so equal sets are equal lists. */
export type SpanSet = readonly Span[];

/** The set of all that is in one of `spans`, whatever their order. */
export function unite(spans: readonly Span[]): SpanSet {
  const united: { first: number; last: number }[] = [];
  for (const { first, last } of [...spans].sort((a, b) => a.first - b.first)) {
    const top = united.at(-1);
    if (top === undefined || first > top.last + 1) united.push({ first, last });
    else if (last > top.last) top.last = last;
  }
  return united;
}

/** What is in both. Takes time in proportion to the shorter list where that is much shorter. */
export function intersect(a: SpanSet, b: SpanSet): SpanSet {
  if (a.length > b.length) return intersect(b, a);
  const common: Span[] = [];
  for (const { first, last } of a) {
    for (let i = indexAt(b, first); i < b.length; i += 1) {
      const other = b[i];
      if (other === undefined || other.first > last) break;
      common.push({ first: Math.max(first, other.first), last: Math.min(last, other.last) });
    }
  }
  return common;
}

/** What is in `a` and not in `b`. */
export function subtract(a: SpanSet, b: SpanSet): SpanSet {
  const left: Span[] = [];
  for (const { first, last } of a) {
    let from = first;
    for (let i = indexAt(b, first); i < b.length && from <= last; i += 1) {
      const other = b[i];
      if (other === undefined || other.first > last) break;
      if (other.first > from) left.push({ first: from, last: other.first - 1 });
      from = other.last + 1;
    }
    if (from <= last) left.push({ first: from, last });
  }
  return left;
}

/** Whether some number is in both. */
export function meets(a: SpanSet, b: SpanSet): boolean {
  if (a.length > b.length) return meets(b, a);
  return a.some(({ first, last }) => (b[indexAt(b, first)]?.first ?? Infinity) <= last);
}

/** Whether every number of `a` is in `b`. */
export function isWithin(a: SpanSet, b: SpanSet): boolean {
  return a.every(({ first, last }) => {
    const around = b[indexAt(b, first)];
    return around !== undefined && around.first <= first && around.last >= last;
  });
}

export function contains(set: SpanSet, number: number): boolean {
  return (set[indexAt(set, number)]?.first ?? Infinity) <= number;
}

/** The lowest number from `from` on that is in the set, or (`inside` false) that is not; undefined: none in the set. */
export function nextIn(set: SpanSet, from: number, inside: boolean): number | undefined {
  const span = set[indexAt(set, from)];
  if (inside) return span && Math.max(span.first, from);
  return span === undefined || span.first > from ? from : span.last + 1;
}

/** The index of the first span that ends at or after `number`. */
function indexAt(set: SpanSet, number: number): number {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((set[middle]?.last ?? Infinity) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
