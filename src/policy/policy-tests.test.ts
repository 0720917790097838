import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inRange, ipv4 } from '../std/mod.ts';
import type { IpRange } from '../std/mod.ts';
import { compilePolicy, decide, runPolicyTests, unnamedLocalAddress } from './mod.ts';
import type { Expectation, MailboxFact, PolicySource, PolicyTest } from './mod.ts';
import { facts as anyFacts, sources } from './testing/arbitraries.ts';
import { ip, mailbox, place, policySource, ranges, route } from './testing/mod.ts';

const SOURCE = policySource({
  routes: [
    route('in.test', 'inbound', 10),
    route('fwd.test', 'forward inner.test', 11),
    route('always.test', 'alwaysRelay', 12),
    route('old.test', 'rewrite in.test', 13),
  ],
  never: [{ name: 'guests', from: ranges('10.0.8.128/25'), place: place(19) }],
  allow: [
    { name: 'staff', authenticated: 'any', place: place(26) },
    { name: 'office', from: ranges('10.0.8.0/24', '2001:db8::/64'), place: place(27) },
    { name: 'apps', connectingTo: ranges('0.0.0.0/8', '10.1.0.5'), place: place(28) },
  ],
});

function only(mailboxes: readonly string[]): (asked: { address: string }) => MailboxFact {
  return ({ address }) => (mailboxes.includes(address) ? 'known' : 'unknown');
}

type Case = Partial<Omit<PolicyTest, 'from' | 'recipient'>> & {
  from?: readonly IpRange[];
  recipient?: string;
};

/** The message of the failure; undefined: passed. */
function run(
  expect: Expectation,
  { recipient, ...parts }: Case = {},
  source: PolicySource = SOURCE,
): string | undefined {
  const [result] = runPolicyTests(
    [
      {
        from: ranges('203.0.113.9'),
        recipient: mailbox(recipient ?? 'b@other.test'),
        at: 0,
        place: place(52),
        expect,
        ...parts,
      },
    ],
    compilePolicy(source),
    only(['bob@in.test']),
  );
  assert.ok(result !== undefined);
  return result.passed ? undefined : result.message;
}

test('runPolicyTests() passes what is so', () => {
  assert.equal(run('refused'), undefined);
  assert.equal(run('relayed', { from: ranges('10.0.8.7'), by: 'office' }), undefined);
  assert.equal(run('relayed', { account: 'alice@in.test', by: 'staff' }), undefined);
  assert.equal(run('relayed', { toAddress: ip('10.1.0.5'), by: 'apps' }), undefined);
  assert.equal(run('relayed', { recipient: 'u@always.test', by: 'always.test' }), undefined);
  assert.equal(run('inbound', { recipient: 'bob@in.test' }), undefined);
  assert.equal(run('inbound', { recipient: 'bob@old.test', by: 'in.test' }), undefined);
  assert.equal(run('forwarded', { recipient: 'u@fwd.test' }), undefined);
  assert.equal(run('refused', { from: ranges('10.0.8.200'), by: 'guests' }), undefined);
  for (const to of ['bob@in.test', 'u@fwd.test', 'u@always.test']) {
    assert.equal(run('accepted', { recipient: to }), undefined, to);
  }
});

test('runPolicyTests() says what is so instead, with an example', () => {
  const strangers = { name: 'strangers stay out', from: ranges('10.0.8.7') };
  assert.equal(
    run('refused', strangers),
    'Test "strangers stay out" failed (line 52): 10.0.8.7 to b@other.test must be refused, but is relayed by office (line 27).',
  );
  assert.equal(
    run('relayed', { by: 'office', because: 'the printers need it' }),
    'Test failed (line 52): 203.0.113.9 to b@other.test must be relayed by office, but is refused: no grant fits. Because: the printers need it',
  );
  const failures: [Expectation, Case, string][] = [
    ['relayed', { from: ranges('10.0.8.200') }, 'refused by guests (line 19)'],
    ['relayed', { from: ranges('10.0.8.7'), by: 'staff' }, 'relayed by office (line 27)'],
    ['inbound', { recipient: 'nobody@in.test' }, 'refused: there is no such mailbox'],
    ['relayed', { recipient: 'bob@in.test' }, 'inbound by in.test (line 10)'],
    ['inbound', { recipient: 'u@fwd.test' }, 'forwarded by fwd.test (line 11)'],
    ['forwarded', { recipient: 'u@always.test' }, 'relayed by always.test (line 12)'],
    [
      'accepted',
      { recipient: 'a%b@fwd.test' },
      'refused: its local part could name another destination, and no grant fits',
    ],
  ];
  for (const [expect, parts, instead] of failures) {
    assert.equal(run(expect, parts)?.split(', but is ')[1], `${instead}.`);
  }
  assert.match(run('relayed', {}, { ...SOURCE, reroute: false }) ?? '', /but is refused: relaying is off\.$/);
});

test('runPolicyTests() checks a range for all its addresses, and finds the first that differs', () => {
  assert.equal(run('refused', { from: ranges('203.0.113.0/24', '10.0.9.0/24') }), undefined);
  assert.equal(run('relayed', { from: ranges('10.0.8.0/25') }), undefined);
  assert.match(
    run('relayed', { from: ranges('10.0.8.0/24') }) ?? '',
    /: 10\.0\.8\.128 to .* refused by guests/,
  );
  assert.match(run('refused', { from: ranges('10.0.0.0/8') }) ?? '', /: 10\.0\.8\.0 to .* relayed by office/);
  assert.match(
    run('refused', { from: ranges('2001:db8::/32') }) ?? '',
    /: 2001:db8:: to .* relayed by office/,
  );
  assert.match(run('relayed', { from: ranges('2001:db8::/32') }) ?? '', /: 2001:db8:0:1:: to .* refused/);
});

test('runPolicyTests() finds one open address in all of IPv4', () => {
  const source = policySource({ allow: [{ name: 'one', from: ranges('198.51.100.77'), place: place(3) }] });
  assert.match(
    run('refused', { from: ranges('0.0.0.0/0') }, source) ?? '',
    /: 198\.51\.100\.77 to .* by one/,
  );
});

test('runPolicyTests() connects to a local address that no grant names, unless the test says one', () => {
  assert.equal(run('refused', {}), undefined);
  assert.equal(unnamedLocalAddress(compilePolicy(SOURCE)).text, '1.0.0.0');
  const everywhere = policySource({
    allow: [{ name: 'all', connectingTo: ranges('0.0.0.0/0', '::/1'), place: place() }],
  });
  assert.equal(unnamedLocalAddress(compilePolicy(everywhere)).text, '8000::');
});

test('runPolicyTests() does not pass a test that names no address', () => {
  assert.equal(
    run('refused', { from: [] }),
    'Test failed (line 52): it names no client address, so it tests nothing.',
  );
});

test('runPolicyTests() takes time, sender and a directory that does not answer into account', () => {
  const until = policySource({
    allow: [{ name: 'g', from: ranges('10.0.0.0/8'), senders: [{ kind: 'null' }], until: 5, place: place() }],
  });
  const from = ranges('10.0.0.0/8');
  assert.equal(run('relayed', { from, at: 4 }, until), undefined);
  assert.equal(run('refused', { from, at: 5 }, until), undefined);
  assert.equal(run('refused', { from, at: 4, sender: mailbox('a@b.test') }, until), undefined);
  const [result] = runPolicyTests(
    [{ from, recipient: mailbox('bob@in.test'), at: 0, expect: 'inbound', place: place(9) }],
    compilePolicy(SOURCE),
    () => 'unavailable',
  );
  assert.ok(
    result?.passed === false && result.message.endsWith('is refused: the directory does not answer.'),
  );
  assert.ok(result.decision?.verdict === 'refused' && result.decision.reason === 'mailboxUnavailable');
});

test('runPolicyTests() agrees with asking every single address', () => {
  const tested = fc.tuple(fc.integer({ min: -3, max: 34 }), fc.integer({ min: -3, max: 34 }));
  let passed = 0;
  let failed = 0;
  fc.assert(
    fc.property(sources, anyFacts, tested, (source, asked, [a, b]) => {
      const policy = compilePolicy(source);
      const from: IpRange = {
        family: 4,
        first: 0x0a000000 + Math.min(a, b),
        last: 0x0a000000 + Math.max(a, b),
      };
      const decisions = Array.from({ length: from.last - from.first + 1 }, (_, i) =>
        decide({ ...asked, client: ipv4(from.first + i) }, policy),
      );
      const bad = decisions.find(({ verdict }) => verdict !== 'refused');
      const { localAddress: toAddress, recipient, sender, at, account } = asked;
      const [result] = runPolicyTests(
        [
          {
            from: [from],
            toAddress,
            recipient,
            sender,
            at,
            ...(account !== undefined && { account }),
            expect: 'refused',
            place: place(),
          },
        ],
        policy,
        () => asked.mailbox,
      );
      assert.equal(result?.passed, bad === undefined);
      if (result !== undefined && !result.passed) {
        assert.ok(result.decision !== undefined && inRange(result.decision.facts.client, from));
        assert.equal(result.decision.facts.client.text, bad?.facts.client.text);
        failed += 1;
      } else passed += 1;
    }),
    { numRuns: 500 },
  );
  assert.ok(passed > 20 && failed > 20);
});
