import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { createUniqueNames, folderName } from './maildirNames.ts';

describe('folderName()', () => {
  for (const [owner, expected] of [
    ['alice@contoso.test', 'alice@contoso.test'],
    ["o'hara+x@contoso.test", "o'hara+x@contoso.test"],
    ['../etc@contoso.test', '%2E.%2Fetc@contoso.test'],
    ['.', '%2E'],
    ['..', '%2E.'],
    ['a/b', 'a%2Fb'],
    ['a%2Fb', 'a%252Fb'],
    ['a\0b', 'a%00b'],
    ['a\nb\u007f', 'a%0Ab%7F'],
    ['', undefined],
    ['x'.repeat(255), 'x'.repeat(255)],
    ['x'.repeat(256), undefined],
    ['ü'.repeat(128), undefined],
  ] as const) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(owner)}`, () =>
      assert.equal(folderName(owner), expected));
  }

  it('never leads elsewhere, and never makes one of two', () => {
    const owner = fc
      .array(fc.constantFrom('.', '/', '%', '2', 'F', 'E', '\0', 'a'), { maxLength: 6 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(owner, owner, (one, other) => {
        const name = folderName(one);
        if (name === undefined) return;
        assert.ok(!name.includes('/') && !name.includes('\0') && !name.startsWith('.'));
        assert.equal(name === folderName(other), one === other);
      }),
    );
  });
});

describe('createUniqueNames()', () => {
  it('makes names by the Maildir specification', () => {
    const name = createUniqueNames('a/b:c')();
    assert.match(name, new RegExp(`^\\d{10}\\.M\\d{1,6}P${process.pid}Q1\\.a\\\\057b\\\\072c$`));
  });

  it('never makes the same twice', () => {
    const next = createUniqueNames('host');
    assert.equal(new Set(Array.from({ length: 10_000 }, next)).size, 10_000);
  });
});
