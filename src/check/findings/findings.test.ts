/** Each finding with a configuration that has it, and its neighbour that has not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../config/mod.ts';
import { configOf, examined, foundIn, host, ip, nic, withGrants } from '../testing/kit.ts';
import type { Looking } from '../testing/kit.ts';
import { BESIDE_CASES } from '../testing/besideCases.ts';
import type { Case } from '../testing/besideCases.ts';
import { findingRules } from './catalogue.ts';

const ONE_NET = { host: host() };
const LAN = (address: string) => nic('eth0', [address]);
/** Two networks, the outer one unfiltered. */
const MULTIHOMED = (
  more: Parameters<typeof host>[0] = {},
  outer: Parameters<typeof nic>[2] = {},
): Looking => ({
  host: host({
    interfaces: [nic('lo', ['127.0.0.1']), nic('inner', ['10.1.0.5']), nic('outer', ['203.0.113.5'], outer)],
    ...more,
  }),
});

const listening = (bind: string, grants: string, more = ''): Config =>
  configOf(`listeners:\n  l: { bind: [${bind}]${more} }\nrelay:\n  allow:\n    - ${grants}\n`);
const routes = (...entries: readonly string[]): Config =>
  configOf(`routing:\n  domains:\n${entries.map((entry) => `    - ${entry}\n`).join('')}`);
const APPS = '{ name: apps, connectingTo: [10.1.0.5] }';

const CASES: readonly Case[] = [
  {
    code: 'connecting-to-everybody',
    has: listening('"0.0.0.0:25"', APPS),
    says: /apps relays for everybody: 10\.1\.0\.5 is the only IPv4 address that clients can connect to/,
    hasNot: listening('"0.0.0.0:25"', APPS),
    looking: { host: host({ interfaces: [nic('lo', ['127.0.0.1']), LAN('10.1.0.5')] }) },
    otherwise: MULTIHOMED(),
  },
  {
    code: 'connecting-to-everybody',
    has: listening('"10.1.0.5:25", "127.0.0.1:25"', APPS),
    says: /10\.1\.0\.5 is the only IPv4 address/,
    hasNot: listening('"10.1.0.5:25", "10.1.0.6:25"', APPS),
  },
  {
    code: 'connecting-to-absent-address',
    has: listening('"0.0.0.0:25"', APPS),
    says: /no interface of this host has an address in 10\.1\.0\.5/,
    hasNot: listening('"0.0.0.0:25"', APPS),
    looking: ONE_NET,
    otherwise: MULTIHOMED(),
  },
  {
    code: 'connecting-to-forwarding',
    has: listening('"0.0.0.0:25"', APPS),
    says: /this host is a router \(net\.ipv4\.ip_forward = 1\).* 10\.1\.0\.5 of apps/,
    hasNot: listening('"0.0.0.0:25"', '{ name: apps, connectingTo: [10.1.0.5], from: [10.1.0.0/24] }'),
    looking: MULTIHOMED({ forwards4: true }),
  },
  {
    code: 'connecting-to-forwarding',
    has: listening('"0.0.0.0:25"', APPS),
    says: /ip_forward/,
    hasNot: listening('"0.0.0.0:25"', APPS),
    looking: MULTIHOMED({ forwards4: true }),
    otherwise: MULTIHOMED({ forwards4: undefined, forwards6: true }),
  },
  {
    code: 'connecting-to-through-proxy',
    has: listening('"0.0.0.0:25"', `${APPS}\nproxies: [10.50.0.2, 10.50.0.3]`),
    says: /apps holds for everybody who comes through 10\.50\.0\.2 and 10\.50\.0\.3 \(proxies\), if that connects to 10\.1\.0\.5/,
    hasNot: listening(
      '"0.0.0.0:25"',
      `${APPS}\n  never:\n    - { name: balancers, from: [10.50.0.0/24] }\nproxies: [10.50.0.2, 10.50.0.3]`,
    ),
  },
  {
    code: 'connecting-to-unfiltered',
    has: listening('"0.0.0.0:25"', APPS),
    says: /packets for 10\.1\.0\.5 of apps are taken on outer, too, from any claimed address/,
    hasNot: listening('"0.0.0.0:25"', APPS),
    looking: MULTIHOMED({}, { reversePathFilter: 'off' }),
    otherwise: MULTIHOMED({}, { reversePathFilter: 'loose' }),
  },
  {
    code: 'connecting-to-weak-host',
    has: listening('"0.0.0.0:25"', APPS),
    says: /taken on outer, too \(weak host model\)/,
    hasNot: listening('"0.0.0.0:25"', '{ name: apps, connectingTo: [127.0.0.1] }'),
    looking: MULTIHOMED(),
  },
  {
    code: 'forward-to-ourselves',
    has: configOf(
      'listeners: { l: { bind: ["0.0.0.0:25"] } }\nrouting: { domains: [{ domain: b.example, forward: "192.168.10.5:25" }] }',
    ),
    says: /mail for b\.example goes to 192\.168\.10\.5:25, which is this server itself/,
    hasNot: configOf(
      'listeners: { l: { bind: ["0.0.0.0:25"] } }\nrouting: { domains: [{ domain: b.example, forward: "192.168.10.5:26" }] }',
    ),
    looking: ONE_NET,
  },
  {
    code: 'forward-to-ourselves',
    has: configOf(
      'listeners: { l: { bind: ["0.0.0.0:25"] } }\nrouting: { outbound: { host: "192.168.10.5:25" } }',
    ),
    says: /routing\.outbound/,
    hasNot: configOf(
      'listeners: { l: { bind: ["127.0.0.1:25"] } }\nrouting: { outbound: { host: "192.168.10.5:25" } }',
    ),
    looking: ONE_NET,
  },
  {
    code: 'wildcard-relays-outsiders',
    has: routes('{ domain: "*.co.uk", alwaysRelay: true }'),
    says: /\*\.co\.uk lets everybody relay to every domain below co\.uk.*b@other\.co\.uk/,
    hasNot: routes(
      '{ domain: "*.partner.co.uk", alwaysRelay: true }',
      '{ domain: "*.internal", alwaysRelay: true }',
    ),
  },
  {
    code: 'wildcard-takes-outsiders',
    has: routes('{ domain: "*.com", inbound: true }'),
    says: /\*\.com takes the mail for every domain below com for yours/,
    hasNot: routes('{ domain: "*.lan", inbound: true }', '{ domain: co.uk, inbound: true }'),
  },
  {
    code: 'always-relay-provider',
    has: routes('{ domain: gmail.com, alwaysRelay: true }'),
    says: /anyone can send to everybody at gmail\.com/,
    hasNot: routes(
      '{ domain: gmail.com, forward: "a.example:25" }',
      '{ domain: a.gmail.com, alwaysRelay: true }',
    ),
  },
  {
    code: 'covered-by-never',
    has: configOf(
      'relay: { never: [{ name: guests, from: [10.0.0.64/26] }], allow: [{ name: printers, from: [10.0.0.70, 10.0.1.0/24] }] }',
    ),
    says: /^warning covered-by-never 2: 10\.0\.0\.70 in printers can never relay: guests holds 10\.0\.0\.70 \(postern\.yaml:2\)$/,
    hasNot: configOf(
      'relay: { never: [{ name: guests, from: [10.0.0.64/26] }], allow: [{ name: printers, from: [10.0.0.63, 10.0.0.0/24] }] }',
    ),
  },
  {
    code: 'covered-by-never',
    has: configOf(
      'relay: { never: [{ name: a, from: [10.0.0.0/25] }, { name: b, from: [10.0.0.128/25] }], allow: [{ name: lan, from: [10.0.0.0/24] }] }',
    ),
    says: /grant lan can never relay/,
    hasNot: configOf(
      'relay: { never: [{ name: a, from: [10.0.0.0/25] }, { name: b, from: [10.0.0.129] }], allow: [{ name: lan, from: [10.0.0.0/24] }] }',
    ),
  },
  {
    code: 'grant-expired',
    has: withGrants('{ name: a, from: [10.0.0.1], until: "2026-11-24T12:00:00Z" }'),
    says: /grant a is without effect: it ended 2026-11-24 12:00:00 UTC/,
    hasNot: withGrants('{ name: a, from: [10.0.0.1], until: "2026-11-24T12:00:01Z" }'),
  },
  {
    code: 'grant-ends-soon',
    has: withGrants('{ name: a, from: [10.0.0.1], until: "2026-12-08T12:00:00Z" }'),
    says: /grant a ends in 14 days, on 2026-12-08 12:00:00 UTC/,
    hasNot: withGrants('{ name: a, from: [10.0.0.1], until: "2026-12-08T12:00:01Z" }'),
  },
  {
    code: 'grant-never-asked',
    has: configOf(
      'routing: { domains: [{ domain: a.example, inbound: true }, { domain: "*.a.example", inbound: true }] }\nrelay: { allow: [{ name: g, from: [10.0.0.1], recipients: ["@a.example", "@*.a.example"] }] }',
    ),
    says: /grant g is never asked: .*a\.example \(line 2\) decide for its recipients/,
    hasNot: configOf(
      'routing: { domains: [{ domain: a.example, inbound: true }] }\nrelay: { allow: [{ name: g, from: [10.0.0.1], recipients: ["@a.example", "@*.a.example"] }] }',
    ),
  },
  {
    code: 'grant-shadowed',
    has: withGrants('{ name: a, from: [10.0.0.0/24] }', '{ name: b, from: [10.0.0.7] }'),
    says: /grant b never decides: a \(line \d+\) before it takes everything it would allow/,
    hasNot: withGrants('{ name: b, from: [10.0.0.7] }', '{ name: a, from: [10.0.0.0/24] }'),
  },
  {
    code: 'grant-shadowed',
    has: withGrants(
      '{ name: a, from: [10.0.0.0/25] }',
      '{ name: b, from: [10.0.0.128/25] }',
      '{ name: c, from: [10.0.0.0/24] }',
    ),
    says: /grant c never decides: a \(line \d+\) and b \(line \d+\) before it take everything/,
    hasNot: withGrants(
      '{ name: a, from: [10.0.0.0/25] }',
      '{ name: b, from: [10.0.0.128/25], senders: ["@contoso.example"] }',
      '{ name: c, from: [10.0.0.0/24] }',
    ),
  },
  {
    code: 'nobody-signs-in',
    has: listening('"127.0.0.1:25"', '{ name: staff, authenticated: true }', ', auth: off'),
    says: /grant staff can never apply: no listener lets clients sign in/,
    hasNot: listening('"127.0.0.1:25"', '{ name: staff, authenticated: true }'),
  },
  {
    code: 'unknown-account',
    has: withGrants('{ name: a, authenticated: [bob@contoso.example] }'),
    says: /grant a is for bob@contoso\.example, which is no account/,
    hasNot: withGrants('{ name: a, authenticated: [bob@contoso.example] }'),
    looking: { lookup: 'unknown' },
    otherwise: { lookup: 'unavailable' },
  },
  {
    code: 'passwords-in-clear',
    has: configOf('listeners: { l: { bind: ["10.1.0.5:587"], for: submission, authWithoutTls: true } }'),
    says: /clients can sign in to listener l without TLS: .* 10\.1\.0\.5:587/,
    hasNot: configOf('listeners: { l: { bind: ["127.0.0.1:587"], for: submission, authWithoutTls: true } }'),
  },
  {
    code: 'submission-without-tls',
    has: configOf(
      'listeners: { l: { bind: ["10.1.0.5:587"], for: submission, tls: none, authWithoutTls: true } }',
    ),
    says: /^warning .*listener l has no TLS/,
    hasNot: configOf(
      'listeners: { l: { bind: ["127.0.0.1:587"], for: submission, tls: none, authWithoutTls: true } }',
    ),
  },
  {
    code: 'submission-without-tls',
    has: configOf(
      'listeners: { l: { bind: ["8.8.8.8:587"], for: submission, tls: none, authWithoutTls: true, iUnderstand: "passwords cross the network in clear text to 8.8.8.8:587" } }',
    ),
    says: /^acknowledged .*listener l has no TLS/,
    hasNot: configOf('listeners: { l: { bind: ["8.8.8.8:587"], for: submission } }'),
  },
  {
    code: 'never-everybody',
    has: configOf(
      'relay: { never: [{ name: a, from: [0.0.0.0/0], iUnderstand: "no client on IPv4 can relay, signed in or not" }] }',
    ),
    says: /^acknowledged .*no client on IPv4 can relay, signed in or not/,
    hasNot: configOf('relay: { never: [{ name: a, from: [0.0.0.0/1] }] }'),
  },
  {
    code: 'public-range-wide',
    has: withGrants(
      '{ name: a, from: [8.8.8.0/23], iUnderstand: "8.8.8.0/23 is wider than /24 and not private" }',
    ),
    says: /^acknowledged .*8\.8\.8\.0\/23 is wider than \/24 and not private/,
    hasNot: withGrants('{ name: a, from: [8.8.8.0/24] }'),
  },
  {
    code: 'public-ranges-together',
    has: withGrants('{ name: a, from: [8.8.8.0/24] }', '{ name: b, from: [8.8.9.0/24] }'),
    says: /the ranges of a and b join to 8\.8\.8\.0\/23 \(512 public addresses\)/,
    hasNot: withGrants(
      '{ name: a, from: [8.8.8.0/24, 10.0.0.0/24] }',
      '{ name: b, from: [8.8.10.0/24, 10.0.1.0/24] }',
    ),
  },
  {
    code: 'range-holds-gateway',
    has: withGrants('{ name: office, from: [192.168.10.0/24] }'),
    says: /office contains 192\.168\.10\.1, the gateway of this host/,
    hasNot: configOf(
      'relay: { never: [{ name: gateway, from: [192.168.10.1] }], allow: [{ name: office, from: [192.168.10.0/24] }] }',
    ),
    looking: ONE_NET,
  },
  {
    code: 'range-holds-gateway',
    has: withGrants('{ name: office, from: [172.17.0.0/16] }'),
    says: /Postern runs in a container, and office contains 172\.17\.0\.1, its gateway/,
    hasNot: withGrants('{ name: office, from: [172.17.0.0/16], authenticated: true }'),
    looking: { host: host({ inContainer: true, gateways: [ip('172.17.0.1')] }) },
  },
  {
    code: 'range-holds-bridge',
    has: withGrants('{ name: all, from: [172.16.0.0/12] }'),
    says: /all contains 172\.17\.0\.1 \(docker0\), a bridge of containers on this host/,
    hasNot: withGrants('{ name: all, from: [172.18.0.0/16] }'),
    looking: { host: host({ interfaces: [nic('docker0', ['172.17.0.1'], { bridge: true })] }) },
  },
  {
    code: 'range-holds-ourselves',
    has: withGrants('{ name: office, from: [192.168.10.0/24] }'),
    says: /office contains 192\.168\.10\.5, an address of this host/,
    hasNot: withGrants('{ name: office, from: [192.168.11.0/24, 127.0.0.0/8] }'),
    looking: ONE_NET,
  },
  {
    code: 'range-holds-ourselves',
    has: withGrants('{ name: all, from: [172.16.0.0/12] }'),
    says: /all contains 172\.17\.0\.1, an address of this host/,
    hasNot: withGrants('{ name: all, from: [172.16.0.0/12] }'),
    looking: { host: host({ interfaces: [nic('eth0', ['172.17.0.1'])] }) },
    // A bridge has a finding of its own.
    otherwise: { host: host({ interfaces: [nic('docker0', ['172.17.0.1'], { bridge: true })] }) },
  },
  {
    code: 'range-repeated',
    has: withGrants('{ name: a, from: [10.0.0.0/24, 10.0.2.0/24, 10.0.0.7] }'),
    says: /10\.0\.0\.7 in a says nothing: 10\.0\.0\.0\/24 is there, too/,
    hasNot: withGrants(
      '{ name: a, from: [10.0.0.0/24, 10.0.1.0/24] }',
      '{ name: b, from: ["2001:db8::/64", 10.0.3.7] }',
    ),
  },
  {
    code: 'range-without-listener',
    has: listening('"127.0.0.1:25"', '{ name: a, from: [10.0.0.1, "fd00::/64"] }'),
    says: /nobody can come from fd00::\/64 in a: no listener has an IPv6 address/,
    hasNot: listening('"127.0.0.1:25", "[::1]:25"', '{ name: a, from: [10.0.0.1, "fd00::/64"] }'),
  },
  {
    code: 'recipient-without-effect',
    has: configOf(
      'routing: { domains: [{ domain: a.example, inbound: true }, { domain: b.example, rewrite: a.example }] }\nrelay: { allow: [{ name: g, from: [10.0.0.1], recipients: ["@b.example", "@c.example"] }] }',
    ),
    says: /@b\.example in g is never asked: b\.example is rewritten to a\.example first/,
    hasNot: configOf(
      'routing: { domains: [{ domain: a.example, inbound: true }, { domain: b.example, forward: "h.example:25" }] }\nrelay: { allow: [{ name: g, from: [10.0.0.1], recipients: ["@b.example", "@*.a.example"] }] }',
    ),
  },
  {
    code: 'relaying-off',
    has: configOf('routing: { reroute: false }\nrelay: { allow: [{ name: g, from: [10.0.0.1] }] }'),
    says: /without effect, since routing\.reroute is false: 1 grant/,
    hasNot: configOf('routing: { reroute: false }'),
  },
  {
    code: 'sender-only-claimed',
    has: withGrants('{ name: g, from: [10.0.0.1, 8.8.8.8], senders: [scan@contoso.example] }'),
    says: /the senders of g are only claimed: any client in 8\.8\.8\.8 can write one of them/,
    hasNot: withGrants('{ name: g, from: [10.0.0.1], senders: [scan@contoso.example] }'),
  },
  ...BESIDE_CASES,
];

for (const { code, has, says, hasNot, looking = {}, otherwise = looking } of CASES) {
  test(`finding ${code} is found where it is: ${says.source.slice(0, 40)}`, () => {
    const found = foundIn(has, looking).filter((line) => line.includes(` ${code} `));
    assert.equal(found.length, 1, foundIn(has, looking).join('\n'));
    assert.match(found[0] ?? '', says);
    assert.deepEqual(
      foundIn(hasNot, otherwise).filter((line) => line.includes(` ${code} `)),
      [],
    );
  });
}

test('every finding has a case', () => {
  const tried = new Set(CASES.map(({ code }) => code));
  assert.deepEqual(
    findingRules().flatMap(([code]) => (tried.has(code) ? [] : [code])),
    [],
  );
});

test('findings that depend on the machine are not looked for when the configuration is for another one', () => {
  for (const [code, { host: depends }] of findingRules()) {
    if (depends !== true || code === 'connecting-to-everybody') continue;
    for (const each of CASES.filter((candidate) => candidate.code === code))
      assert.ok(!foundIn(each.has).some((line) => line.includes(` ${code} `)), code);
  }
});

test('of many findings of a kind the first are shown, and that there are more is said', () => {
  const grants = Array.from(
    { length: 21 },
    (_, index) => `{ name: g${index}, from: [10.0.${index}.1], until: 2020-01-01 }`,
  );
  const all = examined(withGrants(...grants));
  assert.equal(all.findings.length, 20);
  assert.match(all.untold.join('\n'), /more than 20 findings of grant-expired/);
  assert.doesNotMatch(examined(withGrants(...grants.slice(1))).untold.join('\n'), /more than/);
});
