import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeXtext, encodeUnitext, encodeXtext, escapeBeyondAscii, isXtext } from './xtext.ts';

test('decodeXtext() takes what RFC 3461 writes and nothing else', () => {
  assert.equal(decodeXtext(''), '');
  assert.equal(decodeXtext('a+20b+2B+3D+41'), 'a b+=A');
  for (const text of [
    '+',
    '+2',
    '+2g',
    '+2b',
    'a=b',
    'a b',
    '+0D',
    '+00',
    '+7F',
    '+80',
    '+FF',
    'ö',
    '\t',
    '\x7f',
  ]) {
    assert.equal(decodeXtext(text), undefined, JSON.stringify(text));
  }
  assert.equal(isXtext('+FF+00'), true);
  assert.equal(isXtext('+ff'), false);
});

test('decodeXtext() gives back what was encoded', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]{0,40}$/), fc.boolean(), (text, all) => {
      const encoded = text.replace(all ? /./g : /[ +=]/g, (character) => {
        const hex = character.charCodeAt(0).toString(16).toUpperCase();
        return `+${hex.padStart(2, '0')}`;
      });
      assert.equal(decodeXtext(encoded), text);
    }),
  );
});

test('encodeXtext() is what decodeXtext() reads', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
      assert.equal(decodeXtext(encodeXtext(text)), text);
    }),
  );
});

test('encodeUnitext() and escapeBeyondAscii() write what RFC 6533 does', () => {
  assert.equal(encodeUnitext('ü+a b=\\@x'), 'ü\\x{2B}a\\x{20}b\\x{3D}\\x{5C}@x');
  assert.equal(escapeBeyondAscii('ü\u{1f600}a'), '\\x{FC}\\x{1F600}a');
});
