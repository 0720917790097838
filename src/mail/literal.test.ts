import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipv4, ipv6 } from '../std/mod.ts';
import { parseDomain } from './domain.ts';
import { isLiteral, literalIp, literalOf, parseLiteral } from './literal.ts';

test('parseLiteral() gives the canonical form', () => {
  const samples = [
    ['[192.0.2.1]', '[192.0.2.1]'],
    ['[IPv6:2001:db8::1]', '[IPv6:2001:db8::1]'],
    ['[ipv6:2001:DB8:0:0:0:0:0:1]', '[IPv6:2001:db8::1]'],
    ['[IPv6:::ffff:192.0.2.1]', '[192.0.2.1]'],
    ['[IPv6:::ffff:c000:201]', '[192.0.2.1]'],
    ['[IPv6:::]', '[IPv6:::]'],
  ] as const;
  for (const [text, literal] of samples) assert.equal(parseLiteral(text), literal);
});

test('parseLiteral() refuses every other spelling', () => {
  const bad = [
    '',
    '[]',
    '192.0.2.1',
    '[192.0.2.1',
    '192.0.2.1]',
    '[192.0.2]',
    '[192.0.2.01]',
    '[192.0.2.256]',
    '[0xc0.0.2.1]',
    '[3221225985]',
    '[ 192.0.2.1]',
    '[192.0.2.1 ]',
    '[[192.0.2.1]]',
    '[2001:db8::1]',
    '[IPv6:192.0.2.1]',
    '[IPv6:]',
    '[IPv6:fe80::1%eth0]',
    '[IPv6:IPv6:::1]',
    '[IPv4:192.0.2.1]',
    '[x:y]',
    '[::1]',
    '[192.0.2.1].test',
  ];
  for (const text of bad) assert.equal(parseLiteral(text), undefined, text);
  assert.equal(parseLiteral(`[${'1'.repeat(1_000_000)}]`), undefined);
});

test('literalOf(), parseLiteral() and literalIp() are inverse', () => {
  const address = fc.oneof(
    fc.nat(0xffffffff).map((value) => ipv4(value)),
    fc.bigInt(0n, (1n << 128n) - 1n).map((value) => ipv6(value)),
  );
  fc.assert(
    fc.property(address, (ip) => {
      const literal = literalOf(ip);
      assert.equal(parseLiteral(literal), literal);
      assert.deepEqual(literalIp(literal), ip);
      assert.ok(isLiteral(literal));
    }),
  );
});

test('isLiteral() is false for a domain', () => {
  const domain = parseDomain('contoso.example');
  assert.ok(domain);
  assert.equal(isLiteral(domain), false);
});
