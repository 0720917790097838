import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeText } from './decode.ts';

function text(octets: Uint8Array): string {
  const decoded = decodeText(octets, 'a');
  return 'text' in decoded
    ? decoded.text
    : `${decoded.problem.place.line}:${decoded.problem.place.column} ${decoded.problem.message}`;
}

test('decodeText() reads every text of every encoding that Windows writes', () => {
  const texts = fc
    .string({ unit: 'grapheme', minLength: 2 })
    .filter((one) => !one.includes('\0') && !one.startsWith('\ufeff'));
  fc.assert(
    fc.property(texts, (written) => {
      const little = Buffer.from(`\ufeff${written}`, 'utf16le');
      assert.equal(text(little), written);
      assert.equal(text(Buffer.from(little).swap16()), written);
      assert.equal(text(Buffer.from(`\ufeff${written}`, 'utf8')), written);
    }),
    { numRuns: 300 },
  );
  assert.equal(text(Buffer.from('REGEDIT4', 'utf16le')), 'REGEDIT4');
  assert.equal(text(Buffer.from('Mail f\xfcr', 'latin1')), 'Mail für');
  assert.equal(text(Buffer.from('')), '');
});

test('decodeText() refuses what is no text, and says where', () => {
  assert.match(
    text(Buffer.from([0xff, 0xfe, 0x41])),
    /^1:1 the file is UTF-16 and has an odd number of octets/,
  );
  assert.equal(text(Buffer.from([0xff, 0xfe, 0x00, 0xd8])), '1:1 the file is not valid UTF-16');
  assert.equal(text(Buffer.from('ab\nc\0')), '2:2 there is a NUL character, so this is not a text file');
  assert.equal(text(Buffer.alloc(16 * 2 ** 20 + 1, 'a')), '1:1 the file is larger than 16 MiB');
  assert.equal(text(Buffer.alloc(16 * 2 ** 20, 'a')).length, 16 * 2 ** 20);
});

test('decodeText() never throws, whatever the octets', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
      decodeText(octets, 'a');
    }),
    { numRuns: 1000 },
  );
});
