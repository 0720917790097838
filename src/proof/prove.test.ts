import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, decide, formatRange } from '../policy/mod.ts';
import type { GrantSource, NeverSource, PolicySource } from '../policy/mod.ts';
import { domain, place, policySource, ranges, route } from '../policy/testing/mod.ts';
import { formatAddressSet, prove } from './mod.ts';
import type { Opening, Proof } from './mod.ts';

const NOW = Date.UTC(2026, 10, 24);

function grant(name: string, line: number, conditions: Partial<GrantSource>): GrantSource {
  return { name, place: place(line), ...conditions };
}

function never(name: string, line: number, ...from: [string, ...string[]]): NeverSource {
  return { name, from: ranges(...from), place: place(line) };
}

function proofOf(parts: Partial<PolicySource>): Proof {
  return prove(policySource(parts), { now: NOW });
}

function onlyOpening(parts: Partial<PolicySource>): Opening {
  const { openings } = proofOf(parts);
  assert.equal(openings.length, 1);
  const [opening] = openings;
  if (opening === undefined) throw new Error('there is one');
  const { facts } = opening.example;
  assert.equal(decide(facts, compilePolicy(policySource(parts))).verdict, 'accepted');
  assert.equal(facts.account, undefined);
  return opening;
}

function partsOf(opening: Opening): readonly string[] {
  if (opening.kind !== 'everybody' && opening.kind !== 'tooMany') return [];
  return opening.by.map(
    ({ rule, range }) => `${rule.kind === 'grant' ? rule.name : rule.kind} ${formatRange(range)}`,
  );
}

const LOW = grant('lan-a', 30, { from: ranges('0.0.0.0/1') });
const HIGH = grant('lan-b', 31, { from: ranges('128.0.0.0/1') });

test('prove() finds that two halves of the Internet are the Internet', () => {
  const opening = onlyOpening({ allow: [LOW, HIGH] });
  assert.equal(opening.kind, 'everybody');
  assert.deepEqual(partsOf(opening), ['lan-a 0.0.0.0/1', 'lan-b 128.0.0.0/1']);
  const { facts, explanation } = opening.example;
  assert.equal(facts.client.text, '203.0.113.9');
  assert.equal(facts.recipient.address, 'b@other.example');
  assert.deepEqual(explanation.decision.rule, { kind: 'grant', name: 'lan-b', place: place(31) });
});

test('prove() finds the Internet whoever the halves are for: in one grant, with senders, until next year', () => {
  const from = ranges('0.0.0.0/1', '128.0.0.0/1');
  assert.equal(onlyOpening({ allow: [grant('all', 3, { from })] }).kind, 'everybody');
  const senders: GrantSource['senders'] = [{ kind: 'domain', domain: domain('contoso.example') }];
  assert.equal(
    onlyOpening({ allow: [grant('all', 3, { from, senders, until: NOW + 1 })] }).example.facts.sender
      ?.address,
    'a@contoso.example',
  );
  const local = onlyOpening({ allow: [grant('all', 3, { from, connectingTo: ranges('10.1.0.5') })] });
  assert.equal(local.example.facts.localAddress.text, '10.1.0.5');
});

test('prove() counts only public addresses: leaving out a private network does not close the Internet', () => {
  const opening = onlyOpening({ allow: [LOW, HIGH], never: [never('lan', 20, '10.0.0.0/8')] });
  assert.equal(opening.kind, 'everybody');
});

test('prove() is not content with a never rule that leaves most of the Internet open', () => {
  const opening = onlyOpening({ allow: [LOW, HIGH], never: [never('one', 20, '198.51.0.0/16')] });
  assert.equal(opening.kind, 'tooMany');
  assert.ok('addresses' in opening && opening.addresses > 2n ** 31n);
});

test('prove() takes never rules away: what they leave of two halves can be no opening', () => {
  const rules = [
    never('low', 20, '0.0.0.0/1'),
    never('high', 21, '128.0.0.0/2', '192.0.0.0/3', '224.0.0.0/3'),
  ];
  const { openings, anonymous, reach } = proofOf({ allow: [LOW, HIGH], never: rules });
  assert.deepEqual(openings, []);
  assert.deepEqual(anonymous, []);
  assert.deepEqual(
    reach.map(({ reached, coveredBy }) => [reached, coveredBy.map((rule) => 'name' in rule && rule.name)]),
    [
      [false, ['low']],
      [false, ['high']],
    ],
  );
});

test('prove() does not call a wide public range an opening until no one organisation has so much', () => {
  assert.deepEqual(proofOf({ allow: [grant('eight', 3, { from: ranges('9.0.0.0/8') })] }).openings, []);
  const two = [
    grant('nine', 3, { from: ranges('9.0.0.0/8') }),
    grant('more', 4, { from: ranges('8.0.0.0/32') }),
  ];
  assert.equal(onlyOpening({ allow: two }).kind, 'tooMany');
  assert.deepEqual(proofOf({ allow: [grant('v6', 3, { from: ranges('2a00::/20') })] }).openings, []);
  const six = onlyOpening({ allow: [grant('v6', 3, { from: ranges('2a00::/20', '2600::/128') })] });
  assert.deepEqual([six.kind, 'family' in six && six.family], ['tooMany', 6]);
});

test('prove() finds all of IPv6 open', () => {
  const opening = onlyOpening({ allow: [grant('six', 3, { from: ranges('2000::/4', '3000::/4') })] });
  assert.equal(opening.kind, 'everybody');
  assert.equal(opening.example.facts.client.text, '2001:db8::9');
});

test('prove() finds all of IPv4 behind a translator or a tunnel to IPv6', () => {
  for (const carrier of [
    '64:ff9b::/96',
    '64:ff9b:1:2::/96',
    '2001::/32',
    '2002::/16',
    '2002:800::/23',
  ] as const) {
    const opening = onlyOpening({
      allow: [grant('lab', 2, { from: ranges('2001:db8::/64') }), grant('nat', 3, { from: ranges(carrier) })],
    });
    assert.equal(opening.kind, 'carried', carrier);
    assert.equal('by' in opening && opening.by.map(({ range }) => formatRange(range)).join(), carrier);
    assert.deepEqual(opening.example.explanation.decision.rule, {
      kind: 'grant',
      name: 'nat',
      place: place(3),
    });
  }
  for (const part of [
    '64:ff9b::808:0/112',
    '64:ff9b::800:0/104',
    '2002:800::/24',
    '2002:808:808::/48',
  ] as const) {
    assert.deepEqual(proofOf({ allow: [grant('nat', 3, { from: ranges(part) })] }).openings, [], part);
  }
});

test('prove() does not count clients that must sign in, have only until now, or relay nowhere', () => {
  const everywhere = ranges('0.0.0.0/1', '128.0.0.0/1');
  const signedIn = grant('staff', 3, { from: everywhere, authenticated: 'any' });
  assert.deepEqual(proofOf({ allow: [signedIn] }).openings, []);
  assert.deepEqual(proofOf({ allow: [signedIn] }).anonymous, []);
  const ended = grant('old', 3, { from: everywhere, until: NOW });
  assert.deepEqual(proofOf({ allow: [ended] }).openings, []);
  assert.deepEqual(proofOf({ allow: [LOW, HIGH], reroute: false }).openings, []);
});

test('prove() does not take named recipients for an open relay, but a top-level domain names nobody', () => {
  const from = ranges('0.0.0.0/1', '128.0.0.0/1');
  const to = (kind: 'domain' | 'subdomains', name: string): Partial<PolicySource> => ({
    allow: [grant('partners', 3, { from, recipients: [{ kind, domain: domain(name) }] })],
  });
  for (const parts of [
    to('domain', 'partner.example'),
    to('subdomains', 'partner.example'),
    to('domain', 'com'),
  ]) {
    assert.deepEqual(proofOf(parts).openings, []);
    assert.equal(proofOf(parts).alwaysRelay.length, 1);
  }
  const opening = onlyOpening(to('subdomains', 'com'));
  assert.equal(opening.example.facts.recipient.address, 'b@mail.com');
});

test('prove() finds an alwaysRelay route for a whole top-level domain', () => {
  const routes = [route('*.com', 'alwaysRelay', 12), route('partner.example', 'alwaysRelay', 13)];
  const opening = onlyOpening({ routes });
  assert.deepEqual([opening.kind, 'pattern' in opening && opening.pattern], ['everyDomainBelow', '*.com']);
  assert.equal(opening.example.facts.recipient.address, 'b@mail.com');
  assert.deepEqual(proofOf({ routes }).alwaysRelay, [
    { pattern: '*.com', place: place(12) },
    { pattern: 'partner.example', place: place(13) },
  ]);
  assert.deepEqual(proofOf({ routes, reroute: false }).openings, []);
});

test('prove() finds a forward route for a whole top-level domain: everybody sends to the world through the host behind', () => {
  const routes = [route('*.com', 'forward inner.example', 12)];
  for (const reroute of [true, false]) {
    const opening = onlyOpening({ routes, reroute, never: [never('half', 2, '0.0.0.0/1')] });
    assert.deepEqual([opening.kind, 'pattern' in opening && opening.pattern], ['everyDomainBelow', '*.com']);
    assert.equal(opening.example.facts.recipient.address, 'b@mail.com');
  }
  assert.deepEqual(proofOf({ routes: [route('*.com', 'inbound', 12)] }).openings, []);
  assert.deepEqual(proofOf({ routes: [route('*.local', 'forward inner.example', 12)] }).openings, []);
});

test('prove() does not take a named domain of ours for the recipient where the local part holds another address', () => {
  const routes = [route('contoso.example', 'forward inner.example', 12)];
  const recipients: GrantSource['recipients'] = [{ kind: 'domain', domain: domain('contoso.example') }];
  const all = onlyOpening({
    routes,
    allow: [grant('in', 3, { from: ranges('0.0.0.0/1', '128.0.0.0/1'), recipients })],
  });
  assert.equal(all.kind, 'everybody');
  assert.equal(all.example.facts.recipient.address, 'b%other.example@contoso.example');
  const local = onlyOpening({
    routes,
    allow: [grant('in', 3, { connectingTo: ranges('198.51.100.7'), recipients })],
  });
  assert.equal(local.kind, 'reachableAddress');
  const lan = grant('in', 3, { from: ranges('10.0.0.0/8'), recipients });
  assert.deepEqual(proofOf({ routes, allow: [lan] }).openings, []);
});

test('prove() rests on a private local address and does not trust a public one', () => {
  const apps = grant('apps', 3, { connectingTo: ranges('10.1.0.5', '127.0.0.2') });
  const proof = proofOf({ allow: [apps] });
  assert.deepEqual(proof.openings, []);
  assert.deepEqual(proof.anonymous, []);
  assert.deepEqual(
    proof.assumptions.map(({ localAddresses }) => formatAddressSet(localAddresses)),
    ['10.1.0.5 and 127.0.0.2'],
  );
  const both = grant('apps', 3, { connectingTo: ranges('10.1.0.5', '198.51.100.7') });
  const opening = onlyOpening({ allow: [both] });
  assert.equal(opening.kind, 'reachableAddress');
  assert.equal('range' in opening && formatRange(opening.range), '198.51.100.7');
  assert.equal(opening.example.facts.localAddress.text, '198.51.100.7');
});

test('prove() says what each grant opens, without what never rules hold', () => {
  const { reach, anonymous, anonymousCount } = proofOf({
    never: [never('guest-wifi', 19, '10.0.0.64/26')],
    allow: [
      grant('staff', 26, { authenticated: 'any' }),
      grant('office', 27, { from: ranges('10.0.0.0/24', '198.41.0.4') }),
    ],
  });
  assert.equal(formatAddressSet(anonymous), '10.0.0.0/26, 10.0.0.128/25 and 198.41.0.4');
  assert.deepEqual(anonymousCount, { v4: 193n, v6: 0n, public4: 1n, public6: 0n });
  assert.deepEqual(
    reach.map(({ clients, count, reached }) => [formatAddressSet(clients), count.public4 > 1n, reached]),
    [
      ['every address but 10.0.0.64/26', true, true],
      ['10.0.0.0/26, 10.0.0.128/25 and 198.41.0.4', false, true],
    ],
  );
});

function coverers(parts: Partial<PolicySource>): readonly (readonly string[])[] {
  return proofOf(parts).reach.map(({ reached, coveredBy }) =>
    reached
      ? ['reached']
      : coveredBy.map((rule) => ('name' in rule ? rule.name : 'pattern' in rule ? rule.pattern : 'none')),
  );
}

test('prove() finds grants that never decide, and what covers them', () => {
  const low = grant('low', 1, { from: ranges('10.0.0.0/25') });
  const high = grant('high', 2, { from: ranges('10.0.0.128/25') });
  const other = grant('other', 3, { from: ranges('10.9.0.0/16') });
  const whole = grant('whole', 4, { from: ranges('10.0.0.0/24') });
  assert.deepEqual(coverers({ allow: [low, high, other, whole] }), [
    ['reached'],
    ['reached'],
    ['reached'],
    ['low', 'high'],
  ]);
  assert.deepEqual(coverers({ allow: [low, high, other, whole], never: [never('wifi', 9, '10.0.0.0/25')] }), [
    ['wifi'],
    ['reached'],
    ['reached'],
    ['wifi', 'high'],
  ]);
  assert.deepEqual(coverers({ allow: [whole, low] }), [['reached'], ['whole']]);
});

test('prove() takes a grant as reached when only one class is left to it', () => {
  const until = NOW + 1000;
  const senders: GrantSource['senders'] = [{ kind: 'domain', domain: domain('a.example') }];
  const from = ranges('10.0.0.0/24');
  const allow = [
    grant('early', 1, { from, until }),
    grant('narrow', 2, { from, senders }),
    grant('rest', 3, { from }),
  ];
  assert.deepEqual(coverers({ allow }), [['reached'], ['reached'], ['reached']]);
  assert.deepEqual(coverers({ allow: allow.slice(0, 2).toReversed() }), [['reached'], ['reached']]);
  assert.deepEqual(coverers({ allow: [grant('rest', 1, { from }), ...allow.slice(0, 2)] }), [
    ['reached'],
    ['rest'],
    ['rest'],
  ]);
});

test('prove() names the routes of a grant whose recipients need none, and nothing for one that ended', () => {
  const from = ranges('10.0.0.0/24');
  const recipients: GrantSource['recipients'] = [{ kind: 'domain', domain: domain('contoso.example') }];
  const routes = [route('contoso.example', 'inbound')];
  assert.deepEqual(coverers({ routes, allow: [grant('in', 1, { from, recipients })] }), [
    ['contoso.example'],
  ]);
  assert.deepEqual(coverers({ allow: [grant('old', 1, { from, until: NOW })] }), [[]]);
  assert.deepEqual(coverers({ reroute: false, allow: [grant('off', 1, { from })] }), [[]]);
});

test('prove() takes a pattern below a name that leaves no room for a label for one that nothing fits', () => {
  const below = (length: number) =>
    [{ kind: 'subdomains', domain: domain(`${'a.'.repeat(120)}${'a'.repeat(length - 240)}`) }] as const;
  const halves = (conditions: Partial<GrantSource>) => ({
    allow: [
      { ...LOW, ...conditions },
      { ...HIGH, ...conditions },
    ],
  });
  assert.equal(onlyOpening(halves({ senders: below(251) })).kind, 'everybody');
  for (const conditions of [{ senders: below(252) }, { senders: below(253) }, { recipients: below(253) }]) {
    const { openings, anonymousCount, reach } = proofOf(halves(conditions));
    assert.deepEqual(openings, []);
    assert.equal(anonymousCount.v4, 0n);
    assert.deepEqual(
      reach.map(({ reached, coveredBy }) => [reached, coveredBy]),
      [
        [false, []],
        [false, []],
      ],
    );
  }
});
