import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SETTINGS } from '../session/testing/services.ts';
import { MEMORY_BOUND, shrunk, STEPS, Stress } from './stress.ts';

/** The levels that these loads lead to, one after the other. */
function levels(stress: Stress, loads: readonly number[], part: 'slots' | 'memory'): readonly number[] {
  return loads.map((load) => {
    stress.observe(part === 'slots' ? { slots: load, memory: 0 } : { slots: 0, memory: load * MEMORY_BOUND });
    return stress.level;
  });
}

for (const part of ['slots', 'memory'] as const) {
  test(`observe() rises with the ${part} and falls later than it rose`, () => {
    const stress = new Stress();
    const up = [0, 0.79, 0.8, 0.9499, 0.95, 1];
    assert.deepEqual(levels(stress, up, part), [0, 0, 1, 1, 2, 2]);
    const down = [0.9499, 0.85, 0.8499, 0.8, 0.7, 0.6999, 0.79];
    assert.deepEqual(levels(stress, down, part), [2, 2, 1, 1, 1, 0, 0]);
    assert.deepEqual(levels(stress, [1, 0], part), [2, 0], 'and in one leap');
  });
}

test('observe() says whether the level has changed', () => {
  const stress = new Stress();
  const told = [0.5, 0.8, 0.75, 0.6].map((slots) => stress.observe({ slots, memory: 0 }));
  assert.deepEqual(told, [false, true, false, true]);
});

test('shrunk() shortens what is longer, and lengthens nothing', () => {
  assert.equal(shrunk(SETTINGS, 0), SETTINGS);
  assert.deepEqual(shrunk(SETTINGS, 2).timeouts, STEPS[2].timeouts);
  const short = { command: 1, data: 2, session: 3, beforeTls: 4, beforeAuth: 5 };
  for (const level of [1, 2] as const) {
    assert.deepEqual(shrunk({ ...SETTINGS, timeouts: short }, level).timeouts, short);
    const { timeouts, ...others } = shrunk(SETTINGS, level);
    assert.deepEqual({ ...others, timeouts: SETTINGS.timeouts }, SETTINGS, 'nothing else is touched');
    assert.ok(timeouts.command < SETTINGS.timeouts.command);
  }
});
