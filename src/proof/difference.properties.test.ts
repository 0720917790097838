import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { compilePolicy, decide } from '../policy/mod.ts';
import type { Facts, PolicySource } from '../policy/mod.ts';
import { facts as anyFacts, neverRules, sources } from '../policy/testing/arbitraries.ts';
import { ipv4, ipv6 } from '../std/mod.ts';
import { difference, isInRegion } from './mod.ts';
import type { Change, Difference } from './mod.ts';
import { effectText } from './effects.ts';
import { editedPairs, pairs } from './testing/pairs.ts';

const NOW = 1;
/** Whether a mailbox exists is not the policy's to say: see `difference()`. */
const someFacts = fc.array(
  anyFacts.map((facts): Facts => ({ ...facts, mailbox: 'known', at: Math.max(facts.at, NOW) })),
  { minLength: 40, maxLength: 40 },
);

test('difference() holds exactly the facts whose effect differs, each in one region', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(pairs, someFacts, ([before, after], asked) => {
      const { changes } = difference(before, after, { now: NOW });
      const policies = [compilePolicy(before), compilePolicy(after)] as const;
      for (const facts of [...asked, ...changes.map(({ example }) => example)]) {
        const texts = policies.map((policy) => effectText(decide(facts, policy)));
        const holding = changes.filter(({ region }) => isInRegion(region, facts));
        assert.equal(holding.length, texts[0] === texts[1] ? 0 : 1, texts.join(' / '));
        for (const { before: old, after: now, kind } of holding) {
          assert.deepEqual([old.text, now.text], texts);
          assert.equal(kind, kindOf(texts));
          seen.add(kind);
        }
      }
    }),
    { numRuns: 400 },
  );
  assert.deepEqual([...seen].sort(), ['alters', 'closes', 'opens']);
});

/** Every address of the small world of random policies. */
const CLIENTS = Array.from({ length: 32 }, (_, i) => [
  ipv4(0x0a000000 + i),
  ipv6((0xfd00n << 112n) + BigInt(i)),
]).flat();

test('difference() is right for every client address there is', () => {
  fc.assert(
    fc.property(pairs, someFacts, ([before, after], asked) => {
      const { changes } = difference(before, after, { now: NOW });
      const policies = [compilePolicy(before), compilePolicy(after)] as const;
      for (const facts of asked.slice(0, 3).flatMap((one) => CLIENTS.map((client) => ({ ...one, client })))) {
        const [was, is] = policies.map((policy) => effectText(decide(facts, policy)));
        const holding = changes.filter(({ region }) => isInRegion(region, facts));
        assert.equal(holding.length, was === is ? 0 : 1, facts.client.text);
      }
    }),
    { numRuns: 100 },
  );
});

function kindOf(texts: readonly string[]): Change['kind'] {
  const [before, after] = texts.map((text) => text.startsWith('refused'));
  if (before === after) return 'alters';
  return before === true ? 'opens' : 'closes';
}

test('difference() gives an example that is in its region and was decided by both policies', () => {
  fc.assert(
    fc.property(pairs, ([before, after]) => {
      for (const change of difference(before, after, { now: NOW }).changes) {
        assert.ok(isInRegion(change.region, change.example));
        assert.deepEqual(change.before.decision, decide(change.example, compilePolicy(before)));
        assert.deepEqual(change.after.decision, decide(change.example, compilePolicy(after)));
      }
    }),
    { numRuns: 200 },
  );
});

test('difference() names every rule that accepts mail of a region', () => {
  let several = 0;
  fc.assert(
    fc.property(pairs, someFacts, ([before, after], asked) => {
      const { changes } = difference(before, after, { now: NOW });
      for (const facts of asked) {
        const change = changes.find(({ region }) => isInRegion(region, facts));
        if (change === undefined) continue;
        for (const [source, { rules }] of [
          [before, change.before],
          [after, change.after],
        ] as const) {
          if (rules.length > 1) several += 1;
          const decision = decide(facts, compilePolicy(source));
          if (decision.verdict === 'refused') continue;
          assert.ok(rules.some((rule) => isDeepStrictEqual(rule, decision.rule)));
        }
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(several > 20);
});

test('difference() of a policy and itself is none, in whatever order its routes are', () => {
  const shuffled = sources.chain((source) =>
    fc.tuple(
      fc.constant(source),
      fc.shuffledSubarray([...source.routes], { minLength: source.routes.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([source, routes]) => {
      const nothing: Difference = { changes: [], renamed: [], limits: [] };
      assert.deepEqual(difference(source, { ...source, routes }, { now: NOW }), nothing);
    }),
    { numRuns: 300 },
  );
});

test('difference() is mirrored when the policies change places', () => {
  const mirrored = { opens: 'closes', closes: 'opens', alters: 'alters' } as const;
  const summary = ({ kind, region, before, after }: Change): string =>
    JSON.stringify([kind, before.text, after.text, region], (key, value: unknown) => {
      // Patterns stand in the order in which the first policy names them.
      if ((key === 'fits' || key === 'except') && Array.isArray(value))
        return value.map((pattern) => JSON.stringify(pattern)).sort();
      return typeof value === 'bigint' ? String(value) : value;
    });
  fc.assert(
    fc.property(editedPairs, ([before, after]) => {
      const there = difference(before, after, { now: NOW }).changes;
      const back = difference(after, before, { now: NOW }).changes.map((change): Change => ({
        ...change,
        kind: mirrored[change.kind],
        before: change.after,
        after: change.before,
      }));
      // Merging may take another way, so what is compared is what is in the regions.
      for (const { example, kind } of there) {
        assert.equal(
          back.filter((other) => isInRegion(other.region, example) && other.kind === kind).length,
          1,
        );
      }
      for (const { example, kind } of back) {
        assert.equal(
          there.filter((other) => isInRegion(other.region, example) && other.kind === kind).length,
          1,
        );
      }
      if (there.length === 1) assert.deepEqual(back.map(summary), there.map(summary));
    }),
    { numRuns: 200 },
  );
});

test('difference() of one grant more only opens, of one never rule more only closes', () => {
  fc.assert(
    fc.property(sources, sources, neverRules, (source, other, rule) => {
      const kinds = (after: PolicySource): Set<string> =>
        new Set(difference(source, after, { now: NOW }).changes.map(({ kind }) => kind));
      const grants = other.allow.map((grant) => ({ ...grant, name: `new-${grant.name}` }));
      assert.equal(
        kinds({ ...source, allow: [...source.allow, ...grants] }).isSubsetOf(new Set(['opens'])),
        true,
      );
      assert.equal(
        kinds({ ...source, never: [...source.never, rule] }).isSubsetOf(new Set(['closes'])),
        true,
      );
    }),
    { numRuns: 200 },
  );
});
