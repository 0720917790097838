import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeHeaderText, foldHeader } from './headerText.ts';

/** What a mail reader makes of encoded words: the white space between two of them is not text (RFC 2047 6.2). */
function decode(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?B\?([A-Za-z0-9+/=]*)\?=/g, (_, word: string) =>
      Buffer.from(word, 'base64').toString(),
    );
}

const anyText = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.array(fc.nat(0x10ffff), { maxLength: 120 }).map((points) => String.fromCodePoint(...points)),
  fc.array(fc.nat(0x2100), { maxLength: 120 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    '\r\nBcc: x',
    'a\nb',
    'a\rb',
    '\0',
    '\u2028',
    '\u0085',
    '=?utf-8?B?QQ==?=',
    '\ud800',
    '\u{1f4ec}',
  ),
);

test('encodeHeaderText() leaves printable ASCII as it is', () => {
  assert.equal(
    encodeHeaderText('Mail could not be delivered: 550 5.1.1'),
    'Mail could not be delivered: 550 5.1.1',
  );
  assert.equal(encodeHeaderText(''), '');
});

test('encodeHeaderText() encodes the rest in words of at most 75 characters', () => {
  assert.equal(encodeHeaderText('Zurück'), '=?utf-8?B?WnVyw7xjaw==?=');
  fc.assert(
    fc.property(anyText, (text) => {
      const encoded = encodeHeaderText(text);
      assert.match(encoded, /^[ -~]*$/);
      if (encoded.startsWith('=?')) for (const word of encoded.split(' ')) assert.ok(word.length <= 75);
    }),
  );
});

test('encodeHeaderText() is decoded to the same text, control characters as spaces', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').toWellFormed();
      assert.equal(decode(encodeHeaderText(text)), shown);
    }),
  );
});

test('encodeHeaderText() encodes what looks encoded, so that it is shown as it is', () => {
  const text = '=?utf-8?B?QQ==?=';
  assert.equal(decode(encodeHeaderText(text)), text);
  assert.notEqual(encodeHeaderText(text), text);
});

test('foldHeader() folds at spaces to 76 characters and unfolds to the same line', () => {
  const word = fc.stringMatching(/^[!-~]{1,70}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
      const line = `Subject: ${words.join(' ')}`;
      const folded = foldHeader(line);
      assert.equal(folded.replaceAll('\r\n', ''), line);
      for (const [i, part] of folded.split('\r\n').entries()) {
        assert.ok(part.length <= 76 || i === 0, part);
        assert.ok(part.length <= 79);
        assert.ok(i === 0 || part.startsWith(' '));
      }
    }),
  );
});

test('foldHeader() folds only when a line would be longer than 76 characters', () => {
  const line = `A: ${'b'.repeat(40)} ${'c'.repeat(32)}`;
  assert.equal(line.length, 76);
  assert.equal(foldHeader(line), line);
  assert.equal(foldHeader(`${line}c`), `A: ${'b'.repeat(40)}\r\n ${'c'.repeat(33)}`);
});

test('foldHeader() keeps encoded words on lines of at most 76 characters', () => {
  const folded = foldHeader(`Subject: ${encodeHeaderText('Zustellung verzögert — 日本語 '.repeat(20))}`);
  for (const part of folded.split('\r\n')) assert.ok(part.length <= 76, part);
});

test('foldHeader() cuts a word that fits no line at 998 characters', () => {
  const folded = foldHeader(`X: ${'a'.repeat(995)}`);
  assert.equal(folded.length, 998);
  const [first, second, ...more] = foldHeader(`X: ${'a'.repeat(996)}`).split('\r\n');
  assert.deepEqual([first?.length, second, more], [998, ' a', []]);
  for (const part of foldHeader(`X: ${'a'.repeat(1_000_000)}`).split('\r\n')) assert.ok(part.length <= 998);
});

test('foldHeader() lets no text begin a field or end the header', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, two) => {
      for (const part of foldHeader(`Subject: ${one}\r\n${two}`).split('\r\n').slice(1)) {
        assert.match(part, /^ +[^ ]/);
      }
      assert.doesNotMatch(foldHeader(`Subject: ${one}`).replaceAll('\r\n ', ''), /[\r\n\0]/);
    }),
  );
});
