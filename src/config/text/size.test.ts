import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isTextProblem } from './problem.ts';
import { grouped, parseSize } from './size.ts';

test('parseSize() counts octets', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['52428800', 52_428_800],
    ['512B', 512],
    ['10kB', 10_000],
    ['10KB', 10_000],
    ['10KiB', 10_240],
    ['50MB', 50_000_000],
    ['50MiB', 52_428_800],
    ['50 MiB', 52_428_800],
    ['2GB', 2_000_000_000],
    ['2GiB', 2_147_483_648],
  ];
  for (const [text, expected] of cases) assert.equal(parseSize(text), expected, text);
});

test('parseSize() takes 1024GiB and no more', () => {
  assert.equal(parseSize('1099511627776'), 1_099_511_627_776);
  assert.ok(isTextProblem(parseSize('1099511627777')));
  assert.ok(isTextProblem(parseSize('1025GiB')));
});

test('parseSize() names both readings of what has two', () => {
  for (const text of ['50M', '50mb', '50Mb', '50mib', '50m']) {
    const problem = parseSize(text);
    assert.ok(isTextProblem(problem), text);
    assert.equal(problem.remedy, 'Write 50MB (50,000,000 octets) or 50MiB (52,428,800 octets).', text);
  }
});

test('parseSize() refuses what is no size', () => {
  for (const text of [
    '',
    'MB',
    '-1MB',
    '1.5MB',
    '1e6',
    '0x10',
    '50 pages',
    '5  MB',
    '1'.repeat(16),
    '1MB ',
  ]) {
    assert.ok(isTextProblem(parseSize(text)), text);
  }
});

test('parseSize() never throws', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseSize(text);
    }),
  );
});

test('grouped() sets commas between thousands', () => {
  assert.deepEqual([0, 999, 1000, 1_234_567].map(grouped), ['0', '999', '1,000', '1,234,567']);
});
