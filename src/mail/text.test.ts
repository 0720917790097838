import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeUtf8, firstUnfit, hasNonAscii } from './text.ts';

test('firstUnfit() finds what does not show itself as it is', () => {
  const unfit = [
    ['\0', 'NUL'],
    ['\t', 'TAB'],
    ['\r', 'CR'],
    ['\n', 'LF'],
    ['\x7f', 'DEL'],
    ['\x85', 'NEL, a C1 control'],
    ['\xa0', 'a no-break space'],
    ['\xad', 'a soft hyphen'],
    ['\u2028', 'a line separator'],
    ['\u2029', 'a paragraph separator'],
    ['\u3000', 'an ideographic space'],
    ['\u200b', 'a zero-width space'],
    ['\u200e', 'a left-to-right mark'],
    ['\u202e', 'a right-to-left override'],
    ['\u2066', 'an isolate'],
    ['\u061c', 'an Arabic letter mark'],
    ['\ufeff', 'a byte order mark'],
    ['\ufdd0', 'a noncharacter'],
    ['\uffff', 'a noncharacter'],
    ['\u{1fffe}', 'a noncharacter'],
    ['\u{10ffff}', 'a noncharacter'],
    ['\ud800', 'a lone surrogate'],
    ['\u{e0041}', 'a tag'],
  ] as const;
  for (const [character, what] of unfit) {
    assert.equal(firstUnfit(`ab${character}c`), 2, what);
    assert.equal(firstUnfit(character), 0, what);
  }
  const fit = ['', ' ', '~', 'é', 'e\u0301', 'ß', '語', 'क्\u200dष', 'می\u200cخواهم', '❤\ufe0f', '\u{1f600}'];
  for (const text of fit) assert.equal(firstUnfit(text), -1, JSON.stringify(text));
});

test('decodeUtf8() takes UTF-8 and nothing that only looks like it', () => {
  const bad = [
    ['80', 'a continuation alone'],
    ['c3', 'a character cut short'],
    ['c328', 'no continuation'],
    ['c080', 'NUL, overlong'],
    ['c0ae', 'a dot, overlong'],
    ['c18d', 'CR would be overlong so'],
    ['e0808a', 'LF, overlong in three'],
    ['e080ae', 'a dot, overlong in three'],
    ['f08080ae', 'a dot, overlong in four'],
    ['eda080', 'a surrogate'],
    ['eda080edb080', 'a pair of surrogates (CESU-8)'],
    ['efb790', 'a noncharacter'],
    ['efbfbf', 'a noncharacter'],
    ['f48fbfbf', 'the last noncharacter'],
    ['f4908080', 'over U+10FFFF'],
    ['f8888080ae', 'five octets'],
    ['ff', 'no octet of UTF-8'],
    ['c285', 'a C1 control'],
    ['00', 'NUL'],
    ['0d', 'CR'],
  ] as const;
  for (const [hex, what] of bad) assert.equal(decodeUtf8(Buffer.from(`61${hex}62`, 'hex')), undefined, what);
  assert.equal(decodeUtf8(Buffer.from('büc語\u{1f600}')), 'büc語\u{1f600}');
  assert.equal(decodeUtf8(Buffer.alloc(0)), '');
});

test('decodeUtf8() gives a text that encodes to the octets, or nothing', () => {
  const text = fc.array(fc.nat(0x10ffff)).map((points) => Buffer.from(String.fromCodePoint(...points)));
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.uint8Array().map((octets) => Buffer.from(octets)),
      ),
      (octets) => {
        const decoded = decodeUtf8(octets);
        if (decoded !== undefined) assert.deepEqual(Buffer.from(decoded), octets);
      },
    ),
    { numRuns: 2000 },
  );
});

test('hasNonAscii() tells ASCII from the rest', () => {
  assert.equal(hasNonAscii('\0az~\x7f'), false);
  assert.equal(hasNonAscii('a\x80'), true);
  assert.equal(hasNonAscii('\u{1f600}'), true);
});
