import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, validatePolicy } from './mod.ts';
import type { GrantSource, PolicySource } from './mod.ts';
import { domain, literal, place, policySource, ranges, route } from './testing/mod.ts';

function problems(parts: Partial<PolicySource>): readonly string[] {
  const source = policySource(parts);
  const found = validatePolicy(source);
  if (found.length > 0) assert.throws(() => compilePolicy(source), /not valid/);
  else compilePolicy(source);
  return found.map(({ kind, message, place: { line } }) => `${line} ${kind}: ${message}`);
}

test('validatePolicy() accepts what has a meaning', () => {
  const found = problems({
    routes: [
      route('a.test', 'inbound'),
      route('*.a.test', 'rewrite a.test'),
      route('b.test', 'rewrite x.a.test'),
      route('c.test', 'rewrite nowhere.test'),
    ],
    never: [{ name: 'guests', from: ranges('10.0.0.0/8'), place: place() }],
    allow: [{ name: 'staff', authenticated: 'any', place: place() }],
  });
  assert.deepEqual(found, []);
});

test('validatePolicy() reports a pattern that has two routes', () => {
  const found = problems({
    routes: [
      route('a.test', 'inbound', 3),
      route('*.a.test', 'inbound', 4),
      route('A.test', 'alwaysRelay', 5),
    ],
    literals: [
      { literal: literal('[192.0.2.1]'), place: place(7) },
      { literal: literal('[IPv6:::ffff:192.0.2.1]'), place: place(8) },
    ],
  });
  assert.deepEqual(found, [
    '5 duplicateRoute: a.test has a route already (line 3); a domain has one route.',
    '8 duplicateRoute: [192.0.2.1] has a route already (line 7); a domain has one route.',
  ]);
});

test('validatePolicy() reports rewrites that come back, each cycle once', () => {
  const found = problems({
    routes: [
      route('in.test', 'rewrite a.test', 1),
      route('a.test', 'rewrite b.test', 2),
      route('b.test', 'rewrite a.test', 3),
      route('self.test', 'rewrite self.test', 4),
      route('also.test', 'rewrite b.test', 5),
    ],
  });
  assert.deepEqual(found, [
    '2 rewriteCycle: The rewrite of a.test comes back to itself: to b.test, then to a.test.',
    '4 rewriteCycle: The rewrite of self.test comes back to itself: to self.test.',
  ]);
});

test('validatePolicy() reports a rewrite of subdomains to a subdomain', () => {
  const found = problems({ routes: [route('*.a.test', 'rewrite x.a.test', 6)] });
  assert.deepEqual(found, ['6 rewriteCycle: The rewrite of *.a.test comes back to itself: to x.a.test.']);
});

test('validatePolicy() walks a chain of 10,000 rewrites', () => {
  const chain = Array.from({ length: 10_000 }, (_, i) => route(`d${i}.test`, `rewrite d${i + 1}.test`));
  assert.deepEqual(problems({ routes: chain }), []);
  assert.equal(problems({ routes: [...chain, route('d10000.test', 'rewrite d5.test')] }).length, 1);
});

test('validatePolicy() reports a grant for everyone', () => {
  const grant: GrantSource = {
    name: 'oops',
    senders: [{ kind: 'domain', domain: domain('a.test') }],
    place: place(9),
  };
  assert.deepEqual(problems({ allow: [grant] }), [
    '9 openGrant: oops would let anyone relay: it needs authenticated, from or connectingTo.',
  ]);
});

test('validatePolicy() reports empty lists, which types cannot keep out of data from another process', () => {
  for (const key of ['authenticated', 'from', 'connectingTo', 'senders', 'recipients']) {
    const grant: GrantSource = JSON.parse(
      JSON.stringify({ name: 'g', authenticated: 'any', place: place(9), [key]: [] }),
    );
    assert.deepEqual(problems({ allow: [grant] }), [
      `9 emptyList: ${key} of g is empty; an empty list never means everyone.`,
    ]);
  }
  const never: PolicySource['never'] = JSON.parse(JSON.stringify([{ name: 'n', from: [], place: place(2) }]));
  assert.deepEqual(problems({ never }), [
    '2 emptyList: from of n is empty; an empty list never means everyone.',
  ]);
});

test('validatePolicy() reports a range that ends before it begins', () => {
  const grant: GrantSource = { name: 'g', connectingTo: [{ family: 4, first: 9, last: 8 }], place: place(4) };
  assert.deepEqual(problems({ allow: [grant] }), ['4 badRange: A range of g ends before it begins.']);
});

test('compilePolicy() makes a policy that cannot be changed', () => {
  const policy = compilePolicy(
    policySource({
      routes: [route('a.test', 'forward inner.test')],
      never: [{ name: 'guests', from: ranges('10.0.0.0/8'), place: place() }],
      allow: [{ name: 'staff', authenticated: 'any', place: place() }],
    }),
  );
  const exact = policy.routes.exact.get('a.test');
  const parts = [
    policy,
    policy.routes,
    exact,
    exact?.rule,
    policy.never,
    policy.never.rules,
    policy.grants,
    policy.grants.grants,
    policy.grants.grants[0],
  ];
  for (const part of parts) assert.ok(part !== undefined && Object.isFrozen(part));
});
