import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseNameServer, systemNameServers } from './server.ts';

describe('parseNameServer()', () => {
  for (const [text, expected] of [
    ['192.0.2.1', { family: 4, host: '192.0.2.1', port: 53 }],
    ['192.0.2.1:5353', { family: 4, host: '192.0.2.1', port: 5353 }],
    ['2001:db8::1', { family: 6, host: '2001:db8::1', port: 53 }],
    ['[2001:db8::1]', { family: 6, host: '2001:db8::1', port: 53 }],
    ['[2001:db8::1]:65535', { family: 6, host: '2001:db8::1', port: 65_535 }],
    ['fe80::1%eth0', { family: 6, host: 'fe80::1%eth0', port: 53 }],
    ['192.0.2.1:65536', undefined],
    ['192.0.2.1:0', undefined],
    ['192.0.2.01', undefined],
    ['ns.example', undefined],
    ['', undefined],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(parseNameServer(text), expected));
  }
});

describe('systemNameServers()', () => {
  it('are all usable', () => {
    for (const server of systemNameServers()) assert.notEqual(parseNameServer(server), undefined, server);
    assert.ok(systemNameServers().length > 0);
  });
});
