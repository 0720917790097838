import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { logicalLines, splitList, unbraced } from './lines.ts';

test('logicalLines() joins continued lines over comments and blank lines, and counts from 1', () => {
  const text = '# head\n\nmynetworks = 10.0.0.0/8,\n  # inside\n\n\t192.168.0.0/16\r\nmyhostname = a\n';
  assert.deepEqual(logicalLines(text), [
    { text: 'mynetworks = 10.0.0.0/8, 192.168.0.0/16', line: 3 },
    { text: 'myhostname = a', line: 7 },
  ]);
});

test('splitList() divides at commas and blanks, and keeps braces whole', () => {
  assert.deepEqual(splitList(' a, b\tc  inline:{ {x y = z}, b=c },d'), [
    'a',
    'b',
    'c',
    'inline:{ {x y = z}, b=c }',
    'd',
  ]);
  assert.deepEqual(splitList(''), []);
});

test('unbraced() takes off one pair of braces', () => {
  assert.equal(unbraced('{ a = b }'), 'a = b');
  assert.equal(unbraced('{a'), '{a');
});

test('splitList() gives back the items that were joined', () => {
  const item = fc.stringMatching(/^[a-z0-9.:/!$-]{1,8}$/);
  fc.assert(
    fc.property(
      fc.array(item, { maxLength: 8 }),
      fc.constantFrom(',', ' ', ', ', '\t,\t'),
      (items, between) => {
        assert.deepEqual(splitList(items.join(between)), items);
      },
    ),
    { numRuns: 200 },
  );
});
