import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate } from './gate.ts';

const never = new AbortController().signal;

describe('createGate()', () => {
  it('lets in as many as it may, has as many wait, and turns the next away', async () => {
    const gate = createGate({ inside: 2, waiting: 1 });
    assert.equal(await gate.enter(never), 'inside');
    assert.equal(await gate.enter(never), 'inside');
    const third = gate.enter(never);
    assert.equal(await gate.enter(never), 'full');
    gate.leave();
    assert.equal(await third, 'inside');
    gate.leave();
    gate.leave();
    assert.equal(await gate.enter(never), 'inside');
  });

  it('frees the place in line of one who gives up', async () => {
    const gate = createGate({ inside: 1, waiting: 1 });
    await gate.enter(never);
    const impatient = new AbortController();
    const left = gate.enter(impatient.signal);
    impatient.abort();
    assert.equal(await left, 'cancelled');
    const next = gate.enter(never);
    gate.leave();
    assert.equal(await next, 'inside');
    assert.equal(await gate.enter(AbortSignal.abort()), 'cancelled');
  });
});
