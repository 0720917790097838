import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../config/mod.ts';
import { refusalsOf, verdictOf } from './examine.ts';
import { describePosture, postureLine } from './posture.ts';
import { findingsReference } from './reference.ts';
import { findingRules } from './findings/catalogue.ts';
import { whoCanRelay } from './whoCanRelay.ts';
import { configOf, examined, host, withGrants } from './testing/kit.ts';
import type { Looking } from './testing/kit.ts';

const HALVES = ['0.0.0.0/1', '128.0.0.0/1'].map(
  (range) =>
    `{ name: x${range[0]}, from: [${range}], iUnderstand: "${range} is wider than /24 and not private" }`,
);
const TESTED = (expect: string): Config =>
  configOf(
    `routing: { domains: [{ domain: a.example, inbound: true }] }\ntests: [{ from: 192.0.2.1, recipient: b@a.example, expect: ${expect} }]`,
  );

for (const [verdict, config, looking] of [
  ['proved', withGrants('{ name: a, from: [10.0.0.1] }'), {}],
  ['proved', TESTED('inbound'), {}],
  ['notProved', withGrants(...HALVES), {}],
  ['testsFailed', TESTED('refused'), {}],
  ['cannotTell', TESTED('inbound'), { lookup: 'unavailable' }],
  ['errors', configOf('routing: { domains: [{ domain: "*.co.uk", alwaysRelay: true }] }'), {}],
] as const satisfies readonly (readonly [string, Config, Looking])[]) {
  test(`verdictOf() is ${verdict}, and refusalsOf() agrees`, () => {
    const examination = examined(config, looking);
    assert.equal(verdictOf(examination), verdict);
    assert.equal(refusalsOf(examination).length, verdict === 'proved' ? 0 : 1);
  });
}

test('refusalsOf() gives an opening the place of the rule, an example and a remedy', () => {
  const [refusal] = refusalsOf(examined(withGrants(...HALVES)));
  assert.equal(refusal?.place.line, 5);
  assert.match(
    refusal?.message ?? '',
    /^open relay: anyone on IPv4 can relay; example: 203\.0\.113\.9, not signed in, .* by x1 .*; 0\.0\.0\.0\/1 \(x0, line 4\) and 128\.0\.0\.0\/1 \(x1, line 5\) together hold every public address$/,
  );
  assert.match(refusal?.remedy ?? '', /Name the networks that are meant/);
});

test('describePosture() says what was proved, what anyone can do, and what it rests on', () => {
  const said = (config: Config): string => describePosture(config, examined(config).proof).join(' ');
  assert.equal(said(configOf('')), 'Not an open relay: nobody can relay, since there is no grant.');
  const off = configOf('routing: { reroute: false }\nrelay: { allow: [{ name: a, from: [10.0.0.1] }] }');
  assert.equal(said(off), 'Not an open relay: nobody can relay, since routing.reroute is false.');
  const config = configOf(`routing:
  domains:
    - { domain: a.example, inbound: true }
    - { domain: b.example, forward: "h.example:25" }
    - { domain: p.example, alwaysRelay: true }
relay:
  allow:
    - { name: lan, from: [10.0.0.0/24] }
    - { name: apps, connectingTo: [127.0.0.1] }
`);
  assert.equal(
    said(config),
    'Not an open relay: no client outside your 2 grants can relay. Anyone can send to the 2 domains you route, and through you to p.example (always relay). It rests on this: outsiders cannot reach 127.0.0.1 (apps, postern.yaml:10). This holds for the client address Postern sees, not through a NAT or an undeclared proxy.',
  );
  assert.doesNotMatch(said(withGrants('{ name: staff, authenticated: true }')), /NAT/);
});

test('describePosture() says of what anyone can do who cannot', () => {
  const said = (more: string, bind = '"0.0.0.0:25", "[::]:25"'): string => {
    const config = configOf(
      `listeners: { l: { bind: [${bind}] } }\nrouting: { domains: [{ domain: a.example, inbound: true }] }\n${more}`,
    );
    return describePosture(config, examined(config).proof)[1] ?? '';
  };
  const send = 'send to the domain you route';
  assert.equal(said('clients: { accept: [203.0.113.7] }'), `Anyone can ${send}.`);
  assert.equal(
    said('clients: { refuse: [203.0.113.0/24, "2001:db8::/32"] }'),
    `Anyone can ${send}, except from 203.0.113.0/24 and 2001:db8::/32 (clients.refuse).`,
  );
  assert.equal(
    said('clients: { refuse: [203.0.113.0/24, 198.51.100.0/24], accept: [203.0.113.7] }'),
    `Anyone can ${send}, except from 198.51.100.0/24 and 203.0.113.0/24 without 203.0.113.7 (clients.refuse).`,
  );
  assert.equal(
    said('clients: { refuse: ["::/1", "8000::/1"] }'),
    `Anyone can ${send}, except from every IPv6 address (clients.refuse).`,
  );
  assert.equal(
    said('clients: { refuse: [0.0.0.0/1, 128.0.0.0/1, "::/0"], accept: [10.0.0.0/8] }'),
    `Only 10.0.0.0/8 can ${send}: all other clients are refused (clients.refuse).`,
  );
  assert.equal(
    said('clients: { refuse: [0.0.0.0/0, "::/0"] }'),
    `Nobody can ${send}: every client is refused (clients.refuse).`,
  );
  // Of a family that no listener has there are no clients, unless a proxy names them.
  const closed = 'clients: { refuse: [0.0.0.0/0] }';
  assert.match(said(closed, '"0.0.0.0:25"'), /^Nobody can /);
  assert.equal(said(closed, '"[::]:25"'), `Anyone can ${send}.`);
  assert.match(said(`${closed}\nproxies: [10.50.0.2]`, '"0.0.0.0:25"'), /except from every IPv4 address/);
  assert.match(said(`${closed}\nxclient: [10.50.0.2]`, '"0.0.0.0:25"'), /except from every IPv4 address/);
  assert.equal(
    said(
      'clients: { refuse: [203.0.113.0/25] }\nfilters: [{ name: a, from: [203.0.113.128/25] }, { name: b, from: [10.0.0.0/8], senders: ["@b.example"] }, { name: c, from: [192.0.2.0/24], action: quarantine }]',
    ),
    `Anyone can ${send}, except from 203.0.113.0/24 (clients.refuse and filters).`,
  );
  assert.equal(
    said('filters: [{ name: a, from: [203.0.113.1, 203.0.113.3, 203.0.113.5, 203.0.113.7, 203.0.113.9] }]'),
    `Anyone can ${send}, except from 203.0.113.1, 203.0.113.3 and 3 more (filters).`,
  );
});

test('postureLine() is one line, and never for a policy that is open', () => {
  const line = (config: Config): string => postureLine(examined(config).proof);
  assert.equal(
    line(withGrants('{ name: a, from: [10.0.0.1] }')),
    'Not an open relay: proved. No client outside your one grant can relay.',
  );
  assert.match(
    line(configOf('')),
    /^Not an open relay: proved\. Nobody can relay, since there is no grant\.$/,
  );
  assert.match(line(configOf('routing: { reroute: false }')), /routing\.reroute is false/);
  assert.throws(() => line(withGrants(...HALVES)));
});

test('whoCanRelay() has a row for each grant', () => {
  const config = configOf(
    'relay: { never: [{ name: n, from: [10.0.0.0/25] }], allow: [{ name: a, from: [10.0.0.0/24, 8.8.8.8], senders: ["@a.example", "@b.example", "@c.example"], limit: 5/minute, until: "2027-01-01T00:00:00Z" }, { name: b, authenticated: [x@a.example], connectingTo: [10.1.0.5] }, { name: c, from: ["2001:db8::/64"] }] }\nlisteners: { l: { bind: ["10.1.0.5:25"] } }',
  );
  const rows = whoCanRelay(examined(config).proof, { items: 2 }).map((row) => Object.values(row));
  assert.deepEqual(rows, [
    [
      'a',
      '8.8.8.8 and 10.0.0.128/25',
      '129',
      '1',
      'no',
      '@a.example, @b.example and 1 more',
      'any',
      '5/minute',
      '2027-01-01 00:00:00 UTC',
      'postern.yaml:2',
    ],
    ['b', 'any, to 10.1.0.5', 'every', 'every', 'x@a.example', 'any', 'any', '', '', 'postern.yaml:2'],
    ['c', '2001:db8::/64', '2^64 IPv6', '0', 'no', 'any', 'any', '', '', 'postern.yaml:2'],
  ]);
});

test('examine() says what the machine does not tell, where it matters', () => {
  const unknown = {
    interfaces: undefined,
    gateways: undefined,
    forwards4: undefined,
    forwards6: undefined,
    inContainer: undefined,
  };
  const byAddress = withGrants('{ name: a, from: [10.0.0.1] }');
  const byLocal = withGrants('{ name: a, connectingTo: [127.0.0.1] }');
  const untold = (config: Config, looking: Looking): number => examined(config, looking).untold.length;
  assert.equal(untold(byAddress, { host: host() }), 0);
  assert.equal(untold(byLocal, { host: host() }), 0);
  assert.equal(untold(withGrants('{ name: a, authenticated: true }'), { host: unknown }), 0);
  assert.match(
    examined(byAddress, { host: unknown }).untold.join('\n'),
    /interfaces cannot be read.*\n.*\/proc\/net\/route cannot/,
  );
  assert.match(
    examined(byLocal, { host: unknown }).untold.join('\n'),
    /interfaces cannot be read.*\n.*forwards packets/,
  );
  assert.match(examined(byAddress).untold.join('\n'), /^Nothing of this host was looked at/);
});

test('findingsReference() has a row for every finding', () => {
  const page = findingsReference();
  for (const [code, { meaning }] of findingRules())
    assert.ok(page.includes(`| \`${code}\` | ${meaning}`), code);
  assert.ok(
    page.indexOf('## Errors') < page.indexOf('## Warnings') &&
      page.indexOf('## Warnings') < page.indexOf('## Notes'),
  );
});
