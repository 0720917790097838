import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domain, literal, ranges } from '../policy/testing/mod.ts';
import { addressSet, EVERY_ADDRESS, withoutRanges } from './address-sets.ts';
import { formatAddressSet, formatMailboxSet, formatWho } from './mod.ts';
import type { MailboxPattern } from './mod.ts';

test('formatAddressSet() writes ranges as an administrator would', () => {
  const of = (first: string, ...others: string[]): string =>
    formatAddressSet(addressSet(ranges(first, ...others)));
  assert.equal(of('10.0.9.0/24', '10.0.10.0/23'), '10.0.9.0/24 and 10.0.10.0/23');
  assert.equal(of('10.0.0.1'), '10.0.0.1');
  assert.equal(of('0.0.0.0/1', '128.0.0.0/1'), 'every IPv4 address');
  assert.equal(of('0.0.0.0/1', '128.0.0.0/1', '2001:db8::/32'), 'every IPv4 address, and 2001:db8::/32');
  assert.equal(of('::/1', '8000::/1'), 'every IPv6 address');
  assert.equal(formatAddressSet(addressSet([{ family: 4, first: 1, last: 14 }])), '0.0.0.1 to 0.0.0.14');
  assert.equal(formatAddressSet([]), 'no address');
});

test('formatAddressSet() names what is missing where that is shorter', () => {
  const all = EVERY_ADDRESS;
  assert.equal(formatAddressSet(all), 'every address');
  assert.equal(
    formatAddressSet(withoutRanges(all, ranges('10.0.0.64/26'))),
    'every address but 10.0.0.64/26',
  );
  assert.equal(
    formatAddressSet(withoutRanges(all, ranges('10.0.0.64/26', 'fc00::/7'))),
    'every address but 10.0.0.64/26 and fc00::/7',
  );
  assert.equal(
    formatAddressSet(withoutRanges(all.slice(0, 1), ranges('10.0.0.64/26'))),
    'every IPv4 address but 10.0.0.64/26',
  );
});

test('formatAddressSet() counts what is more than anybody reads', () => {
  const many = addressSet(
    Array.from({ length: 1_200 }, (_, i) => ({ family: 4, first: i * 4, last: i * 4 })),
  );
  assert.equal(formatAddressSet(many, { most: 3 }), '0.0.0.0, 0.0.0.4 and 1,198 more');
  assert.equal(formatAddressSet(many.slice(0, 3), { most: 3 }), '0.0.0.0, 0.0.0.4 and 0.0.0.8');
});

test('formatMailboxSet() writes patterns as the configuration does', () => {
  const b = domain('b.example');
  const fits: MailboxPattern[] = [
    { kind: 'address', localKey: 'scan', domain: b },
    { kind: 'domain', domain: literal('[192.0.2.1]') },
    { kind: 'subdomains', domain: b },
    { kind: 'null' },
    { kind: 'addressBelow', localKey: 'info', domain: b },
  ];
  const text = 'scan@b.example, @[192.0.2.1], @*.b.example, <> and info@*.b.example';
  assert.equal(formatMailboxSet({ fits, except: [] }), text);
  assert.equal(formatMailboxSet({ fits: 'everything', except: [] }), 'any address');
  assert.equal(
    formatMailboxSet({ fits: 'everything', except: fits }, { most: 2, noun: 'recipient' }),
    'any recipient but scan@b.example and 4 more',
  );
});

test('formatWho() says who signed in', () => {
  const alice = 'alice@b.example';
  assert.equal(formatWho({ anonymous: true, accounts: { only: [] } }), 'without signing in');
  assert.equal(formatWho({ anonymous: false, accounts: { only: [] } }), 'nobody');
  assert.equal(formatWho({ anonymous: true, accounts: { except: [] } }), 'signed in or not');
  assert.equal(formatWho({ anonymous: false, accounts: { except: [] } }), 'signed in');
  assert.equal(formatWho({ anonymous: false, accounts: { only: [alice] } }), 'signed in as alice@b.example');
  assert.equal(
    formatWho({ anonymous: true, accounts: { only: [alice] } }),
    'without signing in, or signed in as alice@b.example',
  );
  assert.equal(
    formatWho({ anonymous: false, accounts: { except: [alice] } }),
    'signed in as anyone but alice@b.example',
  );
});
