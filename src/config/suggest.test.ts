import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, suggest } from './suggest.ts';

const KEYS = ['reroute', 'domains', 'outbound', 'inbound', 'tls', 'for', 'messageSize', 'certificate'];

test('suggest() finds what was meant', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['reroutes', 'reroute'],
    ['reruote', 'reroute'],
    ['Reroute', 'reroute'],
    ['domain', 'domains'],
    ['message_size', 'messageSize'],
    ['message-size', 'messageSize'],
    ['fro', 'for'],
    ['form', 'for'],
    ['cert', 'certificate'],
    ['certificates', 'certificate'],
    ['tlss', 'tls'],
    ['', undefined],
    ['xyz', undefined],
    ['fuzz', undefined],
    ['x'.repeat(65), undefined],
    ['__proto__', undefined],
  ];
  for (const [word, expected] of cases) assert.equal(suggest(word, KEYS), expected, word);
});

test('suggest() takes two typing errors and not three', () => {
  assert.equal(suggest('outbuond', KEYS), 'outbound');
  assert.equal(suggest('utbuond', KEYS), 'outbound');
  assert.equal(suggest('utbuon', KEYS), undefined);
});

test('suggest() takes one typing error in four letters and not two', () => {
  assert.equal(suggest('mayo', ['mays']), 'mays');
  assert.equal(suggest('mayo', ['myos']), undefined);
});

test('editDistance() agrees with the definition, and is symmetric', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
  fc.assert(
    fc.property(word, word, (one, other) => {
      const distance = naive(one, other);
      assert.equal(editDistance(one, other, 20), distance);
      assert.equal(editDistance(other, one, 20), distance);
      assert.equal(editDistance(one, other, 2), Math.min(distance, 3));
    }),
  );
});

/** The recursive definition of the optimal string alignment distance. */
function naive(one: string, other: string): number {
  if (one === '' || other === '') return one.length + other.length;
  const same = one.at(-1) === other.at(-1) ? 0 : 1;
  const candidates = [
    naive(one.slice(0, -1), other) + 1,
    naive(one, other.slice(0, -1)) + 1,
    naive(one.slice(0, -1), other.slice(0, -1)) + same,
  ];
  const swapped = one.length > 1 && one.at(-1) === other.at(-2) && one.at(-2) === other.at(-1);
  if (swapped) candidates.push(naive(one.slice(0, -2), other.slice(0, -2)) + 1);
  return Math.min(...candidates);
}
