import assert from 'node:assert/strict';
import { isIP, isIPv4 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { isTextProblem, parseRange } from '../../config/mod.ts';
import { inRange, parseIp } from '../../std/mod.ts';
import { Remarks } from '../remarks.ts';
import { aclNetworks } from './acl.ts';

/** How the relay plugin of Haraka compares, with the library that it uses. */
function matched(ip: string, entry: string): boolean {
  const [network = '', length] = (
    entry.includes('/') && entry.split('/')[1] !== '' ? entry : `${entry.split('/')[0]}/32`
  ).split('/');
  if (isIP(network) === 0 || isIPv4(ip) !== isIPv4(network)) return false;
  const [address, net] = [ipaddr.parse(ip), ipaddr.parse(network)];
  // The plugin passes on the text behind the slash as it stands.
  const bits = Number.isNaN(Number(length)) ? Number.NaN : Number(length);
  if (address.kind() === 'ipv4') return ipaddr.IPv4.parse(ip).match(ipaddr.IPv4.parse(network), bits);
  assert.ok(net.kind() === 'ipv6');
  return ipaddr.IPv6.parse(ip).match(ipaddr.IPv6.parse(network), bits);
}

const v4 = fc
  .tuple(fc.constantFrom(10, 192), fc.nat(1), fc.nat(3), fc.nat(255))
  .map((parts) => parts.join('.'));
const v6 = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(9)).map(([a, b, c]) => `2001:db8:${a}:${b}::${c}`);
const lengths = fc.oneof(
  fc.nat(130).map(String),
  fc.constantFrom('', '24', '255.255.255.0', 'x', '-1', '0', '032'),
);
const entries = fc.oneof(
  fc.tuple(fc.oneof(v4, v6), lengths).map((parts) => parts.join('/')),
  v4,
  v6,
  fc.constantFrom('localhost', '/24', '10.0.0'),
);

test('aclNetworks() lets in nobody whom Haraka did not, and everybody whom it did unless it says otherwise', () => {
  fc.assert(
    fc.property(
      fc.array(entries, { minLength: 1, maxLength: 4 }),
      fc.array(fc.oneof(v4, v6), { minLength: 1, maxLength: 8 }),
      (list, clients) => {
        const remarks = new Remarks();
        const networks = aclNetworks(
          list.map((text, index) => ({ text, line: index + 1 })),
          remarks,
        );
        for (const client of clients) {
          const address = parseIp(client);
          assert.ok(address !== undefined);
          const now = networks.some(({ text }) => {
            const range = parseRange(text);
            assert.ok(!isTextProblem(range), text);
            return inRange(address, range);
          });
          const before = list.some((entry) => matched(client, entry));
          assert.ok(before || !now, `${client} in ${list.join(' ')}`);
          if (remarks.notCarried.length === 0) assert.equal(now, before, `${client} in ${list.join(' ')}`);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test('aclNetworks() names a mask in the place of a length, which fits everybody in Haraka', () => {
  const remarks = new Remarks();
  assert.deepEqual(aclNetworks([{ text: '10.1.0.0/255.255.255.0', line: 3 }], remarks), []);
  const [remark] = remarks.notCarried;
  assert.deepEqual(remark?.where, { file: 'relay_acl_allow', line: 3 });
  assert.match(remark?.why ?? '', /every IPv4 address: an open relay/);
  assert.equal(remark?.remedy, 'Write 10.1.0.0/24 if that is meant.');
  assert.ok(matched('8.8.8.8', '10.1.0.0/255.255.255.0'));
});

test('aclNetworks() takes an IPv6 address without a length as that address, and tells what Haraka let in', () => {
  const remarks = new Remarks();
  const networks = aclNetworks(
    [
      { text: '2001:db8:10::25', line: 1 },
      { text: '192.0.2.7', line: 2 },
    ],
    remarks,
  );
  assert.deepEqual(
    networks.map(({ text }) => text),
    ['2001:db8:10::25', '192.0.2.7'],
  );
  assert.match(remarks.notCarried[0]?.why ?? '', /let in all of 2001:db8::\/32/);
  assert.equal(remarks.notCarried.length, 1);
});
