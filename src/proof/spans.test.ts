import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contains, intersect, isWithin, meets, nextIn, subtract, unite } from './spans.ts';
import type { SpanSet } from './spans.ts';

const SIZE = 30;
const numbers = fc.uniqueArray(fc.nat(SIZE - 1));

function spansOf(set: ReadonlySet<number>): SpanSet {
  return unite([...set].map((number) => ({ first: number, last: number })));
}

function numbersOf(set: SpanSet): ReadonlySet<number> {
  return new Set(Array.from({ length: SIZE }, (_, i) => i).filter((number) => contains(set, number)));
}

test('unite() makes the one list of sorted, disjoint spans that are never adjacent', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(SIZE - 1), fc.nat(5))), (pairs) => {
      const spans = pairs.map(([first, more]) => ({ first, last: first + more }));
      const united = unite(spans);
      for (const [i, { first, last }] of united.entries()) {
        assert.ok(first <= last);
        assert.ok(i === 0 || first > (united[i - 1]?.last ?? 0) + 1);
      }
      for (let number = 0; number < SIZE + 6; number += 1) {
        const isIn = spans.some(({ first, last }) => first <= number && number <= last);
        assert.equal(contains(united, number), isIn);
      }
    }),
    { numRuns: 300 },
  );
});

test('intersect(), subtract(), meets() and isWithin() are those of sets', () => {
  fc.assert(
    fc.property(numbers, numbers, (left, right) => {
      const [a, b] = [new Set(left), new Set(right)];
      const [spansA, spansB] = [spansOf(a), spansOf(b)];
      assert.deepEqual(numbersOf(spansA), new Set([...a].sort((x, y) => x - y)));
      assert.deepEqual(intersect(spansA, spansB), spansOf(a.intersection(b)));
      assert.deepEqual(subtract(spansA, spansB), spansOf(a.difference(b)));
      assert.equal(meets(spansA, spansB), !a.isDisjointFrom(b));
      assert.equal(isWithin(spansA, spansB), a.isSubsetOf(b));
    }),
    { numRuns: 500 },
  );
});

test('nextIn() finds the next number that is in the set, or that is not', () => {
  fc.assert(
    fc.property(numbers, fc.nat(SIZE), (list, from) => {
      const set = new Set(list);
      const after = (isIn: boolean): number | undefined => {
        for (let number = from; number <= SIZE; number += 1) if (set.has(number) === isIn) return number;
        return undefined;
      };
      assert.equal(nextIn(spansOf(set), from, true), after(true));
      assert.equal(nextIn(spansOf(set), from, false), after(false));
    }),
    { numRuns: 300 },
  );
});
