import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMoment, readPast } from './moment.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

test('readMoment() reads a date, or a date and a time, in UTC unless it has an offset', () => {
  assert.equal(readMoment('--at', '2027-06-30'), Date.UTC(2027, 5, 30));
  assert.equal(readMoment('--at', '2027-06-30T12:00'), Date.UTC(2027, 5, 30, 12));
  assert.equal(readMoment('--at', '2027-06-30 12:00:05Z'), Date.UTC(2027, 5, 30, 12, 0, 5));
  assert.equal(readMoment('--at', '2027-06-30T12:00+02:00'), Date.UTC(2027, 5, 30, 10));
  for (const wrong of ['', 'now', '2027-02-30', '2027-06-30T25:00', '30.6.2027', '2027-06-30T12:00 CET']) {
    assert.equal(typeof readMoment('--at', wrong), 'object', wrong);
  }
});

test('readPast() reads how long ago, or a moment that is not in the future', () => {
  assert.equal(readPast('--since', '7d', NOW), NOW - 7 * 86_400_000);
  assert.equal(readPast('--since', '1h30m', NOW), NOW - 5_400_000);
  assert.equal(readPast('--since', '2026-11-24T12:00Z', NOW), NOW);
  assert.deepEqual(readPast('--since', '2026-11-24T12:01Z', NOW), {
    error: '--since: 2026-11-24T12:01Z is in the future',
    remedy: 'Nothing can be recorded of it.',
  });
  for (const wrong of ['7', '-7d', 'yesterday'])
    assert.equal(typeof readPast('--since', wrong, NOW), 'object');
});
