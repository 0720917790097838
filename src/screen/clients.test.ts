import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ip, ranges } from '../policy/testing/mod.ts';
import { inRange, ipv4, type IpRange } from '../std/mod.ts';
import { compileScreen, isStranger, judgeClient } from './mod.ts';
import { callerOf, screenSource } from './testing/kit.ts';

const { clients: NOBODY } = screenSource();

test('judgeClient() lets the narrower range win, whichever list it is in', () => {
  const rules = compileScreen(
    screenSource({
      clients: {
        ...NOBODY,
        accept: ranges('203.0.113.16/28', '2001:db8:1::/48'),
        refuse: ranges('203.0.113.0/24', '203.0.113.20', '2001:db8::/32', '198.51.100.7'),
      },
    }),
  );
  const verdicts = {
    '203.0.113.1': 'refuse',
    '203.0.113.15': 'refuse',
    '203.0.113.16': 'pass',
    '203.0.113.19': 'pass',
    '203.0.113.20': 'refuse',
    '203.0.113.31': 'pass',
    '203.0.113.32': 'refuse',
    '203.0.112.255': 'pass',
    '198.51.100.7': 'refuse',
    '::ffff:198.51.100.7': 'refuse',
    '198.51.100.8': 'pass',
    '2001:db8::1': 'refuse',
    '2001:db8:1::1': 'pass',
    '2001:db9::1': 'pass',
  };
  for (const [client, expected] of Object.entries(verdicts))
    assert.equal(judgeClient(rules, ip(client)).kind, expected, client);
  assert.deepEqual(judgeClient(rules, ip('203.0.113.1')), { kind: 'refuse', rule: { kind: 'client' } });
});

test('judgeClient() refuses when both lists name the same range, and nobody when both are empty', () => {
  const both = compileScreen(
    screenSource({
      clients: { ...NOBODY, accept: ranges('203.0.113.0/24'), refuse: ranges('203.0.113.0/24') },
    }),
  );
  assert.equal(judgeClient(both, ip('203.0.113.9')).kind, 'refuse');
  assert.equal(isStranger(both, callerOf()), true);
  assert.equal(judgeClient(compileScreen(screenSource()), ip('203.0.113.9')).kind, 'pass');
});

/** Of 10.0.0.0/27; the lengths of prefixes make them nest often. */
const blocks = fc.tuple(fc.nat(31), fc.nat(5)).map(([offset, bits]): IpRange => {
  const first = 0x0a000000 + (offset >> bits) * 2 ** bits;
  return { family: 4, first, last: first + 2 ** bits - 1 };
});

test('judgeClient() agrees with a scan for the smallest range', () => {
  const size = ({ first, last }: IpRange): number => Number(last) - Number(first);
  fc.assert(
    fc.property(fc.array(blocks), fc.array(blocks), fc.nat(40), (accept, refuse, offset) => {
      const client = ipv4(0x0a000000 + offset);
      const smallest = (list: readonly IpRange[]): number =>
        Math.min(...list.filter((range) => inRange(client, range)).map(size));
      const refused = smallest(refuse) < Infinity && smallest(refuse) <= smallest(accept);
      const rules = compileScreen(screenSource({ clients: { ...NOBODY, accept, refuse } }));
      assert.equal(judgeClient(rules, client).kind, refused ? 'refuse' : 'pass');
    }),
    { numRuns: 1_000 },
  );
});

test('isStranger(): neither signed in, nor with a grant, nor listed', () => {
  const rules = compileScreen(
    screenSource({
      clients: { ...NOBODY, accept: ranges('198.51.100.0/24'), refuse: ranges('198.51.100.7') },
    }),
  );
  assert.equal(isStranger(rules, callerOf()), true);
  assert.equal(isStranger(rules, callerOf({ account: 'alice@inbound.test' })), false);
  assert.equal(isStranger(rules, callerOf({ holdsGrant: true })), false);
  assert.equal(isStranger(rules, callerOf({ client: ip('198.51.100.9') })), false);
  assert.equal(isStranger(rules, callerOf({ client: ip('198.51.100.7') })), true);
});

test('isStranger(): whoever comes through a proxy that names nobody, whatever grant its address fits', () => {
  const proxies = ranges('192.0.2.0/28');
  const rules = compileScreen(screenSource({ clients: { ...NOBODY, accept: ranges('192.0.2.7') }, proxies }));
  const through = { client: ip('192.0.2.1'), holdsGrant: true };
  assert.equal(isStranger(rules, callerOf(through)), true);
  assert.equal(isStranger(rules, callerOf({ ...through, account: 'alice@inbound.test' })), false);
  assert.equal(isStranger(rules, callerOf({ ...through, client: ip('192.0.2.7') })), false);
  assert.equal(isStranger(rules, callerOf({ ...through, client: ip('192.0.2.16') })), false);
});
