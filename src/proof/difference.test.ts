import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleName } from '../policy/mod.ts';
import type { GrantSource, NeverSource, PolicySource } from '../policy/mod.ts';
import { domain, place, policySource, ranges, route } from '../policy/testing/mod.ts';
import { difference, formatAddressSet, formatMailboxSet, formatWho } from './mod.ts';
import type { Change, Difference } from './mod.ts';

const NOW = Date.UTC(2026, 10, 24);

function grant(name: string, line: number, conditions: Partial<GrantSource>): GrantSource {
  return { name, place: place(line), ...conditions };
}

const GUESTS: NeverSource = { name: 'guest-wifi', from: ranges('10.0.0.64/26'), place: place(19) };

function differenceOf(before: Partial<PolicySource>, after: Partial<PolicySource>): Difference {
  return difference(policySource(before), policySource(after), { now: NOW });
}

/** A change in one line. */
function line({ kind, region, before, after }: Change): string {
  const { clients, who, senders, recipients, routingCharacters, localAddresses, from, to } = region;
  const routing = { true: ' with routing characters', false: ' without routing characters', undefined: '' };
  return [
    kind,
    formatAddressSet(clients),
    `at ${formatAddressSet(localAddresses)}`,
    formatWho(who),
    `as ${formatMailboxSet(senders)}`,
    `to ${formatMailboxSet(recipients)}${routing[`${routingCharacters}`]}`,
    `${from - NOW} to ${to - NOW}`,
    `${before.text} -> ${after.text}`,
  ]
    .filter(
      (part) => !['at every address', 'signed in or not', 'as any address', '0 to Infinity'].includes(part),
    )
    .join('; ');
}

function lines(before: Partial<PolicySource>, after: Partial<PolicySource>): readonly string[] {
  return differenceOf(before, after).changes.map(line);
}

test('difference() says of a wider range only what is new, in one region', () => {
  const office = (from: string): Partial<PolicySource> => ({
    allow: [grant('office', 27, { from: ranges(from) })],
  });
  assert.deepEqual(lines(office('10.0.8.0/24'), office('10.0.8.0/22')), [
    'opens; 10.0.9.0/24 and 10.0.10.0/23; to any address; refused 550 5.7.1 -> relayed',
  ]);
  const [change] = differenceOf(office('10.0.8.0/24'), office('10.0.8.0/22')).changes;
  assert.equal(change?.example.client.text, '10.0.9.1');
  assert.equal(change.example.recipient.address, 'b@other.example');
  assert.deepEqual(change.before.decision.rule, { kind: 'none' });
  assert.deepEqual(change.after.decision.rule, { kind: 'grant', name: 'office', place: place(27) });
});

test('difference() puts adjacent ranges of several grants together', () => {
  const allow = [0, 1, 2, 3].map((i) => grant(`g${i}`, i + 1, { from: ranges(`10.0.${i}.0/24`) }));
  assert.deepEqual(lines({}, { allow }), [
    'opens; 10.0.0.0/22; to any address; refused 550 5.7.1 -> relayed',
  ]);
  const [change] = differenceOf({}, { allow }).changes;
  assert.deepEqual(change?.after.rules.map(ruleName), ['g0', 'g1', 'g2', 'g3']);
  assert.deepEqual(change.before.rules, [{ kind: 'none' }]);
});

test('difference() names only the rules that come first somewhere in a region', () => {
  const from = ranges('10.0.0.0/24');
  const first = grant('first', 1, { from });
  const shadowed = grant('shadowed', 2, { from: ranges('10.0.0.7') });
  const routes = [route('a.example', 'inbound'), route('b.example', 'inbound')];
  const { changes } = differenceOf({}, { routes, allow: [first, shadowed] });
  assert.deepEqual(
    changes.map(({ after }) => after.rules.map(ruleName)),
    [['first'], ['a.example', 'b.example']],
  );
});

test('difference() is none where other grants already say so', () => {
  const low = grant('low', 1, { from: ranges('10.0.0.0/25') });
  const high = grant('high', 2, { from: ranges('10.0.0.128/25') });
  const whole = grant('whole', 3, { from: ranges('10.0.0.0/24') });
  assert.deepEqual(lines({ allow: [low, high] }, { allow: [whole] }), []);
  const narrow = grant('narrow', 4, {
    from: ranges('10.0.0.7'),
    senders: [{ kind: 'null' }],
    until: NOW + 5,
  });
  assert.deepEqual(lines({ allow: [whole, narrow] }, { allow: [whole] }), []);
});

test('difference() takes a never rule away from every grant and from alwaysRelay', () => {
  const policy = {
    allow: [grant('staff', 1, { authenticated: 'any' }), grant('lan', 2, { from: ranges('10.0.0.0/24') })],
    routes: [route('partner.example', 'alwaysRelay')],
  };
  assert.deepEqual(lines(policy, { ...policy, never: [GUESTS] }), [
    'closes; 10.0.0.64/26; to any address; relayed -> refused 550 5.7.1',
  ]);
  const staff = { ...policy, allow: policy.allow.slice(0, 1) };
  assert.deepEqual(lines(staff, { ...staff, never: [GUESTS] }), [
    'closes; 10.0.0.64/26; signed in; to any address but @partner.example; relayed -> refused 550 5.7.1',
    'closes; 10.0.0.64/26; to @partner.example without routing characters; relayed -> refused 550 5.7.1',
    'closes; 10.0.0.64/26; signed in; to @partner.example with routing characters; relayed -> refused 550 5.7.1',
  ]);
});

test('difference() knows that a grant more changes routing characters at forwarded domains, too', () => {
  const routes = [route('branch.example', 'forward inner.example'), route('contoso.example', 'inbound')];
  assert.deepEqual(lines({ routes }, { routes, allow: [grant('lan', 1, { from: ranges('10.0.0.0/24') })] }), [
    'opens; 10.0.0.0/24; to any address but @branch.example and @contoso.example; refused 550 5.7.1 -> relayed',
    'opens; 10.0.0.0/24; to @branch.example with routing characters; refused 550 5.7.1 -> forwarded to inner.example:25',
  ]);
});

test('difference() says when a route leads elsewhere', () => {
  const inbound = { routes: [route('contoso.example', 'inbound'), route('*.contoso.example', 'inbound')] };
  const forward = {
    routes: [route('contoso.example', 'forward inner.example'), route('*.contoso.example', 'inbound')],
  };
  assert.deepEqual(lines(inbound, forward), [
    'closes; every address; to @contoso.example with routing characters; inbound -> refused 550 5.7.1',
    'alters; every address; to @contoso.example without routing characters; inbound -> forwarded to inner.example:25',
  ]);
  assert.deepEqual(lines({ routes: [] }, inbound), [
    'opens; every address; to @contoso.example and @*.contoso.example; refused 550 5.7.1 -> inbound',
  ]);
  assert.deepEqual(
    lines(inbound, {
      routes: [route('contoso.example', 'rewrite b.example'), route('b.example', 'inbound')],
    }),
    [
      'opens; every address; to @b.example; refused 550 5.7.1 -> inbound',
      'closes; every address; to @*.contoso.example; inbound -> refused 550 5.7.1',
      'alters; every address; to @contoso.example; inbound -> inbound as b.example',
    ],
  );
});

test('difference() compares the recipients of a grant with where they are rewritten to', () => {
  const routes = [route('*.old.example', 'rewrite new.example')];
  const recipients: GrantSource['recipients'] = [
    { kind: 'address', localKey: 'info', domain: domain('new.example') },
  ];
  const allow = [grant('lan', 1, { from: ranges('10.0.0.0/24'), recipients })];
  assert.deepEqual(lines({ routes }, { routes, allow }), [
    'opens; 10.0.0.0/24; to info@new.example; refused 550 5.7.1 -> relayed',
    'opens; 10.0.0.0/24; to info@*.old.example; refused 550 5.7.1 -> relayed as new.example',
  ]);
});

test('difference() names accounts, senders, local addresses and times', () => {
  const some = grant('some', 1, { authenticated: ['Alice@b.example', 'bob@b.example'] });
  assert.deepEqual(lines({ allow: [some] }, { allow: [grant('all', 1, { authenticated: 'any' })] }), [
    'opens; every address; signed in as anyone but alice@b.example or bob@b.example; to any address; refused 550 5.7.1 -> relayed',
  ]);
  const until = NOW + 1000;
  const senders: GrantSource['senders'] = [
    { kind: 'subdomains', domain: domain('b.example') },
    { kind: 'null' },
  ];
  const narrow = grant('narrow', 1, { connectingTo: ranges('10.1.0.5'), senders, until });
  assert.deepEqual(lines({ allow: [narrow] }, {}), [
    'closes; every address; at 10.1.0.5; as @*.b.example and <>; to any address; 0 to 1000; relayed -> refused 550 5.7.1',
  ]);
  assert.deepEqual(lines({ allow: [{ ...narrow, until: NOW }] }, {}), []);
  assert.deepEqual(lines({ allow: [narrow] }, { allow: [{ ...narrow, until: until + 1 }] }), [
    'opens; every address; at 10.1.0.5; as @*.b.example and <>; to any address; 1000 to 1001; refused 550 5.7.1 -> relayed',
  ]);
});

test('difference() of rerouting switched off closes what was relayed and nothing else', () => {
  const policy = {
    routes: [route('contoso.example', 'inbound'), route('partner.example', 'alwaysRelay')],
    allow: [grant('lan', 1, { from: ranges('10.0.0.0/24') })],
  };
  assert.deepEqual(lines(policy, { ...policy, reroute: false }), [
    'closes; 10.0.0.0/24; to any address but @contoso.example and @partner.example; relayed -> refused 550 5.7.1',
    'closes; every address; to @partner.example without routing characters; relayed -> refused 550 5.7.1',
    'closes; 10.0.0.0/24; to @partner.example with routing characters; relayed -> refused 550 5.7.1',
  ]);
});

test('difference() finds renamed rules and other limits, which change no decision', () => {
  const from = ranges('10.0.0.0/24');
  const limits: GrantSource['limits'] = [{ recipients: 200, periodMs: 3_600_000, burst: 200, per: 'grant' }];
  const before = {
    allow: [grant('office', 1, { from }), grant('apps', 2, { from: ranges('10.9.0.1'), limits })],
    never: [GUESTS],
  };
  const after = {
    allow: [grant('apps', 5, { from: ranges('10.9.0.1') }), grant('hq', 6, { from, limits })],
    never: [{ ...GUESTS, name: 'guests' }],
  };
  const found = differenceOf(before, after);
  assert.deepEqual(found.changes, []);
  assert.deepEqual(
    found.renamed.map((pair) => [pair.before, pair.after].map((rule) => ('name' in rule ? rule.name : ''))),
    [
      ['guest-wifi', 'guests'],
      ['office', 'hq'],
    ],
  );
  assert.deepEqual(
    found.limits.map(({ before: rule, limitsBefore, limitsAfter }) => [
      'name' in rule && rule.name,
      limitsBefore.length,
      limitsAfter.length,
    ]),
    [
      ['office', 0, 1],
      ['apps', 1, 0],
    ],
  );
});
