import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasRoutingCharacters } from '../mail/mod.ts';
import { inRange, parseIp } from '../std/mod.ts';
import type { IpRange } from '../std/mod.ts';
import { compilePolicy, decide, explain, formatExplanation, formatRule, locate } from './mod.ts';
import type { AddressPattern, Decision, Facts, GrantSource, NeverSource, PolicySource } from './mod.ts';
import { facts as anyFacts, narrowings, neverRules, sources } from './testing/arbitraries.ts';
import { ip, mailbox } from './testing/mod.ts';
import { referenceVerdict } from './testing/reference.ts';

function summary(decision: Decision): string {
  const what = decision.verdict === 'accepted' ? decision.as : decision.reason;
  return `${decision.verdict} ${what} ${formatRule(decision.rule)} at ${decision.recipient.domain}`;
}

function judge(facts: Facts, source: PolicySource): Decision {
  return decide(facts, compilePolicy(source));
}

/** What is accepted after the change was accepted before it. */
function neverWidens(before: PolicySource, after: PolicySource, facts: Facts): void {
  if (judge(facts, after).verdict === 'accepted') assert.equal(judge(facts, before).verdict, 'accepted');
}

test('decide() agrees with a second evaluator that scans the configuration', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(sources, fc.array(anyFacts, { minLength: 5, maxLength: 20 }), (source, asked) => {
      const policy = compilePolicy(source);
      for (const facts of asked) {
        const decision = decide(facts, policy);
        assert.equal(summary(decision), referenceVerdict(facts, source));
        seen.add(decision.verdict === 'accepted' ? decision.as : decision.reason);
      }
    }),
    { numRuns: 1_000 },
  );
  assert.equal(seen.size, 10, `every verdict occurs, not only ${[...seen].join(' ')}`);
});

test('decide() does not depend on the order of routes', () => {
  const shuffled = sources.chain((source) =>
    fc.tuple(
      fc.constant(source),
      fc.shuffledSubarray([...source.routes], { minLength: source.routes.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, anyFacts, ([source, routes], facts) => {
      assert.deepEqual(judge(facts, { ...source, routes }), judge(facts, source));
    }),
    { numRuns: 500 },
  );
});

test('decide() never relays for a client that a never rule names', () => {
  fc.assert(
    fc.property(sources, anyFacts, neverRules, (source, facts, rule) => {
      const named: NeverSource = { ...rule, from: [...rule.from, rangeOf(facts)] };
      const decision = judge(facts, { ...source, never: [...source.never, named] });
      if (decision.verdict === 'refused') return;
      assert.ok(decision.as === 'inbound' || decision.as === 'forward');
      assert.ok(decision.as === 'inbound' || !hasRoutingCharacters(facts.recipient));
      assert.equal(decision.rule.kind, 'route');
    }),
    { numRuns: 500 },
  );
});

function rangeOf({ client }: Facts): IpRange {
  return client.family === 4
    ? { family: 4, first: client.value, last: client.value }
    : { family: 6, first: client.value, last: client.value };
}

test('a never rule more never widens a policy', () => {
  fc.assert(
    fc.property(sources, anyFacts, neverRules, fc.nat(), (source, facts, rule, where) => {
      const never = source.never.toSpliced(where % (source.never.length + 1), 0, rule);
      neverWidens(source, { ...source, never }, facts);
    }),
    { numRuns: 500 },
  );
});

test('a grant less never widens a policy', () => {
  fc.assert(
    fc.property(sources, anyFacts, fc.nat(), (source, facts, which) => {
      fc.pre(source.allow.length > 0);
      neverWidens(
        source,
        { ...source, allow: source.allow.toSpliced(which % source.allow.length, 1) },
        facts,
      );
    }),
    { numRuns: 500 },
  );
});

test('a condition more never widens a policy', () => {
  fc.assert(
    fc.property(sources, anyFacts, narrowings, fc.nat(), (source, facts, condition, which) => {
      const index = which % Math.max(source.allow.length, 1);
      const grant = source.allow[index];
      const [key] = Object.keys(condition);
      fc.pre(grant !== undefined && key !== undefined && !(key in grant));
      if (grant === undefined) return;
      neverWidens(source, { ...source, allow: source.allow.with(index, { ...grant, ...condition }) }, facts);
    }),
    { numRuns: 500 },
  );
});

test('rerouting switched off never widens a policy', () => {
  fc.assert(
    fc.property(sources, anyFacts, (source, facts) => {
      neverWidens({ ...source, reroute: true }, { ...source, reroute: false }, facts);
    }),
    { numRuns: 500 },
  );
});

test('decide() accepts nobody who has not signed in by a grant that asks for it', () => {
  fc.assert(
    fc.property(sources, anyFacts, (source, facts) => {
      const { rule } = judge({ ...facts, account: undefined }, source);
      const grant = source.allow.find(({ name }) => rule.kind === 'grant' && name === rule.name);
      assert.equal(grant?.authenticated, undefined);
    }),
    { numRuns: 500 },
  );
});

test('explain() decides what decide() decides', () => {
  fc.assert(
    fc.property(sources, anyFacts, (source, facts) => {
      const policy = compilePolicy(source);
      const explanation = explain(facts, policy);
      assert.deepEqual(explanation.decision, decide(facts, policy));
      assert.ok(explanation.steps.length >= 2);
      assert.doesNotMatch(formatExplanation(explanation), /undefined|NaN|null|\[object/);
    }),
    { numRuns: 500 },
  );
});

test('explain() proposes only what is then accepted, and nothing to a never-listed client', () => {
  let proposed = 0;
  fc.assert(
    fc.property(sources, anyFacts, (source, facts) => {
      const policy = compilePolicy(source);
      const { wouldHaveBeenAllowed } = explain(facts, policy);
      const listed = source.never.some(({ from }) => from.some((range) => inRange(facts.client, range)));
      const inbound = locate(facts.recipient, policy).route?.kind === 'inbound';
      if (inbound || (listed && source.reroute)) assert.deepEqual(wouldHaveBeenAllowed, []);
      for (const sentence of wouldHaveBeenAllowed) {
        const granted = /^It would have been (?:relayed|accepted) by (\w+) (.*)\.$/.exec(sentence);
        const grant = source.allow.find(({ name }) => name === granted?.[1]);
        if (grant === undefined) continue;
        proposed += 1;
        const decision = decide(asProposed(facts, grant, granted?.[2] ?? ''), policy);
        assert.equal(decision.verdict, 'accepted', sentence);
      }
    }),
    { numRuns: 1_000 },
  );
  assert.ok(proposed > 100);
});

/** The facts as the sentence would have them. */
function asProposed(facts: Facts, grant: GrantSource, how: string): Facts {
  const example = /from ([0-9a-f.:]+)(?:[ /][^(]*\(([0-9a-f.:]+), for example\))?/.exec(how);
  const client = parseIp(example?.[2] ?? example?.[1] ?? facts.client.text) ?? facts.client;
  const account = /signing in as (\S+@\S+?)(?:,|$| or)/.exec(how)?.[1] ?? 'dora@b.t';
  const local = /connecting to ([0-9a-f.:]+)/.exec(how)?.[1];
  const sender = grant.senders?.[0];
  return {
    ...facts,
    client,
    account: how.includes('signing in') ? account : facts.account,
    localAddress: local === undefined ? facts.localAddress : ip(local),
    sender: how.includes('claimed sender') && sender !== undefined ? fitting(sender) : facts.sender,
    at: how.includes('before') ? (grant.until ?? 0) - 1 : facts.at,
  };
}

function fitting(pattern: AddressPattern): Facts['sender'] {
  switch (pattern.kind) {
    case 'null':
      return null;
    case 'address':
      return mailbox(`${pattern.localKey}@${pattern.domain}`);
    case 'domain':
      return mailbox(`any@${pattern.domain}`);
    case 'subdomains':
      return mailbox(`any@sub.${pattern.domain}`);
    default:
      return pattern satisfies never;
  }
}
