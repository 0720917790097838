import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createExclusive } from './exclusive.ts';

test('createExclusive() runs tasks one after the other, whatever one ends in', async () => {
  const exclusive = createExclusive();
  const steps: string[] = [];
  const task = (name: string) => async (): Promise<string> => {
    steps.push(`${name} begins`);
    await new Promise<void>((resolve) => setImmediate(resolve));
    steps.push(`${name} ends`);
    if (name === 'second') throw new Error(name);
    return name;
  };
  const [first, second, third] = await Promise.allSettled(
    ['first', 'second', 'third'].map((name) => exclusive(task(name))),
  );
  assert.deepEqual(
    steps,
    ['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
  assert.deepEqual([first?.status, second?.status, third?.status], ['fulfilled', 'rejected', 'fulfilled']);
});
