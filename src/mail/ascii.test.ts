import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldAscii } from './ascii.ts';

test('foldAscii() folds A to Z and nothing else', () => {
  assert.equal(foldAscii('AZaz09@[`{'), 'azaz09@[`{');
  for (const text of ['\u212a', '\u0130', 'Ü', 'ſ', 'Σ', '\u{10400}']) assert.equal(foldAscii(text), text);
  fc.assert(
    fc.property(
      fc.array(fc.nat(0x250)).map((units) => String.fromCharCode(...units)),
      (text) => {
        const naive = text.split('').map((unit) => (unit >= 'A' && unit <= 'Z' ? unit.toLowerCase() : unit));
        assert.equal(foldAscii(text), naive.join(''));
      },
    ),
  );
});
