import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createPlan, type Plan } from './plan.ts';

interface TestJob {
  readonly destination: string;
  readonly number: number;
}

function limits(total: number, each: number | ((destination: string) => number)) {
  return { total, perDestination: typeof each === 'number' ? () => each : each };
}

function addMany(plan: Plan<TestJob>, destination: string, count: number): void {
  for (let number = 0; number < count; number += 1) plan.add({ destination, number });
}

function startAll(plan: Plan<TestJob>): string[] {
  const started: string[] = [];
  for (let job = plan.next(); job !== undefined; job = plan.next()) started.push(job.destination);
  return started;
}

describe('createPlan()', () => {
  test('starts up to the limit per destination, and one more when one has finished', () => {
    const plan = createPlan<TestJob>(limits(100, 3));
    addMany(plan, 'a', 5);
    assert.equal(startAll(plan).length, 3);
    assert.equal(plan.next(), undefined);
    plan.finished('a', true);
    assert.deepEqual(startAll(plan), ['a']);
    assert.deepEqual([plan.ready, plan.inFlight], [1, 3]);
  });

  test('starts up to the limit in all', () => {
    const plan = createPlan<TestJob>(limits(4, 3));
    addMany(plan, 'a', 3);
    addMany(plan, 'b', 3);
    assert.equal(startAll(plan).length, 4);
    plan.finished('b', true);
    assert.equal(startAll(plan).length, 1);
  });

  test('lets destinations take turns, however much one has waiting', () => {
    const plan = createPlan<TestJob>(limits(10, 5));
    addMany(plan, 'dead', 10_000);
    addMany(plan, 'b', 2);
    addMany(plan, 'c', 1);
    assert.deepEqual(startAll(plan), ['dead', 'b', 'c', 'dead', 'b', 'dead', 'dead', 'dead']);
    addMany(plan, 'd', 3);
    assert.deepEqual(startAll(plan), ['d', 'd']);
  });

  test('obeys a limit that shrinks and grows while jobs wait', () => {
    let each = 2;
    const plan = createPlan<TestJob>(limits(100, () => each));
    addMany(plan, 'a', 6);
    assert.equal(startAll(plan).length, 2);
    each = 1;
    plan.finished('a', true);
    assert.equal(plan.next(), undefined);
    plan.finished('a', true);
    assert.equal(startAll(plan).length, 1);
    each = 4;
    plan.refresh(limits(100, () => each));
    assert.equal(startAll(plan).length, 3);
  });

  test('take() removes what is ready and nothing else', () => {
    const plan = createPlan<TestJob>(limits(100, 1));
    addMany(plan, 'a', 3);
    addMany(plan, 'b', 1);
    assert.equal(plan.next()?.number, 0);
    assert.deepEqual(
      plan.take('a').map(({ number }) => number),
      [1, 2],
    );
    assert.deepEqual(startAll(plan), ['b']);
    assert.deepEqual(plan.take('unknown'), []);
    assert.deepEqual([plan.ready, plan.inFlight], [0, 2]);
  });

  test('forgets destinations at which nothing is left', () => {
    const plan = createPlan<TestJob>(limits(100, 2));
    addMany(plan, 'a', 2);
    addMany(plan, '__proto__', 1);
    startAll(plan);
    plan.finished('a', true);
    assert.deepEqual(
      [...plan.lanes()].map(({ destination, finished, answered }) => [destination, finished, answered]),
      [
        ['a', 1, 1],
        ['__proto__', 0, 0],
      ],
    );
    plan.finished('a', false);
    plan.finished('__proto__', true);
    addMany(plan, 'taken', 1);
    plan.take('taken');
    startAll(plan);
    assert.deepEqual([...plan.lanes()], []);
  });

  test('throws when more is finished than was started', () => {
    const plan = createPlan<TestJob>(limits(100, 2));
    assert.throws(() => plan.finished('a', true), /nothing is in flight at a/);
    addMany(plan, 'a', 1);
    assert.throws(() => plan.finished('a', true), /nothing is in flight at a/);
  });
});

const names = ['a', 'b', 'c', 'd'] as const;
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ add: fc.constantFrom(...names) }) },
  { weight: 4, arbitrary: fc.constant('next' as const) },
  { weight: 3, arbitrary: fc.record({ finish: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ take: fc.constantFrom(...names) }) },
  {
    weight: 1,
    arbitrary: fc.record({ limit: fc.constantFrom(...names), to: fc.integer({ min: 0, max: 3 }) }),
  },
);

test('createPlan() keeps limits, order and turns in any sequence of calls', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 5 }), (steps, total) => {
      const each = new Map<string, number>(names.map((name) => [name, 2]));
      const limitOf = (name: string): number => each.get(name) ?? 0;
      const plan = createPlan<TestJob>(limits(total, limitOf));
      const waiting = new Map<string, number[]>(names.map((name) => [name, []]));
      const queueOf = (name: string): number[] => waiting.get(name) ?? [];
      const inFlight: string[] = [];
      const flying = (name: string): number => inFlight.filter((other) => other === name).length;
      const mayStart = (name: string): boolean => queueOf(name).length > 0 && flying(name) < limitOf(name);
      /** Turns that others had while this destination could have started something. */
      const passedOver = new Map<string, number>();
      let number = 0;
      for (const call of steps) {
        if (call === 'next') {
          const could = names.filter(mayStart);
          const job = plan.next();
          if (job === undefined) {
            assert.ok(inFlight.length >= total || could.length === 0);
            continue;
          }
          assert.ok(inFlight.length < total && mayStart(job.destination));
          assert.equal(job.number, queueOf(job.destination).shift());
          inFlight.push(job.destination);
          passedOver.set(job.destination, 0);
          for (const other of could) {
            if (other === job.destination) continue;
            const passed: number = (passedOver.get(other) ?? 0) + 1;
            passedOver.set(other, passed);
            assert.ok(passed < names.length, `${other} was passed over ${passed} times`);
          }
        } else if ('add' in call) {
          plan.add({ destination: call.add, number });
          queueOf(call.add).push(number);
          number += 1;
        } else if ('finish' in call) {
          const [name] = inFlight.splice(call.finish % Math.max(inFlight.length, 1), 1);
          if (name !== undefined) plan.finished(name, true);
        } else if ('take' in call) {
          assert.deepEqual(
            plan.take(call.take).map((job) => job.number),
            queueOf(call.take).splice(0),
          );
        } else {
          each.set(call.limit, call.to);
          plan.refresh(limits(total, limitOf));
        }
        for (const name of names) if (!mayStart(name)) passedOver.set(name, 0);
        assert.equal(plan.inFlight, inFlight.length);
        assert.equal(plan.ready, [...waiting.values()].flat().length);
      }
      while (inFlight.length > 0) plan.finished(inFlight.pop() ?? '', false);
      for (const name of names) plan.take(name);
      assert.equal(plan.next(), undefined);
      assert.deepEqual([...plan.lanes()], []);
    }),
    { numRuns: 500 },
  );
});
