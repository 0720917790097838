import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { asciiLine, encodeText, oneLine, quotedPrintable, wrap } from './text.ts';

/** RFC 2045 6.7, read as a mail program reads it. */
function decodeQuotedPrintable(encoded: Buffer): Buffer {
  const text = encoded
    .toString('latin1')
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

const octets = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', '=', 'ü', 'a', 'abc '.repeat(20)), {
      maxLength: 60,
    })
    .map((parts) => Buffer.from(parts.join(''))),
);

describe('quotedPrintable()', () => {
  test('decodes to what was encoded, in lines that every path takes', () => {
    fc.assert(
      fc.property(octets, (content) => {
        const encoded = quotedPrintable(content);
        assert.deepEqual(decodeQuotedPrintable(encoded), content);
        assert.equal(encodeText(encoded).encoding, '7bit');
        for (const line of encoded.toString('latin1').split('\r\n')) {
          assert.ok(line.length <= 76, line);
          assert.ok(!/[ \t]$/.test(line), `white space at the end of ${JSON.stringify(line)}`);
          assert.match(line, /^[\t\x20-\x7e]*$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('encodeText()', () => {
  test('leaves plain lines as they are, up to 998 octets', () => {
    const longest = Buffer.from(`${'a'.repeat(998)}\r\nb\tc\r\n`);
    assert.equal(encodeText(longest).bytes, longest);
    assert.equal(encodeText(Buffer.from(`${'a'.repeat(999)}\r\n`)).encoding, 'quoted-printable');
  });

  test('encodes what is not 7-bit text', () => {
    for (const text of ['a\0', 'é', '\x7f', 'a\rb', 'a\nb', '\n', 'a\r']) {
      assert.equal(encodeText(Buffer.from(text)).encoding, 'quoted-printable', JSON.stringify(text));
    }
    assert.equal(encodeText(Buffer.from('')).encoding, '7bit');
  });
});

describe('oneLine(), asciiLine()', () => {
  test('give one line, whatever goes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        assert.doesNotMatch(oneLine(text), /[\p{Cc}\u2028\u2029]/u);
        assert.match(asciiLine(text), /^[\x20-\x7e]*$/);
      }),
    );
    assert.equal(oneLine(' a\r\n\tb\u2028c '), 'a b c');
    assert.equal(asciiLine('ü\ud800x'), '??x');
  });
});

describe('wrap()', () => {
  test('loses no word and keeps to the width where it can', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const lines = wrap(text, 30, '  ').split('\r\n');
        assert.equal(
          lines.map((line) => line.trim()).join(' '),
          text
            .split(' ')
            .filter((word) => word !== '')
            .join(' ')
            .trim(),
        );
        for (const line of lines) assert.ok(line.length <= 30 || !line.trim().includes(' '));
      }),
    );
  });
});
