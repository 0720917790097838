import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipv4, parseIp } from '../../std/mod.ts';
import { networksOf } from '../networks.ts';
import type { Remark } from '../types.ts';
import { holdsAddress } from './clients.ts';
import { readDomains, readNetworks } from './matchLists.ts';
import type { Setting } from './settings.ts';

const FILES: ReadonlyMap<string, string> = new Map([
  ['/etc/postfix/nets', '# branches\n10.2.0.0/16\n!10.3.0.0/24, 10.3.0.0/16\n'],
  ['/etc/postfix/hosts', '10.4.0.1 printer\nno-value\n'],
  ['/etc/postfix/cidr', '10.5.0.0/16 x\n10.6.0.1/16 host bits\n'],
  ['/etc/postfix/loop', '/etc/postfix/loop\n'],
]);

function context() {
  const told: Remark[] = [];
  const files = {
    read: (path: string) => {
      const text = FILES.get(path);
      return text === undefined ? { problem: `there is no file ${path}` } : { text };
    },
    nameOf: (path: string) => path,
  };
  return { told, files, tell: (remark: Remark) => void told.push(remark) };
}

function setting(text: string): Setting {
  return { name: 'mynetworks', text, where: { file: 'main.cf', line: 1 }, isDefault: false };
}

test('readNetworks() takes the first item that fits, from files and tables as well', () => {
  const read = (text: string): readonly string[] =>
    networksOf(readNetworks(setting(text), context()).clients);
  assert.deepEqual(read('!10.0.0.128/25 10.0.0.0/24, [2001:db8::]/32'), ['10.0.0.0/25', '2001:db8::/32']);
  assert.deepEqual(read('10.0.0.0/24 !10.0.0.128/25'), ['10.0.0.0/24']);
  assert.deepEqual(read('/etc/postfix/nets'), [
    '10.2.0.0/16',
    '10.3.1.0/24',
    '10.3.2.0/23',
    '10.3.4.0/22',
    '10.3.8.0/21',
    '10.3.16.0/20',
    '10.3.32.0/19',
    '10.3.64.0/18',
    '10.3.128.0/17',
  ]);
  assert.deepEqual(read('!/etc/postfix/nets 10.2.0.0/15'), ['10.3.0.0/24']);
  assert.deepEqual(read('hash:/etc/postfix/hosts cidr:/etc/postfix/cidr'), ['10.4.0.1', '10.5.0.0/16']);
  assert.deepEqual(read('[::ffff:10.0.0.0]/104 localhost'), []);
  assert.deepEqual(read('!mysql:x 10.0.0.0/8'), []);
});

test('readNetworks() grants nothing from a network with host bits on, and counts the rest as broken', () => {
  const { told, ...rest } = context();
  const { clients, broken } = readNetworks(
    setting('10.0.0.0/24 10.1.0.1/16 10.2.0.0/16 [2001:db8::]/32'),
    rest,
  );
  assert.deepEqual(networksOf(clients), ['10.0.0.0/24', '2001:db8::/32']);
  for (const [text, isBroken] of [
    ['10.0.0.1', false],
    ['10.1.0.1', true],
    ['203.0.113.9', true],
    ['2001:db9::1', false],
  ] as const)
    assert.equal(holdsAddress(broken, parseIp(text) ?? ipv4(0)), isBroken, text);
  assert.match(told[0]?.why ?? '', /host bits/);
});

test('readNetworks() tells of files that are not there, and ends with those that name themselves', () => {
  for (const text of ['/etc/postfix/gone', '/etc/postfix/loop']) {
    const { told, ...rest } = context();
    assert.deepEqual(networksOf(readNetworks(setting(text), rest).clients), []);
    assert.match(told[0]?.why ?? '', /no file|over 10 deep/);
  }
});

test('readNetworks() decides each address like a walk through the list', () => {
  const item = fc.tuple(fc.boolean(), fc.nat(15), fc.integer({ min: 28, max: 32 }));
  fc.assert(
    fc.property(fc.array(item, { maxLength: 6 }), (items) => {
      const blocks = items.map(([excludes, value, length]) => {
        const size = 2 ** (32 - length);
        return { excludes, first: value - (value % size), size, length };
      });
      const text = blocks
        .map(({ excludes, first, length }) => `${excludes ? '!' : ''}${ipv4(first).text}/${length}`)
        .join(' ');
      const { clients } = readNetworks(setting(text), context());
      for (let value = 0; value < 16; value += 1) {
        const found = blocks.find(({ first, size }) => first <= value && value < first + size);
        assert.equal(
          holdsAddress(clients, ipv4(value)),
          found !== undefined && !found.excludes,
          `${value} in ${text}`,
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('readDomains() has subdomains by its style, and leaves out what an opaque exclusion may hold', () => {
  const names = (text: string, style: 'exact' | 'parents' | 'dotted') => {
    const { recipients } = readDomains(setting(text), { style }, context());
    return [...recipients.domains.keys(), ...[...recipients.below.keys()].map((name) => `*.${name}`)];
  };
  assert.deepEqual(names('a.example, B.example', 'exact'), ['a.example', 'b.example']);
  assert.deepEqual(names('a.example', 'parents'), ['a.example', '*.a.example']);
  assert.deepEqual(names('a.example .b.example', 'dotted'), ['a.example', '*.b.example']);
  assert.deepEqual(names('inline:{ a.example=x, u@a.example=y }', 'exact'), ['a.example']);
  assert.deepEqual(names('!ldap:x a.example', 'exact'), []);
});
