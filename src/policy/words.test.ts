import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPlace, formatRange, formatRule, ruleName } from './mod.ts';
import { count, formatMoment } from './words.ts';
import { place, range } from './testing/mod.ts';

test('formatRange() writes a range as CIDR, as an address, or with both ends', () => {
  for (const text of [
    '10.0.0.0/8',
    '10.0.0.8/29',
    '0.0.0.0/0',
    '2001:db8::/33',
    '::/0',
    '10.0.0.7',
    '2001:db8::1',
  ]) {
    assert.equal(formatRange(range(text)), text);
  }
  assert.equal(formatRange({ family: 4, first: 1, last: 6 }), '0.0.0.1 to 0.0.0.6');
  assert.equal(formatRange({ family: 6, first: 1n, last: 2n }), '::1 to ::2');
});

test('formatRule() and ruleName() name a rule', () => {
  assert.equal(formatRule({ kind: 'grant', name: 'office', place: place() }), 'grant:office');
  assert.equal(formatRule({ kind: 'never', name: 'guests', place: place() }), 'never:guests');
  assert.equal(formatRule({ kind: 'route', pattern: '*.a.test', place: place() }), 'route:*.a.test');
  assert.equal(formatRule({ kind: 'none' }), 'none');
  assert.equal(ruleName({ kind: 'none' }), undefined);
});

test('formatPlace() gives file and line', () => {
  assert.equal(formatPlace(place(27)), 'postern.yaml:27');
});

test('formatMoment() writes UTC, and a number that is no date as it is', () => {
  assert.equal(formatMoment(Date.UTC(2027, 5, 30)), '2027-06-30T00:00:00Z');
  assert.equal(formatMoment(1), '1970-01-01T00:00:00.001Z');
  assert.equal(formatMoment(Number.POSITIVE_INFINITY), 'Infinity');
});

test('count() separates thousands and minds the plural', () => {
  assert.equal(count(0, 'route'), '0 routes');
  assert.equal(count(1, 'route'), '1 route');
  assert.equal(count(999, 'route'), '999 routes');
  assert.equal(count(1_000, 'route'), '1,000 routes');
  assert.equal(count(1_234_567), '1,234,567');
});
