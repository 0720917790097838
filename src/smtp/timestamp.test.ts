import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';

test('parseTimestamp() takes the forms of RFC 3339', () => {
  const noon = Date.UTC(2026, 10, 24, 12);
  const samples = [
    ['2026-11-24T12:00:00Z', noon],
    ['2026-11-24t12:00:00z', noon],
    ['2026-11-24T13:30:00+01:30', noon],
    ['2026-11-24T11:00:00-01:00', noon],
    ['2026-11-24T12:00:00-00:00', noon],
    ['2026-11-24T12:00:00.5Z', noon + 500],
    ['2026-11-24T12:00:00.123999999Z', noon + 123],
    ['2026-11-23T23:30:00-12:30', noon],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
  ] as const;
  for (const [text, at] of samples) assert.equal(parseTimestamp(text), at, text);
});

test('parseTimestamp() takes nothing else', () => {
  // prettier-ignore
  const bad = [
    '', '2026-11-24', '2026-11-24T12:00:00', '2026-11-24 12:00:00Z', '2026-11-24T12:00Z', '2026-11-24T24:00:00Z',
    '2026-11-24T12:60:00Z', '2026-11-24T12:00:61Z', '2026-02-29T00:00:00Z', '2026-02-30T00:00:00Z', '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-01-00T00:00:00Z', '+002026-01-01T00:00:00Z', '26-01-01T00:00:00Z',
    '2026-11-24T12:00:00+24:00', '2026-11-24T12:00:00+1:00', '2026-11-24T12:00:00.Z', '2026-11-24T12:00:00Z ', '2026-11-24T12:00:00ZZ',
    '２026-11-24T12:00:00Z',
  ];
  for (const text of bad) assert.equal(parseTimestamp(text), undefined, text);
});

test('parseTimestamp() gives back every moment that was written', () => {
  const noInvalidDate = { min: new Date(0), max: new Date(253_402_300_799_999), noInvalidDate: true };
  fc.assert(
    fc.property(fc.date(noInvalidDate), (date) => {
      assert.equal(parseTimestamp(date.toISOString()), date.getTime());
    }),
  );
});

test('formatTimestamp() writes whole seconds of UTC, which parseTimestamp() reads', () => {
  assert.equal(formatTimestamp(Date.UTC(2026, 10, 24, 12, 0, 0, 999)), '2026-11-24T12:00:00Z');
  const moment = fc.integer({ min: 0, max: 253_402_300_799 });
  fc.assert(
    fc.property(moment, (second) => parseTimestamp(formatTimestamp(second * 1000)) === second * 1000),
  );
});
