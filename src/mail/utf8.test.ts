import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { Utf8Check } from './utf8.ts';

function valid(octets: Uint8Array): boolean {
  const check = new Utf8Check();
  for (const octet of octets) check.take(octet);
  return check.valid;
}

test('take() agrees with the decoder of the platform', () => {
  const octet = fc.oneof(
    fc.constantFrom(
      0x41,
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
    ),
    fc.nat(0xff),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(octet, { maxLength: 8 }).map((octets) => Uint8Array.from(octets)),
        fc.array(fc.nat(0x10ffff)).map((points) => Buffer.from(String.fromCodePoint(...points))),
      ),
      (octets) => assert.equal(valid(octets), isUtf8(octets)),
    ),
    { numRuns: 5000 },
  );
});

test('take() knows the first and the last of every length', () => {
  for (const point of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]) {
    const octets = Buffer.from(String.fromCodePoint(point));
    assert.equal(valid(octets), true);
    if (octets.length > 1) assert.equal(valid(octets.subarray(0, -1)), false);
  }
});
