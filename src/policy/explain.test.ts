import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, explain, formatExplanation } from './mod.ts';
import type { Facts, GrantSource, PolicySource } from './mod.ts';
import { domain, factsOf, ip, literal, mailbox, place, policySource, ranges, route } from './testing/mod.ts';

const SOURCE = policySource({
  routes: [
    route('contoso.example', 'inbound', 10),
    route('*.contoso.example', 'inbound', 11),
    route('branch.example', 'forward mail.branch.internal', 12),
    route('old.example', 'rewrite contoso.example', 13),
    route('partner.example', 'alwaysRelay', 14),
  ],
  never: [{ name: 'guest-wifi', from: ranges('10.0.0.64/26'), place: place(19) }],
  allow: [
    { name: 'staff', authenticated: 'any', place: place(26) },
    { name: 'office', from: ranges('192.168.10.0/24', '1.1.1.1/32'), place: place(27) },
    { name: 'apps', connectingTo: ranges('10.1.0.5'), place: place(28) },
    {
      name: 'scanners',
      from: ranges('10.0.0.64/28', '10.0.8.0/28'),
      senders: [{ kind: 'address', localKey: 'scan', domain: domain('contoso.example') }],
      recipients: [
        { kind: 'domain', domain: domain('other.example') },
        { kind: 'subdomains', domain: domain('other.example') },
      ],
      until: Date.UTC(2027, 5, 30),
      place: place(29),
    },
  ],
});

function lines(parts: Partial<Facts>, source: PolicySource = SOURCE): readonly string[] {
  const facts = factsOf({ recipient: mailbox('b@other.example'), sender: null, ...parts });
  return formatExplanation(explain(facts, compilePolicy(source))).split('\n');
}

test('explain() traces a recipient that a grant lets through', () => {
  assert.deepEqual(lines({ client: ip('192.168.10.7') }), [
    '1 ✓ The recipient is well formed: b@other.example.',
    '2 ✕ other.example is not a domain of ours (5 routes looked at), so this is relaying.',
    '3 ✓ Relaying is on.',
    '4 ✕ No never rule fits 192.168.10.7 (1 looked at).',
    '5 ✓ Grant office fits: 192.168.10.7 is in 192.168.10.0/24.   postern.yaml:27',
    '→ Accepted for relay, 250 2.1.5.',
  ]);
});

test('explain() says of a refusal which condition each grant misses, and what would have allowed it', () => {
  assert.deepEqual(lines({ client: ip('198.51.100.7') }).slice(3), [
    '4 ✕ No never rule fits 198.51.100.7 (1 looked at).',
    '5 ✕ Grant staff does not fit: 198.51.100.7 had not signed in.   postern.yaml:26',
    '6 ✕ Grant office does not fit: 198.51.100.7 is not in any of its 2 ranges.   postern.yaml:27',
    '7 ✕ Grant apps does not fit: it connected to 192.0.2.1, not to 10.1.0.5.   postern.yaml:28',
    '8 ✕ Grant scanners does not fit: 198.51.100.7 is not in any of its 2 ranges and the claimed sender <> does not fit scan@contoso.example.   postern.yaml:29',
    '9 ✕ No grant fits 198.51.100.7 (4 looked at).',
    '→ Refused, 550 5.7.1 Relaying to other.example is prohibited from 198.51.100.7 (restriction: none matched).',
    'It would have been relayed by staff after signing in.',
    'It would have been relayed by office from 192.168.10.0/24 (192.168.10.0, for example) or 1 more range.',
    'It would have been relayed by apps when connecting to 10.1.0.5.',
    // 10.0.0.64/28 of scanners lies inside guest-wifi, so it is not proposed.
    'It would have been relayed by scanners from 10.0.8.0/28 (10.0.8.0, for example), with a claimed sender that fits scan@contoso.example.',
  ]);
});

test('explain() proposes nothing to a client that a never rule names', () => {
  assert.deepEqual(lines({ client: ip('10.0.0.70') }).slice(3), [
    '4 ✓ Never rule guest-wifi fits: 10.0.0.70 is in 10.0.0.64/26.   postern.yaml:19',
    '→ Refused, 550 5.7.1 Relaying to other.example is prohibited from 10.0.0.70 (restriction: never).',
  ]);
});

test('explain() proposes nothing when rerouting is off', () => {
  assert.deepEqual(lines({}, { ...SOURCE, reroute: false }).slice(2), [
    '3 ✕ Relaying is off (reroute: false), so no grant counts.',
    '→ Refused, 550 5.7.1 Relaying to other.example is prohibited from 203.0.113.9 (restriction: reroute off).',
  ]);
});

test('explain() does not propose a grant for other recipients', () => {
  const proposals = lines({ recipient: mailbox('b@else.example'), client: ip('10.0.8.1') });
  assert.equal(
    proposals.some((line) => line.includes('by scanners')),
    false,
  );
});

test('explain() says when a grant ended, and that it would have been relayed before', () => {
  const parts = {
    client: ip('10.0.8.1'),
    sender: mailbox('scan@contoso.example'),
    at: Date.UTC(2027, 5, 30),
  };
  const explained = lines(parts);
  assert.ok(
    explained.includes(
      '8 ✕ Grant scanners does not fit: it ended at 2027-06-30T00:00:00Z.   postern.yaml:29',
    ),
  );
  assert.ok(explained.includes('It would have been relayed by scanners before 2027-06-30T00:00:00Z.'));
});

test('explain() joins the conditions of a grant that fits', () => {
  const parts = { client: ip('10.0.8.1'), sender: mailbox('scan@contoso.example') };
  assert.equal(
    lines(parts)[4],
    '5 ✓ Grant scanners fits: 10.0.8.1 is in 10.0.8.0/28, the claimed sender scan@contoso.example fits, the recipient b@other.example fits and it holds until 2027-06-30T00:00:00Z.   postern.yaml:29',
  );
  assert.equal(
    lines({ account: 'alice@contoso.example' })[4],
    '5 ✓ Grant staff fits: alice@contoso.example has signed in.   postern.yaml:26',
  );
});

test('explain() names the account that is not one of the grant', () => {
  const named = (first: string, ...others: string[]): PolicySource => {
    const grant: GrantSource = { name: 'few', authenticated: [first, ...others], place: place(3) };
    return policySource({ allow: [grant] });
  };
  const account = 'carol@contoso.example';
  assert.deepEqual(lines({ account }, named('alice@contoso.example', 'bob@contoso.example')).slice(4), [
    '5 ✕ Grant few does not fit: carol@contoso.example is not any of its 2 accounts.   postern.yaml:3',
    '6 ✕ No grant fits 203.0.113.9 (1 looked at).',
    '→ Refused, 550 5.7.1 Relaying to other.example is prohibited from 203.0.113.9 (restriction: none matched).',
    'It would have been relayed by few after signing in as alice@contoso.example or 1 more account.',
  ]);
  assert.equal(
    lines({ account }, named('alice@contoso.example'))[4],
    '5 ✕ Grant few does not fit: carol@contoso.example is not alice@contoso.example.   postern.yaml:3',
  );
});

test('explain() traces inbound, rewritten, forwarded and always relayed recipients', () => {
  assert.deepEqual(lines({ recipient: mailbox('bob@old.example'), mailbox: 'known' }), [
    '1 ✓ The recipient is well formed: bob@old.example.',
    '2 ✓ old.example is rewritten to contoso.example.   postern.yaml:13',
    '3 ✓ contoso.example is a domain of ours.   postern.yaml:10',
    '4 ✓ The mailbox bob@contoso.example is known.',
    '→ Accepted for bob@contoso.example, 250 2.1.5.',
  ]);
  assert.deepEqual(lines({ recipient: mailbox('u@x.contoso.example'), mailbox: 'unknown' }).slice(1), [
    '2 ✓ x.contoso.example is a domain of ours by *.contoso.example.   postern.yaml:11',
    '3 ✕ There is no mailbox u@x.contoso.example.',
    '→ Refused, 550 5.1.1 No such mailbox here: u@x.contoso.example.',
  ]);
  assert.deepEqual(lines({ recipient: mailbox('u@branch.example') }).slice(1), [
    '2 ✓ branch.example is forwarded to mail.branch.internal:25.   postern.yaml:12',
    '3 ✓ The local part u names no other destination.',
    '→ Accepted to be forwarded, 250 2.1.5.',
  ]);
  assert.deepEqual(lines({ recipient: mailbox('u@partner.example') }).slice(1), [
    '2 ✓ partner.example is a domain that anyone may relay to.   postern.yaml:14',
    '3 ✓ Relaying is on.',
    '4 ✓ The local part u names no other destination.',
    '5 ✕ No never rule fits 203.0.113.9 (1 looked at).',
    '→ Accepted for relay, 250 2.1.5.',
  ]);
});

test('explain() cannot tell whether there is a mailbox when the directory does not answer', () => {
  const recipient = mailbox('u@contoso.example');
  assert.deepEqual(lines({ recipient, mailbox: 'unavailable' }).slice(2), [
    '3 ✕ Cannot tell whether there is a mailbox u@contoso.example: the directory does not answer.',
    '→ Refused for now, 451 4.3.0 Mailboxes cannot be looked up now, try again later.',
  ]);
});

test('explain() traces routing characters at a forwarded domain', () => {
  const explained = lines({ recipient: mailbox('a%b@branch.example'), client: ip('198.51.100.7') });
  assert.equal(explained[2], ' 3 ✕ The local part a%b could name another destination: it needs a grant.');
  assert.deepEqual(explained.slice(10, 13), [
    '→ Refused, 550 5.7.1 Relaying to branch.example is prohibited from 198.51.100.7 (restriction: routing characters in the local part).',
    'It would have been accepted with a local part that names no other destination.',
    'It would have been accepted by staff after signing in.',
  ]);
});

test('explain() tells literals from domains, and one route from several', () => {
  const listed = { literal: literal('[192.0.2.9]'), place: place(4) };
  assert.equal(
    lines({ recipient: mailbox('u@[192.0.2.1]') }, policySource({ literals: [listed] }))[1],
    '2 ✕ [192.0.2.1] is not an address of ours (1 route looked at), so this is relaying.',
  );
});

test('explain() shows the ten nearest of many grants, in configuration order', () => {
  const many = Array.from({ length: 12_000 }, (_, i): GrantSource => ({
    name: `g${i}`,
    from: [{ family: 4, first: i, last: i }],
    ...(i % 2_000 !== 0 && { until: -1 }),
    place: place(i + 1),
  }));
  const explained = lines({}, policySource({ allow: many }));
  assert.deepEqual(
    explained.slice(4, 14).map((line) => /Grant (g\d+) /.exec(line)?.[1]),
    ['g0', 'g1', 'g2', 'g3', 'g4', 'g2000', 'g4000', 'g6000', 'g8000', 'g10000'],
  );
  assert.equal(explained[14], '15 ✕ No grant fits 203.0.113.9 (12,000 looked at, the nearest 10 shown).');
  assert.equal(explained.length, 26);
});

test('explain() gives the reply and the steps as values', () => {
  const { reply, steps } = explain(factsOf({ client: ip('192.168.10.7') }), compilePolicy(SOURCE));
  assert.deepEqual(reply, { code: 250, status: '1.5', text: 'Recipient accepted' });
  assert.deepEqual(steps.at(-1), {
    ok: true,
    text: 'Grant office fits: 192.168.10.7 is in 192.168.10.0/24.',
    place: place(27),
  });
  assert.equal('place' in (steps[0] ?? {}), false);
});
