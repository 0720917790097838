import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileBelow, findBelow } from './below.ts';
import { domain, literal } from './testing/mod.ts';

const below = compileBelow(
  new Map([
    ['sea.test', 'sea'],
    ['deep.sea.test', 'deep'],
    ['test', 'top'],
  ]),
);

test('findBelow() takes the most specific domain above, by whole labels', () => {
  const expected = [
    ['x.sea.test', 'sea'],
    ['x.y.sea.test', 'sea'],
    ['x.deep.sea.test', 'deep'],
    ['deep.sea.test', 'sea'],
    ['sea.test', 'top'],
    ['chelsea.test', 'top'],
    ['x.chelsea.test', 'top'],
    ['test', undefined],
    ['sea.example', undefined],
    ['test.example', undefined],
  ] as const;
  for (const [name, value] of expected) assert.equal(findBelow(below, domain(name)), value, name);
});

test('findBelow() finds a domain below one of 100 labels, and looks at no more labels than were compiled', () => {
  const long = `${'a.'.repeat(100)}test`;
  assert.equal(findBelow(compileBelow(new Map([[long, 1]])), domain(`x.${long}`)), 1);
  const looked: string[] = [];
  const spy = new (class extends Map<string, number> {
    override get(key: string): number | undefined {
      looked.push(key);
      return super.get(key);
    }
  })([['b.test', 2]]);
  assert.equal(findBelow(compileBelow(spy), domain(long)), undefined);
  assert.deepEqual(looked, ['test', 'a.test']);
});

test('findBelow() finds nothing above a literal', () => {
  const numbers = compileBelow(new Map([['2.1]', 1]]));
  assert.equal(findBelow(numbers, literal('[192.0.2.1]')), undefined);
});
