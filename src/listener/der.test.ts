import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { bitString, integer, octetString, oid, time } from './der.ts';

const hex = (octets: Buffer): string => octets.toString('hex');

test('octetString() writes its length in one octet up to 127, then in as many as it takes', () => {
  const head = (length: number): string =>
    hex(octetString(Buffer.alloc(length))).slice(0, -2 * length || undefined);
  assert.equal(head(0), '0400');
  assert.equal(head(127), '047f');
  assert.equal(head(128), '048180');
  assert.equal(head(255), '0481ff');
  assert.equal(head(256), '04820100');
  assert.equal(head(65_536), '0483010000');
});

test('integer() is as short as can be, and never negative', () => {
  assert.equal(hex(integer(Buffer.of(0, 0))), '020100');
  assert.equal(hex(integer(Buffer.of(0, 0x7f))), '02017f');
  assert.equal(hex(integer(Buffer.of(0x80))), '02020080');
  assert.equal(hex(integer(Buffer.of(1, 0))), '02020100');
});

test('oid() writes seven bits an octet', () => {
  assert.equal(hex(oid('2.5.29.17')), '0603551d11');
  assert.equal(hex(oid('1.2.840.10045.4.3.2')), '06082a8648ce3d040302');
  assert.equal(hex(oid('1.3.127.128.16384')), '06072b7f8100818000');
});

test('bitString() says how many bits do not count', () => {
  assert.equal(hex(bitString(Buffer.of(0x80), 7)), '03020780');
});

test('time() is UTCTime through 2049 and GeneralizedTime from 2050 on', () => {
  const text = (at: number): string => time(at).subarray(2).toString('latin1');
  assert.equal(text(Date.UTC(2049, 11, 31, 23, 59, 59, 999)), '491231235959Z');
  assert.equal(text(Date.UTC(2050, 0, 1)), '20500101000000Z');
  assert.deepEqual([time(Date.UTC(2049, 0))[0], time(Date.UTC(2050, 0))[0]], [0x17, 0x18]);
});
