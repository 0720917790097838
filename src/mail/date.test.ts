import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDate } from './date.ts';

test('formatDate() writes RFC 5322 date-time in UTC', () => {
  assert.equal(formatDate(Date.UTC(2026, 10, 24, 10, 0, 0)), 'Tue, 24 Nov 2026 10:00:00 +0000');
  assert.equal(formatDate(0), 'Thu, 1 Jan 1970 00:00:00 +0000');
  assert.equal(formatDate(Date.UTC(2024, 1, 29, 23, 59, 59, 999)), 'Thu, 29 Feb 2024 23:59:59 +0000');
});

test('formatDate() writes the time of the zone asked for', () => {
  const noon = Date.UTC(2026, 0, 1, 12);
  assert.equal(formatDate(noon, 60), 'Thu, 1 Jan 2026 13:00:00 +0100');
  assert.equal(formatDate(noon, -570), 'Thu, 1 Jan 2026 02:30:00 -0930');
  assert.equal(formatDate(noon, -780), 'Wed, 31 Dec 2025 23:00:00 -1300');
});

test('formatDate() is read back as the same second', () => {
  const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
  fc.assert(
    fc.property(seconds, fc.integer({ min: -720, max: 840 }), (second, offset) => {
      assert.equal(Date.parse(formatDate(second * 1000, offset)), second * 1000);
    }),
  );
});

test('formatDate() throws for what is no time', () => {
  assert.throws(() => formatDate(Number.NaN), RangeError);
  assert.throws(() => formatDate(Infinity), RangeError);
  assert.throws(() => formatDate(9e15), RangeError);
});
