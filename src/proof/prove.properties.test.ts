import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePolicy, decide, locate } from '../policy/mod.ts';
import type { Facts, PolicySource } from '../policy/mod.ts';
import { facts as anyFacts, neverRules, sources } from '../policy/testing/arbitraries.ts';
import { inRange } from '../std/mod.ts';
import { countAddresses, prove, withoutRanges } from './mod.ts';
import type { AddressSet, Reach } from './mod.ts';

const NOW = 1;
const someFacts = fc.array(
  anyFacts.map((facts): Facts => ({ ...facts, at: Math.max(facts.at, NOW) })),
  { minLength: 40, maxLength: 40 },
);

function isIn({ client }: Facts, set: AddressSet): boolean {
  return set.some((range) => inRange(client, range));
}

/** Without the grants that hold for whoever reaches a local address: a proof counts those apart. */
function withoutConnecting(source: PolicySource): PolicySource {
  const allow = source.allow.filter(
    ({ from, authenticated }) => from !== undefined || authenticated !== undefined,
  );
  return { ...source, allow };
}

test('prove() knows every client that relays without signing in', () => {
  let relayed = 0;
  fc.assert(
    fc.property(sources, someFacts, (source, asked) => {
      const { anonymous } = prove(source, { now: NOW });
      const policy = compilePolicy(withoutConnecting(source));
      for (const facts of asked) {
        if (locate(facts.recipient, policy).route !== undefined) continue;
        if (decide({ ...facts, account: undefined }, policy).verdict === 'refused') continue;
        relayed += 1;
        assert.ok(isIn(facts, anonymous), facts.client.text);
      }
    }),
    { numRuns: 400 },
  );
  assert.ok(relayed > 100);
});

test('prove() calls a grant reached when it decides, and otherwise says truly what covers it', () => {
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(sources, someFacts, (source, asked) => {
      const { reach } = prove(source, { now: NOW });
      const policy = compilePolicy(source);
      for (const facts of asked) {
        const { rule } = decide(facts, policy);
        if (rule.kind !== 'grant') continue;
        const entry = reach.find(({ source: { name } }) => name === rule.name);
        assert.equal(entry?.reached, true);
        assert.ok(entry !== undefined && isIn(facts, entry.clients));
      }
      for (const entry of reach) {
        seen.add(entry.reached);
        if (entry.reached) assert.deepEqual(entry.coveredBy, []);
        else isCoveredByAll(entry, source);
      }
    }),
    { numRuns: 300 },
  );
  assert.equal(seen.size, 2);
});

/** The rules that are said to cover it do, and without any of them they do not. */
function isCoveredByAll({ source: { name }, coveredBy }: Reach, source: PolicySource): void {
  if (coveredBy.length === 0 || coveredBy.some(({ kind }) => kind === 'route')) return;
  const names = coveredBy.map((rule) => ('name' in rule ? rule.name : ''));
  const isReached = (kept: readonly string[]): boolean | undefined => {
    const reduced = {
      ...source,
      never: source.never.filter((rule) => kept.includes(rule.name)),
      allow: source.allow.filter((rule) => rule.name === name || kept.includes(rule.name)),
    };
    return prove(reduced, { now: NOW }).reach.find((entry) => entry.source.name === name)?.reached;
  };
  assert.equal(isReached(names), false);
  for (const left of names) assert.equal(isReached(names.filter((kept) => kept !== left)), true);
}

test('prove() lets in nobody more with a never rule more, and nobody less with a grant more', () => {
  fc.assert(
    fc.property(sources, sources, neverRules, (source, other, rule) => {
      const before = prove(source, { now: NOW }).anonymous;
      const narrower = prove({ ...source, never: [...source.never, rule] }, { now: NOW }).anonymous;
      const grants = other.allow.map((grant) => ({ ...grant, name: `new-${grant.name}` }));
      const wider = prove({ ...source, allow: [...grants, ...source.allow] }, { now: NOW }).anonymous;
      assert.deepEqual(withoutRanges(narrower, before), []);
      assert.deepEqual(withoutRanges(before, wider), []);
    }),
    { numRuns: 200 },
  );
});

test('prove() does not depend on the order of routes', () => {
  const shuffled = sources.chain((source) =>
    fc.tuple(
      fc.constant(source),
      fc.shuffledSubarray([...source.routes], { minLength: source.routes.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([source, routes]) => {
      const one = prove(source, { now: NOW });
      const two = prove({ ...source, routes }, { now: NOW });
      assert.deepEqual(two.anonymous, one.anonymous);
      assert.deepEqual(
        two.reach.map(({ reached }) => reached),
        one.reach.map(({ reached }) => reached),
      );
    }),
    { numRuns: 150 },
  );
});

test('countAddresses() counts each address of a proof once, and none that is not there', () => {
  fc.assert(
    fc.property(sources, (source) => {
      const { anonymous, anonymousCount } = prove(source, { now: NOW });
      let v4 = 0n;
      let v6 = 0n;
      for (const range of anonymous) {
        if (range.family === 4) v4 += BigInt(range.last - range.first + 1);
        else v6 += range.last - range.first + 1n;
      }
      // The small world is private.
      assert.deepEqual(anonymousCount, { v4, v6, public4: 0n, public6: 0n });
      assert.deepEqual(countAddresses(anonymous), anonymousCount);
    }),
    { numRuns: 100 },
  );
});
