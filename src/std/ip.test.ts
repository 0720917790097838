import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  inRange,
  ipv4,
  ipv6,
  isInside,
  isInsideRange,
  isLoopback,
  isPrivate,
  isPublic,
  parseCidr,
  parseIp,
  rangeOf,
  type IpAddress,
  type IpRange,
} from './ip.ts';

const ALL_V6 = (1n << 128n) - 1n;
const v4 = fc.nat(0xffffffff).map((value) => ipv4(value));
/** With long runs of zeros, so that every way to compress occurs. */
const v6 = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map((groups) => ipv6(groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n)));

function ip(text: string): IpAddress {
  return parseIp(text) ?? assert.fail(`${text} is no address`);
}

function range(text: string): IpRange {
  return parseCidr(text) ?? assert.fail(`${text} is no range`);
}

test('parseIp() gives value and canonical text of an IPv4 address', () => {
  assert.deepEqual(ip('192.0.2.1'), { family: 4, value: 0xc0000201, text: '192.0.2.1' });
  assert.deepEqual(ip('0.0.0.0'), { family: 4, value: 0, text: '0.0.0.0' });
  assert.deepEqual(ip('255.255.255.255'), { family: 4, value: 0xffffffff, text: '255.255.255.255' });
});

test('parseIp() gives value and canonical text of an IPv6 address', () => {
  const samples = [
    ['::', 0n, '::'],
    ['::1', 1n, '::1'],
    ['2001:DB8::1', 0x20010db8_00000000_00000000_00000001n, '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', 0x20010db8_00000000_00000000_00000001n, '2001:db8::1'],
    ['1:2:3:4:5:6:7:8', 0x00010002_00030004_00050006_00070008n, '1:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:7::', 0x00010002_00030004_00050006_00070000n, '1:2:3:4:5:6:7:0'],
    // RFC 5952 4.2.2: one group of zeros is not shortened. 4.2.3: the longest run is, or the first of equal ones.
    ['2001:db8:0:1:1:1:1:1', 0x20010db8_00000001_00010001_00010001n, '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', 0x20010000_00000001_00000000_00000001n, '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', 0x20010db8_00000000_00010000_00000001n, '2001:db8::1:0:0:1'],
    ['64:ff9b::192.0.2.1', 0x0064ff9b_00000000_00000000_c0000201n, '64:ff9b::c000:201'],
  ] as const;
  for (const [text, value, canonical] of samples) {
    assert.deepEqual(ip(text), { family: 6, value, text: canonical }, text);
  }
});

test('parseIp() folds a mapped address to IPv4, in every spelling', () => {
  for (const text of [
    '::ffff:192.0.2.1',
    '::FFFF:c000:201',
    '0:0:0:0:0:ffff:192.0.2.1',
    '::ffff:c000:0201%eth0',
  ]) {
    assert.deepEqual(ip(text), ip('192.0.2.1'), text);
  }
});

test('parseIp() keeps an address that only resembles a mapped one', () => {
  for (const text of [
    '::192.0.2.1',
    '::ffff:0:192.0.2.1',
    '::1:ffff:192.0.2.1',
    '::fffe:192.0.2.1',
    '64:ff9b::192.0.2.1',
  ]) {
    assert.equal(ip(text).family, 6, text);
  }
  assert.deepEqual(ip('::192.0.2.1'), { family: 6, value: 0xc0000201n, text: '::c000:201' });
});

test('parseIp() drops a zone', () => {
  assert.deepEqual(ip('fe80::1%eth0'), ip('fe80::1'));
  assert.deepEqual(ip('fe80::1%'), ip('fe80::1'));
});

test('parseIp() refuses octal, hexadecimal, short and decorated forms', () => {
  const bad = [
    ['', ' ', '.', ':', '%', '1', '127', '2130706433', '0x7f000001', '017700000001'],
    ['127.1', '127.0.1', '127.0.0.0.1', '127.0.0.1.', '.127.0.0.1', '127..0.1', '127.0.0'],
    ['127.0.0.01', '127.0.0.001', '0127.0.0.1', '00.0.0.0', '0x7f.0.0.1', '127.0.0.0x1', '127.0.0.1e0'],
    ['256.0.0.0', '1.2.3.256', '1.2.3.-4', '1.2.3.+4', '1.2.3.4 ', ' 1.2.3.4', '1.2.3.4\n', '１.2.3.4'],
    ['1.2.3.4/32', '1.2.3.4:25', '[1.2.3.4]', '1.2.3.4%eth0', '1,2,3,4'],
    [':::', '::1::', '1::2::3', ':1::', '1:::2', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4::5:6:7:8'],
    ['12345::', '00001::', '::g', '::0x1', '::-1', ' ::1', '::1 ', '::1\n', '[::1]', '::1/128', '::１'],
    [
      '::ffff:1.2.3',
      '::ffff:1.2.3.04',
      '::ffff:1.2.3.256',
      '::1.2.3.4:5',
      '1:2:3:4:5:6:7:1.2.3.4',
      '::ffff:0x1.2.3.4',
    ],
    ['localhost', 'mail.contoso.example', '__proto__', 'constructor'],
  ];
  for (const text of bad.flat()) assert.equal(parseIp(text), undefined, JSON.stringify(text));
});

test('parseIp() is inverse to the canonical text', () => {
  fc.assert(
    fc.property(fc.oneof(v4, v6), (address) => {
      assert.deepEqual(parseIp(address.text), address);
    }),
    { numRuns: 1000 },
  );
});

test('parseIp() gives the canonical text of the URL standard', () => {
  fc.assert(
    fc.property(v6, (address) => {
      fc.pre(address.family === 6);
      assert.equal(new URL(`http://[${address.text}]/`).hostname, `[${address.text}]`);
    }),
  );
});

test('parseIp() accepts what the system accepts, and nothing else', () => {
  const group = fc.oneof(
    fc.constantFrom('', '', '0', '00a', 'ffff', 'fffff', 'g', '1.2.3.4'),
    fc.nat(0xffff).map((n) => n.toString(16)),
  );
  const text = fc.array(group, { minLength: 1, maxLength: 10 }).map((groups) => groups.join(':'));
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.string(),
        fc.array(fc.nat(300), { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.')),
      ),
      (any) => {
        fc.pre(!any.includes('%'));
        assert.equal(parseIp(any) !== undefined, isIP(any) !== 0, any);
      },
    ),
    { numRuns: 3000 },
  );
});

test('parseIp() takes overlong text in its stride', () => {
  for (const piece of ['1', '1.', ':', '1:', '::', '%', '0']) {
    assert.equal(parseIp(piece.repeat(200_000)), undefined);
  }
});

test('ipv4() and ipv6() write their numbers', () => {
  assert.equal(ipv4(0).text, '0.0.0.0');
  assert.equal(ipv4(0x80000001).text, '128.0.0.1');
  assert.equal(ipv4(0xffffffff).text, '255.255.255.255');
  assert.equal(ipv6(ALL_V6).text, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
  assert.deepEqual(ipv6(0xffff_00000000n), ipv4(0));
  assert.deepEqual(ipv6(0xffff_ffffffffn), ipv4(0xffffffff));
  assert.equal(ipv6(0xfffe_ffffffffn).family, 6);
  assert.equal(ipv6(0x10000_00000000n).family, 6);
});

test('parseCidr() gives first and last address', () => {
  assert.deepEqual(parseCidr('10.0.0.0/8'), { family: 4, first: 0x0a000000, last: 0x0affffff });
  assert.deepEqual(parseCidr('0.0.0.0/0'), { family: 4, first: 0, last: 0xffffffff });
  assert.deepEqual(parseCidr('128.0.0.0/1'), { family: 4, first: 0x80000000, last: 0xffffffff });
  assert.deepEqual(parseCidr('192.0.2.1'), { family: 4, first: 0xc0000201, last: 0xc0000201 });
  assert.deepEqual(parseCidr('192.0.2.1/32'), parseCidr('192.0.2.1'));
  assert.deepEqual(parseCidr('::ffff:192.0.2.1'), parseCidr('192.0.2.1'));
  assert.deepEqual(parseCidr('::/0'), { family: 6, first: 0n, last: ALL_V6 });
  assert.deepEqual(parseCidr('8000::/1'), { family: 6, first: 1n << 127n, last: ALL_V6 });
  assert.deepEqual(parseCidr('::1/128'), { family: 6, first: 1n, last: 1n });
});

test('parseCidr() refuses host bits and malformed lengths', () => {
  const bad = [
    ['10.0.0.1/8', '10.0.0.1/31', '0.0.0.1/0', '128.0.0.0/0', '2001:db8::1/32', '::1/127', '8000::/0'],
    ['10.0.0.0/33', '::/129', '10.0.0.0/08', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/+8', '10.0.0.0/8 '],
    [
      '10.0.0.0/8/8',
      '10.0.0.0/ 8',
      '10.0.0.0/0x8',
      '10.0.0.0/255.0.0.0',
      '/8',
      '10.0.0/8',
      '::ffff:10.0.0.0/104',
    ],
    ['', '/', '10.0.0.0-10.0.0.9', 'contoso.example/8'],
  ];
  for (const text of bad.flat()) assert.equal(parseCidr(text), undefined, text);
  assert.notEqual(parseCidr('10.0.0.2/31'), undefined);
  assert.notEqual(parseCidr('::2/127'), undefined);
});

test('parseCidr() accepts a prefix exactly when no host bit is set', () => {
  fc.assert(
    fc.property(v4, fc.integer({ min: 0, max: 32 }), (address, prefix) => {
      const hostBits = prefix < 32 && (BigInt(address.value) & ((1n << BigInt(32 - prefix)) - 1n)) !== 0n;
      assert.equal(parseCidr(`${address.text}/${prefix}`) === undefined, hostBits);
    }),
  );
});

test('inRange() holds the boundaries of a range, and families apart', () => {
  const inside = (address: string, cidr: string): boolean => inRange(ip(address), range(cidr));
  assert.deepEqual(
    ['192.167.255.255', '192.168.0.0', '192.168.255.255', '192.169.0.0'].map((a) =>
      inside(a, '192.168.0.0/16'),
    ),
    [false, true, true, false],
  );
  assert.deepEqual(
    ['2001:db7:ffff::', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db9::'].map((a) =>
      inside(a, '2001:db8::/32'),
    ),
    [false, true, true, false],
  );
  assert.equal(inside('::ffff:192.168.0.1', '192.168.0.0/16'), true);
  assert.equal(inside('192.168.0.1', '::/0'), false);
  assert.equal(inside('::c0a8:1', '192.168.0.0/16'), false);
  assert.equal(inside('::192.168.0.1', '192.168.0.0/16'), false);
});

test('rangeOf() holds the addresses that share the prefix, and no others', () => {
  fc.assert(
    fc.property(v4, v4, fc.integer({ min: 0, max: 32 }), (one, other, prefix) => {
      const size = 2 ** (32 - prefix);
      const network = ipv4(one.value - (one.value % size));
      const shared = Math.floor(one.value / size) === Math.floor(other.value / size);
      assert.equal(inRange(other, rangeOf(network, prefix)), shared);
      assert.equal(inRange(one, rangeOf(network, prefix)), true);
    }),
  );
});

/** The addresses around a range's ends: before it, its first, its last, after it. */
function around(
  cidr: string,
): [before: IpAddress | undefined, first: IpAddress, last: IpAddress, after: IpAddress | undefined] {
  const { family, first, last } = range(cidr);
  const at = (value: bigint): IpAddress | undefined => {
    if (value < 0n || value > (family === 4 ? 0xffffffffn : ALL_V6)) return undefined;
    return family === 4 ? ipv4(Number(value)) : ipv6(value);
  };
  const [low, high] = [BigInt(first), BigInt(last)];
  return [at(low - 1n), at(low) ?? assert.fail(), at(high) ?? assert.fail(), at(high + 1n)];
}

test('isLoopback(), isPrivate() and isPublic() hold the boundaries of every special range', () => {
  const kinds = [
    [isLoopback, ['127.0.0.0/8', '::1/128']],
    [
      isPrivate,
      [
        '10.0.0.0/8',
        '172.16.0.0/12',
        '192.168.0.0/16',
        '169.254.0.0/16',
        '100.64.0.0/10',
        'fc00::/7',
        'fe80::/10',
      ],
    ],
    [
      (address: IpAddress) => !isPublic(address) && !isLoopback(address) && !isPrivate(address),
      ['0.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
    ],
    [
      (address: IpAddress) => !isPublic(address) && !isLoopback(address) && !isPrivate(address),
      ['224.0.0.0/3', '2001::/32', '2001:db8::/32', '2002::/16', '3fff::/20'],
    ],
  ] as const;
  for (const [is, cidrs] of kinds) {
    for (const cidr of cidrs) {
      const [before, first, last, after] = around(cidr);
      assert.deepEqual(
        [is(first), is(last), isPublic(first), isPublic(last)],
        [true, true, false, false],
        cidr,
      );
      for (const neighbour of [before, after])
        if (neighbour) assert.equal(is(neighbour), false, `beside ${cidr}`);
    }
  }
});

test('isPublic() takes no IPv6 address outside 2000::/3', () => {
  for (const text of ['::', '64:ff9b::1', '100::1', '1fff:ffff::', '4000::', 'fec0::1', 'ff02::1']) {
    assert.equal(isPublic(ip(text)), false, text);
  }
  assert.ok(isPublic(ip('2000::')));
  assert.ok(isPublic(ip('3ffe:ffff::')));
});

test('isPublic() is true of ordinary addresses', () => {
  for (const text of [
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '223.255.255.255',
    '2600::1',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
  ]) {
    assert.equal(isPublic(ip(text)), true, text);
  }
});

test('isPublic(), isPrivate() and isLoopback() exclude one another, and judge a mapped address as IPv4', () => {
  fc.assert(
    fc.property(fc.oneof(v4, v6), (address) => {
      const kinds = [isPublic(address), isPrivate(address), isLoopback(address)];
      assert.ok(kinds.filter(Boolean).length <= 1);
      if (address.family === 4) {
        const mapped = ip(`::ffff:${address.text}`);
        assert.deepEqual([isPublic(mapped), isPrivate(mapped), isLoopback(mapped)], kinds);
      }
    }),
  );
});

test('isInsideRange() agrees with isInside() on single addresses and on the ends, and holds what lies between', () => {
  for (const text of ['10.0.0.0/8', '172.16.0.0/12', '127.0.0.1', '100.64.0.0/11', 'fc00::/7', '::1'])
    assert.ok(isInsideRange(range(text)), text);
  for (const text of [
    '10.0.0.0/7',
    '172.0.0.0/11',
    '0.0.0.0/0',
    '192.168.0.0/15',
    '::/0',
    'fe80::/9',
    '8.8.8.8',
  ])
    assert.ok(!isInsideRange(range(text)), text);
  const first = ip('10.255.255.255');
  const last = ip('172.16.0.0');
  assert.ok(first.family === 4 && last.family === 4);
  assert.ok(
    !isInsideRange({ family: 4, first: first.value, last: last.value }),
    'both ends are, the rest is not',
  );
  fc.assert(
    fc.property(fc.oneof(v4, v6), (address) => {
      assert.equal(isInsideRange(rangeOf(address, address.family === 4 ? 32 : 128)), isInside(address));
    }),
  );
});
