import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostFacts, HostInterface } from '../check/mod.ts';
import { parseIp, type IpAddress } from '../std/mod.ts';
import { hostAddresses, watchHost } from './hostAddresses.ts';

function ip(text: string): IpAddress {
  const address = parseIp(text);
  assert.ok(address !== undefined);
  return address;
}

function card(name: string, addresses: readonly string[], more: Partial<HostInterface> = {}): HostInterface {
  return {
    name,
    loopback: false,
    bridge: false,
    addresses: addresses.map(ip),
    reversePathFilter: undefined,
    ...more,
  };
}

const NOTHING: HostFacts = {
  interfaces: undefined,
  gateways: undefined,
  forwards4: undefined,
  forwards6: undefined,
  inContainer: undefined,
};

test('hostAddresses() are those of gateways, bridges and other interfaces, and not loopback', () => {
  const facts: HostFacts = {
    ...NOTHING,
    gateways: [ip('10.0.0.254'), ip('fe80::1')],
    interfaces: [
      card('lo', ['127.0.0.1', '::1'], { loopback: true }),
      card('eth0', ['10.0.0.9', '2001:db8::9']),
      card('docker0', ['172.17.0.1'], { bridge: true }),
    ],
  };
  assert.deepEqual(
    hostAddresses(facts).map(({ address, kind }) => `${kind} ${address}`),
    ['gateway 10.0.0.254', 'gateway fe80::1', 'own 10.0.0.9', 'own 2001:db8::9', 'bridge 172.17.0.1'],
  );
  assert.deepEqual(hostAddresses(NOTHING), []);
});

test('watchHost() reads again when what it has read is a minute old', () => {
  let now = 0;
  let reads = 0;
  const host = watchHost({ now: () => now }, () => {
    reads += 1;
    return { ...NOTHING, gateways: [ip(`10.0.0.${reads}`)] };
  });
  const address = (): string | undefined => host()[0]?.address;
  assert.equal(address(), '10.0.0.1');
  now = 59_999;
  assert.equal(address(), '10.0.0.1');
  now = 60_000;
  assert.equal(address(), '10.0.0.2');
  now = -1_000_000;
  assert.equal(address(), '10.0.0.3', 'a clock that was set back is no reason to go by old news');
});
