import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { budgetFor, fileCandidates, visitCandidates } from './candidates.ts';
import type { Candidates } from './candidates.ts';
import { compileGrants } from './grants.ts';
import { compilePolicy, decide, formatRule } from './mod.ts';
import type { Facts, GrantSource, PolicySource } from './mod.ts';
import { facts, sourcesWith } from './testing/arbitraries.ts';
import { domain, factsOf, mailbox, place, policySource, ranges } from './testing/mod.ts';
import { referenceVerdict } from './testing/reference.ts';

/** All for the same clients, so that they are one list. */
const crowded = sourcesWith({ minLength: 12, maxLength: 40 }).map((source): PolicySource => ({
  ...source,
  routes: source.routes.filter(({ action }) => action.kind !== 'rewrite').slice(0, 2),
  never: [],
  reroute: true,
  allow: source.allow.map((grant, index): GrantSource =>
    index % 3 === 0
      ? { ...grant, from: ranges('10.0.0.0/24', 'fd00::/64') }
      : { ...grant, authenticated: grant.authenticated ?? 'any' },
  ),
}));

test('decide() finds the first of many grants for the same clients that fits', () => {
  fc.assert(
    fc.property(crowded, fc.array(facts, { minLength: 20, maxLength: 20 }), (source, asked) => {
      const policy = compilePolicy(source);
      for (const each of asked) assert.equal(verdictOf(each, policy), referenceVerdict(each, source));
    }),
    { numRuns: 300 },
  );
});

function verdictOf(asked: Facts, policy: ReturnType<typeof compilePolicy>): string {
  const decision = decide(asked, policy);
  const how = decision.verdict === 'accepted' ? decision.as : decision.reason;
  return `${decision.verdict} ${how} ${formatRule(decision.rule)} at ${decision.recipient.domain}`;
}

function manyGrants(count: number, conditions: (index: number) => Partial<GrantSource>): GrantSource[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `g${index}`,
    authenticated: 'any',
    place: place(index + 1),
    ...conditions(index),
  }));
}

/** How many grants are looked at for one recipient, sender and account. */
function lookedAt(grants: readonly GrantSource[]): number {
  const { accounts } = compileGrants(grants);
  let count = 0;
  const sought = {
    recipient: mailbox('u@r500.test'),
    sender: mailbox('u@s500.test'),
    account: 'a500@t',
  };
  visitCandidates(accounts, sought, (numbers) => (count += numbers.length));
  return count;
}

test('visitCandidates() looks at few of a thousand grants that are told apart by one condition or by two', () => {
  const recipients = (index: number): Partial<GrantSource> => ({
    recipients: [{ kind: 'domain', domain: domain(`r${index}.test`) }],
  });
  const senders = (index: number): Partial<GrantSource> => ({
    senders: [{ kind: 'address', localKey: 'u', domain: domain(`s${index}.test`) }],
  });
  const accounts = (index: number): Partial<GrantSource> => ({ authenticated: [`a${index}@t`] });
  for (const conditions of [recipients, senders, accounts]) {
    assert.equal(lookedAt(manyGrants(1000, conditions)), 1);
  }
  const oneRecipient = recipients(500);
  assert.equal(lookedAt(manyGrants(1000, (index) => ({ ...oneRecipient, ...senders(index) }))), 1);
  assert.equal(lookedAt(manyGrants(1000, (index) => ({ ...senders(500), ...accounts(index) }))), 1);
});

test('fileCandidates() stays within its budget, and what it does not file is still looked through', () => {
  const wide = Array.from(
    { length: 60 },
    (_, index) => ({ kind: 'domain', domain: domain(`d${index}.test`) }) as const,
  );
  const [first, ...others] = wide;
  assert.ok(first !== undefined);
  // Each grant names the same sixty recipients and the same sixty senders: filed under all pairs it would be 3,600 times as many.
  const grants = manyGrants(200, () => ({ recipients: [first, ...others], senders: [first, ...others] }));
  const policy = compilePolicy(policySource({ allow: grants }));
  const compiled = policy.grants.grants;
  const budget = budgetFor(compiled);
  const room = budget.left;
  const filed = fileCandidates(
    compiled.map(({ index }) => index),
    compiled,
    budget,
  );
  assert.ok(sizeOf(filed) <= room + 200 * 60, `${sizeOf(filed)} of ${room}`);
  const decision = decide(
    factsOf({ account: 'a@t', sender: mailbox('u@d59.test'), recipient: mailbox('u@d59.test') }),
    policy,
  );
  assert.equal(formatRule(decision.rule), 'grant:g0');
});

function sizeOf(candidates: Candidates): number {
  if (!('by' in candidates)) return candidates.length;
  const lists = [candidates.others, ...candidates.named.values(), ...candidates.below.byDomain.values()];
  return lists.reduce((sum, list) => sum + sizeOf(list), 0);
}
