import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCidr, parseIp, type IpAddress, type IpRange } from '../std/mod.ts';
import { createReach } from './reach.ts';
import { alternating, protectionOf } from './route.ts';

function ip(text: string): IpAddress {
  const address = parseIp(text);
  assert.ok(address);
  return address;
}

function range(cidr: string): IpRange {
  const parsed = parseCidr(cidr);
  assert.ok(parsed);
  return parsed;
}

describe('alternating()', () => {
  for (const [given, expected] of [
    ['', ''],
    ['::1', '::1'],
    ['::1 ::2 ::3 1.0.0.1', '::1 1.0.0.1 ::2 ::3'],
    ['::1 1.0.0.1 1.0.0.2 1.0.0.3', '::1 1.0.0.1 1.0.0.2 1.0.0.3'],
    ['1.0.0.1 1.0.0.2 ::1 ::2', '1.0.0.1 ::1 1.0.0.2 ::2'],
  ] as const) {
    it(`orders "${given}"`, () => {
      const addresses = given
        .split(' ')
        .filter((text) => text !== '')
        .map(ip);
      assert.equal(
        alternating(addresses)
          .map(({ text }) => text)
          .join(' '),
        expected,
      );
    });
  }
});

describe('protectionOf()', () => {
  const login = { user: 'u', passwordFile: '/p' };
  for (const [port, address, tls, signsIn, expected] of [
    [25, '192.0.2.1', 'opportunistic', false, 'opportunistic'],
    [25, '192.0.2.1', 'off', false, 'none'],
    [587, '192.0.2.1', 'opportunistic', true, 'required'],
    [587, '192.0.2.1', 'off', true, 'required'],
    [587, '10.0.0.1', 'off', true, 'required'],
    [587, '127.0.0.1', 'opportunistic', true, 'opportunistic'],
    [587, '::1', 'off', true, 'none'],
    [465, '192.0.2.1', 'off', false, 'implicit'],
    [465, '192.0.2.1', 'opportunistic', true, 'implicitRequired'],
    [465, '127.0.0.1', 'opportunistic', true, 'implicit'],
  ] as const) {
    it(`is ${expected} at ${address}:${port}, TLS ${tls}, ${signsIn ? 'with' : 'without'} a login`, () => {
      const options = { tls, login: signsIn ? login : undefined };
      assert.equal(protectionOf({ host: 'h.test', port }, ip(address), options), expected);
    });
  }
});

describe('createReach()', () => {
  it('tells ourselves, public and other addresses apart', () => {
    const standing = createReach({
      ownAddresses: ['198.51.100.1:25', '[2001:db8::1]:25', '8.8.8.8:25', '9.9.9.9:587'],
      mayReach: [range('10.1.0.0/16'), range('fd00::/8')],
      port: 25,
    });
    for (const [address, expected] of [
      ['8.8.8.8', 'ourselves'],
      ['2001:db8::1', 'ourselves'],
      ['9.9.9.9', 'reachable'],
      ['10.1.255.255', 'reachable'],
      ['10.2.0.0', 'notPublic'],
      ['fd12::1', 'reachable'],
      ['fe80::1', 'notPublic'],
      ['127.0.0.1', 'notPublic'],
      ['::ffff:8.8.8.8', 'ourselves'],
    ] as const) {
      assert.equal(standing(ip(address)), expected, address);
    }
  });

  it('takes a wildcard for every address of this machine, of its family', () => {
    for (const [bind, v4, v6] of [
      ['0.0.0.0:25', 'ourselves', 'notPublic'],
      ['[::]:25', 'ourselves', 'ourselves'],
      ['0.0.0.0:26', 'notPublic', 'notPublic'],
    ] as const) {
      const standing = createReach({ ownAddresses: [bind], mayReach: [], port: 25 });
      assert.equal(standing(ip('127.0.0.1')), v4, bind);
      assert.equal(standing(ip('::1')), v6, bind);
      assert.equal(standing(ip('8.8.8.8')), 'reachable', bind);
    }
  });

  it('refuses what is no address with a port', () => {
    assert.throws(
      () => createReach({ ownAddresses: ['mail.test:25'], mayReach: [], port: 25 }),
      /"mail\.test:25"/,
    );
  });
});
