import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { createCache } from './cache.ts';

const entry = (value: string, weight = 1, expires = 100) => ({ value, weight, expires });

describe('createCache()', () => {
  it('keeps an entry until it expires, and not at that moment', () => {
    const cache = createCache<string>(10);
    cache.set('a', entry('one'));
    assert.equal(cache.get('a', 99), 'one');
    assert.equal(cache.get('a', 100), undefined);
    assert.equal(cache.weight, 0);
  });

  it('lets those not used for longest make room, as many as the new one weighs', () => {
    const cache = createCache<string>(4);
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, entry(key));
    assert.equal(cache.get('a', 0), 'a');
    cache.set('e', entry('e', 2));
    assert.deepEqual(
      ['a', 'b', 'c', 'd', 'e'].map((key) => cache.get(key, 0)),
      ['a', undefined, undefined, 'd', 'e'],
    );
  });

  it('does not keep what is heavier than all it may keep, and forgets what it had under that name', () => {
    const cache = createCache<string>(4);
    cache.set('a', entry('old'));
    cache.set('b', entry('other'));
    cache.set('a', entry('new', 5));
    assert.equal(cache.get('a', 0), undefined);
    assert.equal(cache.get('b', 0), 'other');
  });

  it('never weighs more than its limit, and always what its entries weigh', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', '__proto__'),
      weight: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step), fc.nat(10), (steps, limit) => {
        const cache = createCache<string>(limit);
        const weights = new Map<string, number>();
        for (const { key, weight } of steps) {
          cache.set(key, entry(key, weight));
          weights.set(key, weight);
          assert.ok(cache.weight <= limit);
        }
        const held = [...weights].filter(([key]) => cache.get(key, 0) !== undefined);
        assert.equal(
          cache.weight,
          held.reduce((sum, [, weight]) => sum + weight, 0),
        );
      }),
    );
  });
});
