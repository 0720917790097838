import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, decide, formatRule, grantFor, locate, replyFor } from './mod.ts';
import type { Decision, Facts, GrantSource, PolicySource } from './mod.ts';
import { domain, factsOf, ip, literal, mailbox, place, policySource, ranges, route } from './testing/mod.ts';

/** What the directory lists: all these verbatim, nothing else. */
const DIRECTORY = new Set(['bob@l.test', 'bob@x.l.test', 'odd%name@l.test', 'bob@[192.0.2.1]']);

type Ask = Partial<Omit<Facts, 'client' | 'localAddress' | 'recipient' | 'sender'>> & {
  client?: string;
  localAddress?: string;
  sender?: string | null;
};

/** Asks as the session does: locate, ask the directory, decide. */
function judge(source: PolicySource, to: string, ask: Ask = {}): Decision {
  const policy = compilePolicy(source);
  const recipient = mailbox(to);
  const { mailbox: final, route: found } = locate(recipient, policy);
  const listed = DIRECTORY.has(`${final.localKey}@${final.domain}`) ? 'known' : 'unknown';
  const { client, localAddress, sender, ...rest } = ask;
  return decide(
    factsOf({
      recipient,
      mailbox: found?.kind === 'inbound' ? listed : 'notAsked',
      ...(client !== undefined && { client: ip(client) }),
      ...(localAddress !== undefined && { localAddress: ip(localAddress) }),
      ...(sender !== undefined && { sender: sender === null ? null : mailbox(sender) }),
      ...rest,
    }),
    policy,
  );
}

/** `inbound by route:l.test`, or `neverRule by never:guests`. */
function verdict(source: PolicySource, to: string, ask: Ask = {}): string {
  const decision = judge(source, to, ask);
  const what = decision.verdict === 'accepted' ? decision.as : decision.reason;
  return `${what} by ${formatRule(decision.rule)}`;
}

function code(source: PolicySource, to: string, ask: Ask = {}): string {
  const reply = replyFor(judge(source, to, ask));
  return `${reply.code} ${reply.status}`;
}

const STAFF: GrantSource = { name: 'staff', authenticated: 'any', place: place() };
const OFFICE: GrantSource = { name: 'office', from: ranges('192.168.1.0/24'), place: place() };
const APPS: GrantSource = { name: 'apps', connectingTo: ranges('10.1.0.5'), place: place() };
const ROUTES = [
  route('l.test', 'inbound'),
  route('*.l.test', 'inbound'),
  route('fwd.test', 'forward inner.test'),
  route('old.test', 'rewrite l.test'),
  route('oldfwd.test', 'rewrite fwd.test'),
  route('gone.test', 'rewrite nowhere.test'),
  route('always.test', 'alwaysRelay'),
];
const CLOSED = policySource({ routes: ROUTES });
const GUESTS = { name: 'guests', from: ranges('192.168.1.0/29'), place: place() };
const OPEN = policySource({ routes: ROUTES, never: [GUESTS], allow: [STAFF, OFFICE, APPS] });

test('decide() accepts a stranger for a known mailbox', () => {
  assert.equal(verdict(CLOSED, 'bob@l.test'), 'inbound by route:l.test');
  assert.equal(code(CLOSED, 'bob@l.test'), '250 1.5');
});

test('decide() refuses to relay for a stranger', () => {
  assert.equal(verdict(OPEN, 'user@x.test'), 'noGrant by none');
  assert.equal(code(OPEN, 'user@x.test'), '550 7.1');
});

test('decide() carries nothing from one recipient to the next', () => {
  const policy = compilePolicy(OPEN);
  const inbound = factsOf({ recipient: mailbox('bob@l.test'), mailbox: 'known' });
  const foreign = factsOf({ recipient: mailbox('user@x.test') });
  const verdicts = [inbound, foreign, inbound, foreign].map((facts) => decide(facts, policy).verdict);
  assert.deepEqual(verdicts, ['accepted', 'refused', 'accepted', 'refused']);
});

test('decide() matches whole labels: sea.com and x.sea.com, not chelsea.com', () => {
  const source = policySource({
    routes: [route('sea.com', 'forward h.test'), route('*.sea.com', 'forward h.test')],
  });
  assert.equal(verdict(source, 'u@sea.com'), 'forward by route:sea.com');
  assert.equal(verdict(source, 'u@x.sea.com'), 'forward by route:*.sea.com');
  assert.equal(verdict(source, 'u@chelsea.com'), 'noGrant by none');
});

test('decide() takes the most specific route', () => {
  const source = policySource({
    routes: [
      route('ms.com', 'inbound'),
      route('*.ms.com', 'forward host1.test'),
      route('x.ms.com', 'inbound'),
      route('*.x.ms.com', 'inbound'),
    ],
  });
  for (const [to, rule] of [
    ['u@ms.com', 'ms.com'],
    ['u@x.ms.com', 'x.ms.com'],
    ['u@abc.x.ms.com', '*.x.ms.com'],
  ] as const) {
    assert.equal(verdict(source, to, { mailbox: 'known' }), `inbound by route:${rule}`);
  }
  const sales = judge(source, 'u@sales.ms.com');
  assert.deepEqual(sales.verdict === 'accepted' && sales.destination, {
    kind: 'forward',
    to: { host: 'host1.test', port: 25 },
  });
});

test('decide() takes a domain in any case, with a trailing dot, as U-label or A-label, for the same', () => {
  const source = policySource({ routes: [route('bücher.test', 'forward h.test')] });
  for (const to of ['u@bücher.test', 'u@BüCHER.TEST.', 'u@xn--bcher-kva.test', 'u@XN--BCHER-KVA.Test']) {
    assert.equal(verdict(source, to), 'forward by route:xn--bcher-kva.test', to);
  }
});

test('decide() rewrites the recipient that is spooled', () => {
  const source = policySource({
    routes: [route('cpandl.test', 'rewrite adatum.test'), route('adatum.test', 'forward h.test')],
  });
  const decision = judge(source, 'U.Ser@cpandl.test');
  assert.equal(decision.recipient.address, 'U.Ser@adatum.test');
  assert.equal(decision.facts.recipient.address, 'U.Ser@cpandl.test');
});

test('decide() judges a rewritten recipient like any other', () => {
  assert.equal(verdict(OPEN, 'bob@old.test'), 'inbound by route:l.test');
  assert.equal(verdict(OPEN, 'nobody@old.test'), 'unknownMailbox by route:l.test');
  assert.equal(verdict(OPEN, 'u@oldfwd.test'), 'forward by route:fwd.test');
  assert.equal(verdict(OPEN, 'u@gone.test'), 'noGrant by none');
  assert.equal(verdict(OPEN, 'u@gone.test', { account: 'alice@l.test' }), 'relay by grant:staff');
});

test('decide() forwards for anyone, recipient unchanged', () => {
  const decision = judge(CLOSED, 'Any.One@fwd.test');
  assert.equal(decision.verdict === 'accepted' && decision.as, 'forward');
  assert.equal(decision.recipient.address, 'Any.One@fwd.test');
});

test('decide() lets anyone relay to an always-relay domain, but not a never-listed client', () => {
  assert.equal(verdict(OPEN, 'u@always.test'), 'alwaysRelay by route:always.test');
  assert.equal(verdict(OPEN, 'u@always.test', { client: '192.168.1.7' }), 'neverRule by never:guests');
  assert.equal(code(OPEN, 'u@always.test', { client: '192.168.1.7' }), '550 7.1');
});

test('decide() lets a never rule override authentication, address and local address', () => {
  const everything: Ask = { client: '192.168.1.7', account: 'alice@l.test', localAddress: '10.1.0.5' };
  assert.equal(verdict(OPEN, 'user@x.test', everything), 'neverRule by never:guests');
});

test('decide() names the first never rule, in configuration order', () => {
  const wide = { name: 'wide', from: ranges('192.168.0.0/16'), place: place() };
  const never = [wide, GUESTS];
  assert.equal(verdict({ ...OPEN, never }, 'u@x.test', { client: '192.168.1.7' }), 'neverRule by never:wide');
  assert.equal(
    verdict({ ...OPEN, never: never.toReversed() }, 'u@x.test', { client: '192.168.1.7' }),
    'neverRule by never:guests',
  );
});

test('decide() lets a never-listed client send to our own domains', () => {
  const ask = { client: '192.168.1.7' };
  assert.equal(verdict(OPEN, 'bob@l.test', ask), 'inbound by route:l.test');
  assert.equal(verdict(OPEN, 'u@fwd.test', ask), 'forward by route:fwd.test');
});

test('decide() ORs the grants: address, local address or authentication alone is enough', () => {
  assert.equal(verdict(OPEN, 'u@x.test', { client: '192.168.1.9' }), 'relay by grant:office');
  assert.equal(verdict(OPEN, 'u@x.test', { localAddress: '10.1.0.5' }), 'relay by grant:apps');
  assert.equal(verdict(OPEN, 'u@x.test', { localAddress: '10.1.0.6' }), 'noGrant by none');
  assert.equal(verdict(OPEN, 'u@x.test', { account: 'alice@l.test' }), 'relay by grant:staff');
});

test('decide() lets the first grant decide, in configuration order', () => {
  const ask: Ask = { client: '192.168.1.9', localAddress: '10.1.0.5', account: 'alice@l.test' };
  for (const allow of [
    [STAFF, OFFICE, APPS],
    [OFFICE, APPS, STAFF],
    [APPS, STAFF, OFFICE],
  ]) {
    assert.equal(verdict(policySource({ allow }), 'u@x.test', ask), `relay by grant:${allow[0]?.name}`);
  }
});

test('decide() refuses .7 and accepts .8 with never 192.168.1.0/29 inside allow 192.168.1.0/24', () => {
  assert.equal(verdict(OPEN, 'u@x.test', { client: '192.168.1.7' }), 'neverRule by never:guests');
  assert.equal(verdict(OPEN, 'u@x.test', { client: '192.168.1.8' }), 'relay by grant:office');
});

test('decide() takes a single address for that address only', () => {
  const source = policySource({ allow: [{ name: 'one', from: ranges('1.1.1.1/32'), place: place() }] });
  assert.equal(verdict(source, 'u@x.test', { client: '1.1.1.1' }), 'relay by grant:one');
  assert.equal(verdict(source, 'u@x.test', { client: '::ffff:1.1.1.1' }), 'relay by grant:one');
  for (const client of ['1.1.1.0', '1.1.1.2', '1.1.1.10', '1.1.1.11', '::101:101']) {
    assert.equal(verdict(source, 'u@x.test', { client }), 'noGrant by none', client);
  }
});

test('decide() matches IPv6 ranges', () => {
  const source = policySource({ allow: [{ name: 'six', from: ranges('2001:db8:1::/48'), place: place() }] });
  assert.equal(verdict(source, 'u@x.test', { client: '2001:db8:1:ffff::1' }), 'relay by grant:six');
  assert.equal(verdict(source, 'u@x.test', { client: '2001:db8:2::1' }), 'noGrant by none');
});

test('decide() fails closed: nothing configured, or never rules only', () => {
  assert.equal(verdict(policySource(), 'u@x.test'), 'noGrant by none');
  assert.equal(verdict(policySource({ never: [GUESTS] }), 'u@x.test'), 'noGrant by none');
  assert.equal(verdict(policySource(), 'u@x.test', { account: 'alice@l.test' }), 'noGrant by none');
});

test('decide() with rerouting off relays for nobody and still takes mail for our own domains', () => {
  const off = { ...OPEN, reroute: false };
  const everything: Ask = { client: '192.168.1.9', account: 'alice@l.test', localAddress: '10.1.0.5' };
  for (const ask of [{}, everything, { client: '192.168.1.7' }]) {
    assert.equal(verdict(off, 'u@x.test', ask), 'rerouteOff by none');
    assert.equal(verdict(off, 'u@always.test', ask), 'rerouteOff by none');
    assert.equal(verdict(off, 'u@gone.test', ask), 'rerouteOff by none');
    assert.equal(verdict(off, 'u%x@fwd.test', ask), 'routingCharacters by route:fwd.test');
    assert.equal(verdict(off, 'u@fwd.test', ask), 'forward by route:fwd.test');
    assert.equal(verdict(off, 'bob@l.test', ask), 'inbound by route:l.test');
    assert.equal(verdict(off, 'bob@old.test', ask), 'inbound by route:l.test');
  }
});

test('decide() refuses as soon as the rule is gone from the policy', () => {
  assert.equal(verdict(OPEN, 'u@x.test', { client: '192.168.1.9' }), 'relay by grant:office');
  assert.equal(
    verdict({ ...OPEN, allow: [STAFF] }, 'u@x.test', { client: '192.168.1.9' }),
    'noGrant by none',
  );
});

test('decide() never decodes a local part of a domain of ours', () => {
  for (const localPart of [
    'IMCEASMTP-u+40x+2Etest',
    'imceasmtp-u+40x+2Etest',
    'IMCEAEX-_O=ORG_OU=SITE_CN=U',
    '"IMCEA u@x.test"',
    'u%x.test',
    'x.test!u',
    '"u@x.test"',
    '"u%x.test"',
    'u%x.test%l.test',
    'SRS0=abcd=XY=x.test=u',
  ]) {
    for (const ask of [{}, { account: 'alice@l.test' }, { client: '192.168.1.9' }]) {
      assert.equal(verdict(OPEN, `${localPart}@l.test`, ask), 'unknownMailbox by route:l.test', localPart);
      assert.equal(code(OPEN, `${localPart}@l.test`, ask), '550 1.1');
    }
  }
});

test('decide() accepts an odd local part that the directory lists verbatim', () => {
  assert.equal(verdict(CLOSED, 'odd%name@l.test'), 'inbound by route:l.test');
});

test('decide() passes routing characters to a forward host only under a grant', () => {
  for (const localPart of ['u%x.test', 'x.test!u', '"u@x.test"', 'IMCEASMTP-u+40x+2Etest', '"a b@x.test"']) {
    const to = `${localPart}@fwd.test`;
    assert.equal(verdict(OPEN, to), 'routingCharacters by route:fwd.test', localPart);
    assert.equal(code(OPEN, to), '550 7.1');
    assert.equal(verdict(OPEN, to, { account: 'alice@l.test' }), 'forward by grant:staff');
    assert.equal(verdict(OPEN, to, { client: '192.168.1.9' }), 'forward by grant:office');
    const guest: Ask = { client: '192.168.1.7', account: 'alice@l.test' };
    assert.equal(verdict(OPEN, to, guest), 'neverRule by never:guests');
    assert.equal(verdict(OPEN, to.replace('fwd', 'oldfwd')), 'routingCharacters by route:fwd.test');
  }
});

test('decide() passes routing characters to an always-relay domain only under a grant', () => {
  assert.equal(verdict(OPEN, 'u%x@always.test'), 'routingCharacters by route:always.test');
  assert.equal(verdict(OPEN, 'u%x@always.test', { client: '192.168.1.7' }), 'neverRule by never:guests');
  assert.equal(verdict(OPEN, 'u%x@always.test', { client: '192.168.1.9' }), 'alwaysRelay by grant:office');
});

test('decide() needs the grant to fit the recipient with routing characters, too', () => {
  const recipients: GrantSource['recipients'] = [{ kind: 'domain', domain: domain('x.test') }];
  const source = policySource({ routes: ROUTES, allow: [{ ...OFFICE, recipients }] });
  assert.equal(
    verdict(source, 'u%x@fwd.test', { client: '192.168.1.9' }),
    'routingCharacters by route:fwd.test',
  );
});

test('decide() takes an address literal for ours only when it is listed', () => {
  const listed = { literal: literal('[192.0.2.1]'), place: place() };
  assert.equal(verdict(OPEN, 'bob@[192.0.2.1]'), 'noGrant by none');
  assert.equal(verdict({ ...OPEN, literals: [listed] }, 'bob@[192.0.2.1]'), 'inbound by route:[192.0.2.1]');
  assert.equal(verdict({ ...OPEN, literals: [listed] }, 'bob@[192.0.2.2]'), 'noGrant by none');
});

test('decide() gives a sender no rights: null, local, or at our own addresses', () => {
  for (const sender of [null, 'bob@l.test', 'u@localhost', 'u@[192.0.2.1]', 'user@x.test']) {
    assert.equal(verdict(OPEN, 'user@x.test', { sender }), 'noGrant by none');
    assert.equal(verdict(OPEN, 'bob@l.test', { sender }), 'inbound by route:l.test');
    assert.equal(verdict(OPEN, 'u@fwd.test', { sender }), 'forward by route:fwd.test');
  }
});

test('decide() refuses an unknown mailbox whoever asks', () => {
  for (const ask of [{}, { account: 'alice@l.test' }, { client: '192.168.1.9' }]) {
    assert.equal(verdict(OPEN, 'nobody@l.test', ask), 'unknownMailbox by route:l.test');
  }
});

test('decide() defers when the directory does not answer or was not asked', () => {
  for (const fact of ['unavailable', 'notAsked'] as const) {
    assert.equal(verdict(OPEN, 'bob@l.test', { mailbox: fact }), 'mailboxUnavailable by route:l.test');
    assert.equal(code(OPEN, 'bob@l.test', { mailbox: fact }), '451 3.0');
  }
});

test('decide() ANDs the conditions of a grant', () => {
  const scanners: GrantSource = {
    name: 'scanners',
    authenticated: ['scan@l.test', 'copy@l.test'],
    from: ranges('10.0.8.0/28', '2001:db8::/64'),
    connectingTo: ranges('10.1.0.5'),
    senders: [{ kind: 'address', localKey: 'scan', domain: domain('l.test') }],
    recipients: [{ kind: 'domain', domain: domain('x.test') }],
    until: 1_000,
    place: place(),
  };
  const source = policySource({ allow: [scanners] });
  const fitting: Ask = {
    client: '10.0.8.15',
    localAddress: '10.1.0.5',
    account: 'Copy@L.test',
    sender: 'Scan@l.test',
    at: 999,
  };
  assert.equal(verdict(source, 'u@x.test', fitting), 'relay by grant:scanners');
  const misfits: Ask[] = [
    { client: '10.0.8.16' },
    { client: '10.0.7.255' },
    { localAddress: '10.1.0.4' },
    { account: 'alice@l.test' },
    { account: undefined },
    { sender: 'scan2@l.test' },
    { sender: null },
    { at: 1_000 },
    { at: Number.NaN },
  ];
  for (const misfit of misfits) {
    assert.equal(
      verdict(source, 'u@x.test', { ...fitting, ...misfit }),
      'noGrant by none',
      JSON.stringify(misfit),
    );
  }
  assert.equal(verdict(source, 'u@y.x.test', fitting), 'noGrant by none');
});

test('decide() compares account names without regard to ASCII case, and to no other', () => {
  const source = policySource({ allow: [{ ...STAFF, authenticated: ['kim@l.test'] }] });
  assert.equal(verdict(source, 'u@x.test', { account: 'KIM@l.test' }), 'relay by grant:staff');
  assert.equal(verdict(source, 'u@x.test', { account: '\u212Aim@l.test' }), 'noGrant by none');
});

test('decide() compares the recipients of a grant with the recipient after rewriting', () => {
  const narrowed = (name: string): PolicySource =>
    policySource({
      routes: ROUTES,
      allow: [{ ...OFFICE, recipients: [{ kind: 'domain', domain: domain(name) }] }],
    });
  const ask = { client: '192.168.1.9' };
  assert.equal(verdict(narrowed('nowhere.test'), 'u@gone.test', ask), 'relay by grant:office');
  assert.equal(verdict(narrowed('gone.test'), 'u@gone.test', ask), 'noGrant by none');
});

test('decide() does not depend on the listener', () => {
  for (const listener of ['internet', 'submission', '', '__proto__']) {
    assert.equal(verdict(OPEN, 'u@x.test', { listener }), 'noGrant by none');
  }
});

test('grantFor() names the grant that a client holds for a recipient', () => {
  const policy = compilePolicy(OPEN);
  const name = (parts: Partial<Facts>): string | undefined => grantFor(factsOf(parts), policy)?.name;
  assert.equal(name({ client: ip('192.168.1.9') }), 'office');
  assert.equal(name({ client: ip('192.168.1.7'), account: 'alice@l.test' }), undefined);
  assert.equal(name({}), undefined);
  const off = compilePolicy({ ...OPEN, reroute: false });
  assert.equal(grantFor(factsOf({ client: ip('192.168.1.9') }), off), undefined);
});
