import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGate } from './gate.ts';

/** Collects the order in which promises resolve. */
async function watch(order: string[], name: string, entering: Promise<boolean>): Promise<void> {
  const inside = await entering;
  order.push(`${name}:${inside ? 'in' : 'out'}`);
}

test('createGate() lets n in, n more wait in order, and turns the next one away', async () => {
  const gate = createGate({ running: 2, waiting: 2 });
  const order: string[] = [];
  const a = watch(order, 'a', gate.enter());
  const b = watch(order, 'b', gate.enter());
  const c = watch(order, 'c', gate.enter());
  const d = watch(order, 'd', gate.enter());
  await watch(order, 'e', gate.enter());
  await Promise.all([a, b]);
  assert.deepEqual(order.toSorted(), ['a:in', 'b:in', 'e:out']);
  gate.leave();
  await c;
  const f = watch(order, 'f', gate.enter());
  gate.leave();
  await d;
  gate.leave();
  await f;
  assert.deepEqual(order.slice(3), ['c:in', 'd:in', 'f:in']);
});

test('createGate() is as wide as before when all have left', async () => {
  const gate = createGate({ running: 2, waiting: 0 });
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual(await Promise.all([gate.enter(), gate.enter(), gate.enter()]), [true, true, false]);
    gate.leave();
    gate.leave();
  }
});

test('enter() gives up its place in the queue at the signal, and owes nothing', async () => {
  const gate = createGate({ running: 1, waiting: 1 });
  assert.equal(await gate.enter(), true);
  const gone = new AbortController();
  const waiting = gate.enter(gone.signal);
  gone.abort();
  assert.equal(await waiting, false);
  assert.equal(await gate.enter(gone.signal), false);
  const next = gate.enter();
  gate.leave();
  assert.equal(await next, true);
});

test('enter() is not disturbed by a signal that comes once inside', async () => {
  const gate = createGate({ running: 1, waiting: 1 });
  await gate.enter();
  const client = new AbortController();
  const entering = gate.enter(client.signal);
  gate.leave();
  client.abort();
  assert.equal(await entering, true);
  const other = gate.enter();
  gate.leave();
  assert.equal(await other, true);
});
