import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseMoment, parseUntil } from './moment.ts';
import { isTextProblem } from './problem.ts';

test('parseUntil() lets a date last until the end of its day in UTC', () => {
  assert.equal(parseUntil('2027-06-30'), Date.UTC(2027, 6, 1));
  assert.equal(parseUntil('2028-02-29'), Date.UTC(2028, 2, 1));
  assert.equal(parseUntil('2027-12-31'), Date.UTC(2028, 0, 1));
});

test('parseMoment() takes a date as its first moment in UTC', () => {
  assert.equal(parseMoment('2027-06-30'), Date.UTC(2027, 5, 30));
});

test('parseUntil() and parseMoment() read a moment with its zone', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['2027-06-30T18:00:00Z', Date.UTC(2027, 5, 30, 18)],
    ['2027-06-30T18:00Z', Date.UTC(2027, 5, 30, 18)],
    ['2027-06-30 18:00:00+02:00', Date.UTC(2027, 5, 30, 16)],
    ['2027-06-30t18:00:00.250z', Date.UTC(2027, 5, 30, 18, 0, 0, 250)],
    ['2027-06-30T23:59:59-05:00', Date.UTC(2027, 6, 1, 4, 59, 59)],
  ];
  for (const [text, expected] of cases) {
    assert.equal(parseUntil(text), expected, text);
    assert.equal(parseMoment(text), expected, text);
  }
});

test('parseUntil() refuses what is no date of the calendar, and a time without a zone', () => {
  const texts = [
    '',
    '2027',
    '2027-6-30',
    '30.6.2027',
    '2027-02-29',
    '2027-13-01',
    '2027-00-10',
    '2027-06-31',
    '2027-06-30T25:00:00Z',
    '2027-06-30T24:01:00Z',
    '2027-02-30T10:00:00Z',
    '2027-06-30T18:00',
    '2027-06-30T18:00:00+2',
    'tomorrow',
  ];
  for (const text of texts) assert.ok(isTextProblem(parseUntil(text)), text);
});

test('parseMoment() reads what Date writes', () => {
  const moment = fc.date({
    min: new Date(0),
    max: new Date('2999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(fc.property(moment, (date) => assert.equal(parseMoment(date.toISOString()), date.getTime())));
});
