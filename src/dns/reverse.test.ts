import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ipv4, parseIp } from '../std/mod.ts';
import { reversedAddress, reverseName } from './reverse.ts';

describe('reverseName()', () => {
  it('puts the octets, and of IPv6 the nibbles, backwards', () => {
    const v6 = parseIp('2001:db8::567:89ab') ?? assert.fail();
    assert.equal(reverseName(ipv4(0xc0000201)), '1.2.0.192.in-addr.arpa');
    // RFC 3596 2.5.
    const v6Zeros = `${'0.'.repeat(16)}8.b.d.0.1.0.0.2`;
    assert.equal(reverseName(v6), `b.a.9.8.7.6.5.0.${v6Zeros}.ip6.arpa`);
    assert.equal(reversedAddress(v6).length, 63);
  });
});
