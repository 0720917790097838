import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isAddressError, parseDomain, parseMailbox } from '../../mail/mod.ts';
import type { Domain, Mailbox } from '../../mail/mod.ts';
import { compilePolicy, decide } from '../../policy/mod.ts';
import type { AddressPattern, GrantSource, PolicySource } from '../../policy/mod.ts';
import { parseCidr, parseIp } from '../../std/mod.ts';
import type { IpAddress, IpRange } from '../../std/mod.ts';
import { settle } from './open.ts';

function domain(text: string): Domain {
  const parsed = parseDomain(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function mailbox(text: string): Mailbox {
  const parsed = parseMailbox(text);
  if (isAddressError(parsed)) throw new Error(text);
  return parsed;
}

function range(text: string): IpRange {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function ip(text: string): IpAddress {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

/** Small worlds: every value that a rule can name is in them, and one that none can. */
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.1.1', '2001:db8::1'].map(ip);
const RANGES = ['10.0.0.1', '10.0.0.2/31', '10.0.0.0/24', '2001:db8::1'].map(range);
const SENDERS = [
  null,
  ...['a@one.test', 'b@one.test', 'a@sub.one.test', '"x y"@two.test', 'a@three.test'].map(mailbox),
];
const PATTERNS: readonly AddressPattern[] = [
  { kind: 'null' },
  { kind: 'address', localKey: 'a', domain: domain('one.test') },
  { kind: 'address', localKey: 'x y', domain: domain('two.test') },
  { kind: 'domain', domain: domain('one.test') },
  { kind: 'subdomains', domain: domain('one.test') },
];

const place = { file: 'postern.yaml', line: 1, column: 1 };

function listOf<Value>(values: readonly Value[]): fc.Arbitrary<readonly [Value, ...Value[]] | undefined> {
  const some = fc.subarray([...values], { minLength: 1 }).map(([first, ...others]): [Value, ...Value[]] => {
    if (first === undefined) throw new Error('empty');
    return [first, ...others];
  });
  return fc.option(some, { nil: undefined });
}

const grant: fc.Arbitrary<GrantSource> = fc
  .record({
    from: listOf(RANGES),
    connectingTo: listOf(RANGES),
    senders: listOf(PATTERNS),
    named: fc.boolean(),
  })
  .map(({ from, connectingTo, senders, named }) => ({
    name: 'grant',
    place,
    ...(from === undefined ? {} : { from }),
    ...(connectingTo === undefined ? {} : { connectingTo }),
    ...(senders === undefined ? {} : { senders }),
    // A grant needs one of these; and one that asks for a login never fits here.
    ...(named || (from === undefined && connectingTo === undefined) ? { authenticated: 'any' as const } : {}),
  }));

const policySource: fc.Arbitrary<PolicySource> = fc
  .record({ allow: fc.array(grant, { maxLength: 4 }), never: fc.boolean(), reroute: fc.boolean() })
  .map(({ allow, never, reroute }) => ({
    reroute,
    routes: [],
    never: never ? [{ name: 'never', from: [range('10.0.0.3')], place }] : [],
    allow: allow.map((one, index) => ({ ...one, name: `grant${index}` })),
    postmasterDomain: domain('contoso.example'),
    literals: [],
  }));

const facts = {
  client: fc.constantFrom(...ADDRESSES),
  account: fc.constantFrom(undefined, 'alice@contoso.example'),
  addresses: fc.option(fc.subarray([...ADDRESSES], { minLength: 1 }), { nil: undefined }),
  sender: fc.constantFrom(...SENDERS, undefined),
};

test('settle() decides exactly when no local address and no sender could change the verdict', () => {
  let depended = 0;
  fc.assert(
    fc.property(policySource, fc.record(facts), (source, { client, account, addresses, sender }) => {
      const policy = compilePolicy(source);
      const given = {
        client,
        account,
        listener: 'internet',
        recipient: mailbox('b@other.test'),
        mailbox: 'notAsked' as const,
        at: 0,
      };
      // 0.0.0.0 stands for every address that no rule names.
      const locals = addresses ?? [...ADDRESSES, ip('0.0.0.0')];
      const senders = sender === undefined ? SENDERS : [sender];
      const verdicts = new Set(
        locals.flatMap((localAddress) =>
          senders.map((one) => decide({ ...given, localAddress, sender: one }, policy).verdict),
        ),
      );
      const answer = settle({ facts: given, addresses, sender }, source, policy);
      assert.equal(answer.kind, verdicts.size === 1 ? 'decided' : 'depends');
      if (answer.kind === 'decided') {
        assert.deepEqual([decide(answer.facts, policy).verdict], [...verdicts]);
        return;
      }
      depended += 1;
      assert.equal(answer.allowed.verdict, 'accepted');
      assert.equal(answer.otherwise.verdict, 'refused');
      assert.ok(answer.on.length > 0);
      if (addresses?.length === 1) assert.deepEqual(answer.on, ['sender']);
      if (sender !== undefined) assert.deepEqual(answer.on, ['toAddress']);
    }),
    { numRuns: 3000 },
  );
  assert.ok(depended > 20, `only ${depended} cases depended on a missing fact`);
});
