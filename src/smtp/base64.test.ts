import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64 } from './base64.ts';

test('decodeBase64() gives back what was encoded', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (octets) => {
      assert.deepEqual(decodeBase64(Buffer.from(octets).toString('base64')), Buffer.from(octets));
    }),
  );
  assert.deepEqual(decodeBase64(''), Buffer.alloc(0));
  assert.deepEqual(decodeBase64('AGFsaWNlAHB3'), Buffer.from('\0alice\0pw'));
});

test('decodeBase64() refuses what is not strictly base64', () => {
  const bad = [
    '=',
    '====',
    '*',
    'A',
    'AA',
    'AAA',
    'AA=',
    'AAA==',
    'AAAA=',
    'A===',
    ' AAAA',
    'AAAA ',
    'AA\nAA',
    'AAAA\r\n',
  ];
  const more = [
    'AB==',
    'AAB=',
    'AA-_',
    '_w==',
    'AA==AAAA',
    'AA=A',
    'AAAA!',
    'AA\0A',
    '\u0100AAA',
    'AAA\u0141',
  ];
  for (const text of [...bad, ...more]) assert.equal(decodeBase64(text), undefined, JSON.stringify(text));
});
