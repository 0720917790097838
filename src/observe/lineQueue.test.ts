import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createLineQueue } from './lineQueue.ts';

test('createLineQueue() keeps exactly its bound and drops the next line', () => {
  const queue = createLineQueue(8);
  queue.push('abc\n');
  queue.push('def\n');
  assert.equal(queue.characters, 8);
  queue.push('\n');
  assert.equal(queue.takeDropped(), 1);
  assert.equal(queue.takeDropped(), 0);
  assert.equal(queue.take(100)?.toString(), 'abc\ndef\n');
  assert.equal(queue.take(100), undefined);
  queue.push('again\n');
  assert.equal(queue.takeDropped(), 0);
  assert.equal(queue.take(100)?.toString(), 'again\n');
});

test('take() gives a line that is longer than what was asked for', () => {
  const queue = createLineQueue(1000);
  queue.push(`${'x'.repeat(50)}\n`);
  queue.push('y\n');
  assert.equal(queue.take(10)?.length, 51);
  assert.equal(queue.take(10)?.toString(), 'y\n');
});

test('take() gives every pushed line once and in order, whatever the portions', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme-ascii' })),
      fc.integer({ min: 1, max: 40 }),
      (lines, most) => {
        const queue = createLineQueue(1e6);
        for (const line of lines) queue.push(`${line}\n`);
        const taken: Buffer[] = [];
        for (let next = queue.take(most); next !== undefined; next = queue.take(most)) {
          taken.push(next);
          const text = next.toString();
          assert.ok(text.length <= most || text.indexOf('\n') === text.length - 1);
        }
        assert.deepEqual(Buffer.concat(taken), Buffer.from(lines.map((line) => `${line}\n`).join('')));
        assert.equal(queue.characters, 0);
      },
    ),
  );
});
