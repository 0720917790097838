import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createListHealth } from './listHealth.ts';
import { createTelling } from './telling.ts';
import type { Verdict } from './list.ts';

describe('createTelling()', () => {
  it('tells the first at once, and later how often it was since', () => {
    const telling = createTelling(1000);
    assert.deepEqual(
      [0, 1, 999, 1000, 1001, 2000].map((now) => telling.note(now)),
      [1, undefined, undefined, 3, undefined, 2],
    );
  });
});

describe('createListHealth()', () => {
  const silent: Verdict = { kind: 'unknown', error: 'no answer', lasting: false, foreign: false };
  const refusal: Verdict = {
    kind: 'unknown',
    error: 'it answers 127.255.255.254',
    lasting: true,
    foreign: false,
  };
  const clear: Verdict = { kind: 'clear' };

  function told(verdicts: readonly (readonly [string, Verdict])[]): readonly string[] {
    const lines: string[] = [];
    const health = createListHealth({ now: () => 0 }, (_name, fields) => lines.push(JSON.stringify(fields)));
    for (const [zone, verdict] of verdicts) health.note(zone, verdict);
    return lines;
  }

  it('tells of an error code at once, for each list apart, once an hour', () => {
    assert.equal(
      told([
        ['a.test', refusal],
        ['a.test', refusal],
        ['b.test', refusal],
      ]).length,
      2,
    );
  });

  it('tells of silence when it is the fifth in a row', () => {
    const four = Array.from({ length: 4 }, () => ['a.test', silent] as const);
    assert.deepEqual(told([...four, ['a.test', clear], ...four, ['b.test', silent]]), []);
    assert.equal(told([...four, ['a.test', silent]]).length, 1);
  });
});
