import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePolicy, decide, formatRule } from '../policy/mod.ts';
import type { Facts, PolicySource } from '../policy/mod.ts';
import { facts as anyFacts, sources } from '../policy/testing/arbitraries.ts';
import { parseIp } from '../std/mod.ts';
import { classesOf } from './mod.ts';

/** Everything that `decide()` says, apart from the facts themselves. */
function summary(facts: Facts, source: PolicySource): string {
  const decision = decide(facts, compilePolicy(source));
  const what =
    decision.verdict === 'accepted'
      ? `${decision.as} ${JSON.stringify(decision.destination)}`
      : decision.reason;
  return `${decision.verdict} ${what} ${formatRule(decision.rule)}`;
}

test('classesOf() has a client on a dual-stack socket in the class of its IPv4 address, and decide() agrees', () => {
  fc.assert(
    fc.property(sources, anyFacts, (source, facts) => {
      fc.pre(facts.client.family === 4);
      const mapped = parseIp(`::ffff:${facts.client.text}`);
      assert.ok(mapped !== undefined);
      const asMapped = { ...facts, client: mapped };
      assert.equal(classesOf(source).classOf(asMapped), classesOf(source).classOf(facts));
      assert.equal(summary(asMapped, source), summary(facts, source));
    }),
    { numRuns: 200 },
  );
});

test('classesOf() gives every class a representative that decides like each of its members', () => {
  fc.assert(
    fc.property(
      sources,
      sources,
      fc.array(anyFacts, { minLength: 30, maxLength: 30 }),
      (one, other, asked) => {
        const classes = classesOf(one, other);
        for (const facts of asked) {
          const representative = classes.representative(facts);
          assert.equal(classes.classOf(representative), classes.classOf(facts));
          assert.deepEqual(classes.representative(representative), representative);
          for (const source of [one, other])
            assert.equal(summary(facts, source), summary(representative, source));
        }
      },
    ),
    { numRuns: 400 },
  );
});
