import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createQueue } from './queue.ts';

test('createQueue() gives back what was put in, in order', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 400 }) }) },
    { weight: 5, arbitrary: fc.record({ shift: fc.integer({ min: 1, max: 400 }) }) },
    { weight: 1, arbitrary: fc.constant('takeAll' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const queue = createQueue<number>();
      let model: number[] = [];
      let next = 0;
      for (const each of steps) {
        if (each === 'takeAll') {
          assert.deepEqual(queue.takeAll(), model);
          model = [];
        } else if ('push' in each) {
          for (let at = 0; at < each.push; at += 1) {
            queue.push(next);
            model.push(next);
            next += 1;
          }
        } else {
          for (let at = 0; at < each.shift; at += 1) assert.equal(queue.shift(), model.shift());
        }
        assert.equal(queue.size, model.length);
      }
    }),
    { numRuns: 100 },
  );
});
