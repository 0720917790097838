import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { createDeadline } from './deadline.ts';

/** Time that stands still until the test moves it. */
function withTime(run: (tick: (ms: number) => void) => void): void {
  let now = 1000;
  mock.timers.enable({ apis: ['setTimeout'] });
  const clock = mock.method(performance, 'now', () => now);
  try {
    run((ms) => {
      // In steps of a millisecond, as timers see it.
      for (let passed = 0; passed < ms; passed += 1) {
        now += 1;
        mock.timers.tick(1);
      }
    });
  } finally {
    clock.mock.restore();
    mock.timers.reset();
  }
}

describe('createDeadline()', () => {
  it('expires when it is due, not before, and once', () => {
    withTime((tick) => {
      let expired = 0;
      createDeadline(() => (expired += 1)).set(50);
      tick(49);
      assert.equal(expired, 0);
      tick(1);
      assert.equal(expired, 1);
      tick(200);
      assert.equal(expired, 1);
    });
  });

  it('can be moved later and sooner', () => {
    withTime((tick) => {
      let expired = 0;
      const deadline = createDeadline(() => (expired += 1));
      deadline.set(50);
      tick(40);
      deadline.set(100);
      tick(99);
      assert.equal(expired, 0);
      tick(1);
      assert.equal(expired, 1);
      deadline.set(1000);
      deadline.set(10);
      tick(10);
      assert.equal(expired, 2);
    });
  });

  it('does not expire once it is stopped', () => {
    withTime((tick) => {
      let expired = 0;
      const deadline = createDeadline(() => (expired += 1));
      deadline.set(10);
      deadline.stop();
      tick(20);
      assert.equal(expired, 0);
    });
  });
});
