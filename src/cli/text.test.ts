import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { printable, printableJson } from './printable.ts';
import { formatCount, formatMoment, formatSize, formatSpan } from './quantity.ts';
import { formatTable } from './table.ts';

test('formatSpan() changes its unit exactly at the unit', () => {
  const seconds = (count: number): string => formatSpan(count * 1000);
  assert.equal(formatSpan(999), '0 s');
  assert.equal(seconds(1), '1 s');
  assert.equal(seconds(59), '59 s');
  assert.equal(seconds(60), '1 min');
  assert.equal(seconds(3599), '59 min');
  assert.equal(seconds(3600), '1 h');
  assert.equal(seconds(86_399), '23 h');
  assert.equal(seconds(86_400), '1 d');
  assert.equal(formatSpan(-5), '0 s');
});

test('formatSize() changes its unit at 1024 and never shows 1024 of a unit', () => {
  assert.equal(formatSize(0), '0 B');
  assert.equal(formatSize(1023), '1023 B');
  assert.equal(formatSize(1024), '1.0 KiB');
  assert.equal(formatSize(1024 * 1024 - 1), '1.0 MiB');
  assert.equal(formatSize(1024 * 1024), '1.0 MiB');
  assert.equal(formatSize(5 * 1024 ** 4), '5.0 TiB');
});

test('formatCount() uses the right form', () => {
  assert.equal(formatCount(0, 'message'), 'no messages');
  assert.equal(formatCount(1, 'message'), '1 message');
  assert.equal(formatCount(1204, 'message'), '1,204 messages');
  assert.equal(formatCount(2, 'address', 'addresses'), '2 addresses');
});

test('formatMoment() is in UTC to the second', () => {
  assert.equal(formatMoment(Date.UTC(2026, 0, 2, 3, 4, 5, 678)), '2026-01-02 03:04:05 UTC');
});

test('printable() leaves no control character and changes nothing else', () => {
  assert.equal(printable('a\u0000\r\n\u001B[31m\u009Bb\u202Ec é ✓'), 'a????[31m?b?c é ✓');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = printable(text);
      assert.equal(shown.length, text.length);
      assert.doesNotMatch(shown, /\p{Cc}/u);
    }),
  );
});

test('printableJson() is the same value without a control character', () => {
  assert.equal(printableJson(['\u009B31m\u007F\u202E\r\n']), '[\n  "\\u009b31m\\u007f\\u202e\\r\\n"\n]');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = printableJson({ text });
      assert.deepEqual(JSON.parse(json), { text });
      assert.doesNotMatch(json.replaceAll('\n', ''), /\p{Cc}/u);
    }),
  );
});

test('formatTable() aligns columns and leaves no spaces at line ends', () => {
  const table = formatTable(
    ['A', 'LONGER', 'C'],
    [
      ['1', '2', ''],
      ['111', '', '3\n4'],
    ],
  );
  assert.equal(table, 'A    LONGER  C\n1    2\n111          3?4');
});
