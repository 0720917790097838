import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pieces } from './pieces.ts';

test('add() keeps every octet in order, however many parts there are', () => {
  const part = fc.tuple(fc.nat(99), fc.nat(40));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 400, size: 'max' }), (parts) => {
      const source = Buffer.from(Array.from({ length: 140 }, (_, i) => i));
      const pieces = new Pieces();
      for (const [start, length] of parts) pieces.add(source, start, start + length);
      const taken = pieces.take();
      assert.ok(taken.length <= 65);
      const expected = parts.map(([start, length]) => source.subarray(start, start + length));
      assert.deepEqual(Buffer.concat(taken), Buffer.concat(expected));
      assert.deepEqual(pieces.take(), []);
    }),
  );
});

test('add() copies from the 65th part on', () => {
  const source = Buffer.from('0123456789');
  const pieces = new Pieces();
  for (let i = 0; i < 64; i += 1) pieces.add(source, 0, 10);
  const slices = pieces.take();
  assert.equal(slices.length, 64);
  assert.ok(slices.every((slice) => slice === source));
  for (let i = 0; i < 66; i += 1) pieces.add(source, i % 5, 10);
  const [last, ...before] = pieces.take().toReversed();
  assert.equal(before.length, 64);
  assert.ok(before.every((slice) => slice.buffer === source.buffer));
  assert.notEqual(last?.buffer, source.buffer);
  assert.equal(last?.toString(), '4567890123456789');
});

test('take() begins anew', () => {
  const pieces = new Pieces();
  for (let i = 0; i < 100; i += 1) pieces.add(Buffer.from('ab'), 0, 2);
  const first = Buffer.concat(pieces.take());
  for (let i = 0; i < 100; i += 1) pieces.add(Buffer.from('xy'), 0, 2);
  assert.equal(first.toString(), 'ab'.repeat(100));
  assert.equal(Buffer.concat(pieces.take()).toString(), 'xy'.repeat(100));
});
