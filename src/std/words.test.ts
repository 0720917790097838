import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCount, formatMoment, listOf, printable } from './mod.ts';

test('listOf() joins as prose does', () => {
  assert.equal(listOf([]), '');
  assert.equal(listOf(['a']), 'a');
  assert.equal(listOf(['a', 'b']), 'a and b');
  assert.equal(listOf(['a', 'b', 'c']), 'a, b and c');
  assert.equal(listOf(['a', 'b', 'c'], 'or'), 'a, b or c');
});

test('formatCount() takes numbers of any size, and says when there is none', () => {
  assert.equal(formatCount(0n, 'address', 'addresses'), 'no addresses');
  assert.equal(formatCount(1n, 'address', 'addresses'), '1 address');
  assert.equal(formatCount(2n ** 64n, 'address', 'addresses'), '18,446,744,073,709,551,616 addresses');
});

test('formatMoment() writes a number that is no date as it is', () => {
  assert.equal(formatMoment(0), '1970-01-01 00:00:00 UTC');
  assert.equal(formatMoment(Number.POSITIVE_INFINITY), 'Infinity');
});

test('printable() leaves printable ASCII, and makes ? of every other unit', () => {
  assert.equal(printable(' az~'), ' az~');
  assert.equal(printable('a\r\n\0\x7fé'), 'a?????');
  assert.equal(printable('\u{1f600}'), '??');
});
