import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Target } from '../deliver/mod.ts';
import { destinationOf, groupByTarget, RECIPIENTS_PER_ATTEMPT } from './target.ts';

const domain = fc.constantFrom('a.test', 'b.test', '__proto__', 'constructor');
const host = fc.record({ host: domain, port: fc.constantFrom(24, 25, 587) });
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.record({ kind: fc.constant('maildir' as const), folder: fc.constantFrom('/m', '/m:25', 'a.test') }),
  fc.record({
    kind: fc.constant('lmtp' as const),
    to: fc.oneof(host, fc.record({ path: fc.constantFrom('/run/lmtp', 'a.test:24', 'a.test') })),
  }),
  fc.record({ kind: fc.constant('smtp' as const), to: host }),
  fc.record({
    kind: fc.constant('smtp' as const),
    to: host,
    login: fc.record({
      user: fc.constantFrom('u', 'u with v', 'u" with v'),
      passwordFile: fc.constantFrom('v', 'w', 'v with v'),
    }),
  }),
  fc.record({ kind: fc.constant('mx' as const), domain }),
);

describe('destinationOf()', () => {
  test('names equal targets alike and different ones differently', () => {
    fc.assert(
      fc.property(target, target, (a, b) => {
        assert.equal(destinationOf(a) === destinationOf(b), JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is readable', () => {
    assert.equal(destinationOf({ kind: 'mx', domain: 'a.test' }), 'mx:a.test');
    assert.equal(destinationOf({ kind: 'smtp', to: { host: 'a.test', port: 25 } }), 'smtp:a.test:25');
  });
});

describe('groupByTarget()', () => {
  test('keeps every recipient once, in order, together with those of an equal target', () => {
    const recipient = fc.record({ address: fc.nat({ max: 6 }).map(String) });
    fc.assert(
      fc.property(
        fc.array(recipient, { maxLength: 400 }),
        fc.array(target, { minLength: 6 }),
        (recipients, targets) => {
          const targetOf = (address: string): Target | { unroutable: string } =>
            targets[Number(address)] ?? { unroutable: `no route for ${address}` };
          const { groups, unroutable } = groupByTarget(recipients, targetOf);
          const seen = [
            ...groups.flatMap((group) => group.recipients),
            ...unroutable.map((each) => each.recipient),
          ];
          assert.deepEqual(new Set(seen), new Set(recipients));
          assert.equal(seen.length, recipients.length);
          for (const group of groups) {
            assert.ok(group.recipients.length <= RECIPIENTS_PER_ATTEMPT);
            const places = group.recipients.map((each) => recipients.indexOf(each));
            assert.deepEqual(
              places,
              places.toSorted((a, b) => a - b),
            );
            for (const { address } of group.recipients) {
              assert.equal(JSON.stringify(targetOf(address)), JSON.stringify(group.target));
            }
          }
          const partial = groups.filter((group) => group.recipients.length < RECIPIENTS_PER_ATTEMPT);
          assert.equal(new Set(partial.map((group) => group.destination)).size, partial.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('puts 100 recipients into one attempt and the 101st into another', () => {
    const to = (count: number): number[] => {
      const recipients = Array.from({ length: count }, (_, at) => ({ address: `u${at}@a.test` }));
      return groupByTarget(recipients, () => ({ kind: 'mx', domain: 'a.test' })).groups.map(
        (group) => group.recipients.length,
      );
    };
    assert.deepEqual(to(100), [100]);
    assert.deepEqual(to(101), [100, 1]);
  });
});
