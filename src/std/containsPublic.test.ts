import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { containsPublic, inRange, ipv4, isPublic, parseCidr } from './ip.ts';

test('containsPublic() tells private networks from those with a public address', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['10.0.0.0/8', false],
    ['10.0.0.0/7', true],
    ['172.16.0.0/12', false],
    ['172.0.0.0/11', true],
    ['192.168.0.0/16', false],
    ['127.0.0.0/8', false],
    ['224.0.0.0/3', false],
    ['8.8.8.8', true],
    // The first and the last address of these are special, those between are not.
    ['0.0.0.0/0', true],
    ['0.0.0.0/1', true],
    ['192.0.0.0/2', true],
    ['::1', false],
    ['fc00::/7', false],
    ['fe80::/10', false],
    ['fc00::/6', false],
    ['2000::/3', true],
    ['2001:db8::/32', false],
    ['2600::/12', true],
    ['::/0', true],
  ];
  for (const [text, expected] of cases) {
    const range = parseCidr(text);
    assert.ok(range !== undefined, text);
    assert.equal(containsPublic(range), expected, text);
  }
});

test('containsPublic() holds for every range with a public address in it', () => {
  const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(address, fc.integer({ min: 0, max: 32 }), (value, prefix) => {
      const first = value - (value % 2 ** (32 - prefix));
      const range = { family: 4, first, last: first + 2 ** (32 - prefix) - 1 } as const;
      const inside = ipv4(value);
      assert.ok(inRange(inside, range));
      if (isPublic(inside)) assert.ok(containsPublic(range));
      if (prefix === 32) assert.equal(containsPublic(range), isPublic(inside));
    }),
  );
});
