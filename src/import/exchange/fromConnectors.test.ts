/** Connectors: the narrowest range has the client, and no import lets anybody relay at a door where Exchange did not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseConfig, policySource } from '../../config/mod.ts';
import type { Config } from '../../config/mod.ts';
import { parseMailbox } from '../../mail/mod.ts';
import { compilePolicy, decide } from '../../policy/mod.ts';
import { ipv4, parseIp } from '../../std/mod.ts';
import { importExchange } from './import.ts';

const BASE = 0x0a000000;
const DOORS = ['0.0.0.0:25', '10.0.0.1:25', '0.0.0.0:2525', '0.0.0.0:587'] as const;
type Door = (typeof DOORS)[number];

interface Range {
  readonly first: number;
  readonly last: number;
}

interface Connector {
  readonly doors: readonly Door[];
  readonly ranges: readonly Range[];
  readonly users: boolean;
  readonly basic: boolean;
  readonly anonymousRight: boolean;
  readonly external: boolean;
  readonly enabled: boolean;
}

const EVERYBODY: Range = { first: 0, last: 0xffffffff };
const ranges: fc.Arbitrary<Range> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.nat(31), fc.nat(31))
      .map(([a, b]) => ({ first: BASE + Math.min(a, b), last: BASE + Math.max(a, b) })),
  },
  { weight: 1, arbitrary: fc.constant(EVERYBODY) },
);
const connectors: fc.Arbitrary<Connector> = fc.record({
  doors: fc.uniqueArray(fc.constantFrom(...DOORS), { minLength: 1, maxLength: 3 }),
  ranges: fc.uniqueArray(ranges, {
    minLength: 1,
    maxLength: 3,
    selector: ({ first, last }) => `${first}-${last}`,
  }),
  users: fc.boolean(),
  basic: fc.boolean(),
  anonymousRight: fc.boolean(),
  external: fc.nat(4).map((number) => number === 0),
  enabled: fc.nat(5).map((number) => number !== 0),
});

function text({ first, last }: Range): string {
  return `${ipv4(first).text}-${ipv4(last).text}`;
}

/** As Get-ReceiveConnector and Get-ADPermission are exported. */
function exported(all: readonly Connector[]): string {
  const objects = all.flatMap((connector, index) => [
    {
      Name: `C${index}`,
      Enabled: connector.enabled,
      Fqdn: 'mail.ours.example',
      Bindings: connector.doors,
      RemoteIPRanges: connector.ranges.map(text),
      PermissionGroups: [
        'AnonymousUsers',
        ...(connector.users ? ['ExchangeUsers'] : []),
        ...(connector.external ? ['ExchangeServers'] : []),
      ].join(', '),
      AuthMechanism: [
        'Tls',
        ...(connector.basic ? ['BasicAuth', 'BasicAuthRequireTLS'] : []),
        ...(connector.external ? ['ExternalAuthoritative'] : []),
      ].join(', '),
    },
    {
      Identity: `EX1\\C${index}`,
      User: 'NT AUTHORITY\\ANONYMOUS LOGON',
      ExtendedRights: [
        connector.anonymousRight ? 'ms-Exch-SMTP-Accept-Any-Recipient' : 'ms-Exch-SMTP-Submit',
      ],
      Deny: false,
    },
  ]);
  return JSON.stringify(objects);
}

/** The connector that Exchange gives a client: the narrowest range of those bound there. */
function winner(all: readonly Connector[], door: Door, client: number): Connector | undefined {
  const fitting = all
    .filter(({ enabled, doors }) => enabled && doors.includes(door))
    .flatMap((connector) => connector.ranges.map((range) => ({ connector, range })))
    .filter(({ range }) => range.first <= client && client <= range.last);
  return fitting.toSorted(
    (one, other) => one.range.last - one.range.first - (other.range.last - other.range.first),
  )[0]?.connector;
}

/** Two connectors with the same range at one door are none that Exchange would take. */
function isPossible(all: readonly Connector[]): boolean {
  return DOORS.every((door) => {
    const texts = all
      .filter(({ enabled, doors }) => enabled && doors.includes(door))
      .flatMap((one) => one.ranges.map(text));
    const sizes = all
      .filter(({ enabled, doors }) => enabled && doors.includes(door))
      .flatMap((one) => one.ranges.map(({ first, last }) => last - first));
    return new Set(texts).size === texts.length && new Set(sizes).size === sizes.length;
  });
}

function anonymous(connector: Connector | undefined): boolean {
  return connector !== undefined && (connector.anonymousRight || connector.external);
}

function signedIn(connector: Connector | undefined): boolean {
  return connector !== undefined && connector.users && connector.basic;
}

function imported(all: readonly Connector[]) {
  const octets = Buffer.from(exported(all));
  const importing = importExchange([{ name: 'all.json', octets }], {
    hostname: undefined,
    doNotReroute: false,
  });
  if ('problems' in importing) return undefined;
  const reading = parseConfig(importing.yaml, 'postern.yaml');
  if ('problems' in reading) assert.fail(`${JSON.stringify(reading.problems)}\n${importing.yaml}`);
  return { config: reading.config, importing };
}

function relays(config: Config, client: number, door: Door, account: string | undefined): boolean {
  const recipient = parseMailbox('u@other.example');
  const local = parseIp(door.startsWith('0.0.0.0') ? '192.0.2.1' : door.slice(0, door.indexOf(':')));
  assert.ok('address' in recipient && local !== undefined);
  const facts = {
    client: ipv4(client),
    localAddress: local,
    listener: 'x',
    account,
    sender: null,
    recipient,
    mailbox: 'notAsked',
    at: 0,
  } as const;
  return decide(facts, compilePolicy(policySource(config))).verdict === 'accepted';
}

const clients = fc.oneof(
  fc.nat(31).map((offset) => BASE + offset),
  fc.constant(0xc6336407),
);

test('importExchange() of connectors lets nobody relay at a door where Exchange did not', () => {
  fc.assert(
    fc.property(
      fc.array(connectors, { minLength: 1, maxLength: 5 }).filter(isPossible),
      fc.array(clients, { minLength: 1, maxLength: 6 }),
      (all, asked) => {
        const done = imported(all);
        if (done === undefined) return;
        const { config } = done;
        for (const listener of config.listeners) {
          for (const { address, port } of listener.bind) {
            const door = DOORS.find((one) => one === `${address.text}:${port}`);
            if (door === undefined) continue; // Loopback, where no door was left.
            for (const client of asked) {
              const before = winner(all, door, client);
              // At a submission listener nobody gets so far without signing in.
              if (listener.purpose === 'transfer' && relays(config, client, door, undefined)) {
                assert.ok(anonymous(before), `${ipv4(client).text} at ${door}\n${done.importing.yaml}`);
              }
              if (listener.auth !== 'off' && relays(config, client, door, 'a@ours.example')) {
                // A client that may relay wherever it need not sign in may also do so having signed in.
                const everywhere = DOORS.filter((one) => one !== '0.0.0.0:587').some((one) =>
                  anonymous(winner(all, one, client)),
                );
                assert.ok(
                  signedIn(before) || anonymous(before) || everywhere,
                  `${ipv4(client).text} at ${door}\n${done.importing.yaml}`,
                );
              }
            }
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('importExchange() of connectors at one door decides exactly as Exchange', () => {
  const single = connectors.map((connector) => ({
    ...connector,
    doors: ['0.0.0.0:25'] as const,
    enabled: true,
  }));
  fc.assert(
    fc.property(
      fc.array(single, { minLength: 1, maxLength: 5 }).filter(isPossible),
      fc.array(clients, { minLength: 1, maxLength: 8 }),
      (all, asked) => {
        const done = imported(all);
        assert.ok(done !== undefined);
        const open = all.some((one) => anonymous(one) && one.ranges.includes(EVERYBODY));
        for (const client of asked) {
          const before = winner(all, '0.0.0.0:25', client);
          const now = relays(done.config, client, '0.0.0.0:25', undefined);
          if (!open) assert.equal(now, anonymous(before));
          else assert.ok(anonymous(before) || !now);
          const offered = done.config.listeners[0].auth !== 'off';
          if (!offered || anonymous(before)) continue;
          assert.equal(relays(done.config, client, '0.0.0.0:25', 'a@ours.example'), signedIn(before));
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** Everybody relays having signed in, 10.0.0.0 to 10.0.0.7 in another way or in none. */
function signedInBut(narrow: Partial<Connector>) {
  const wide = {
    doors: ['0.0.0.0:25'] as const,
    users: true,
    basic: true,
    anonymousRight: false,
    external: false,
    enabled: true,
  };
  const few = { ...wide, users: false, ranges: [{ first: BASE, last: BASE + 7 }], ...narrow };
  const done = imported([{ ...wide, ranges: [EVERYBODY] }, few]);
  assert.ok(done !== undefined);
  return done.config;
}

test('importExchange() shuts with a never rule what a narrower connector shuts, and nothing that it opens', () => {
  const shut = signedInBut({});
  assert.equal(relays(shut, BASE + 7, '0.0.0.0:25', 'a@ours.example'), false);
  assert.equal(relays(shut, BASE + 8, '0.0.0.0:25', 'a@ours.example'), true);
  const open = signedInBut({ anonymousRight: true });
  assert.equal(relays(open, BASE + 7, '0.0.0.0:25', undefined), true);
  assert.equal(relays(open, BASE + 8, '0.0.0.0:25', undefined), false);
});

function problemOf(objects: unknown, name = 'a.json'): string {
  const octets = Buffer.from(typeof objects === 'string' ? objects : JSON.stringify(objects));
  const importing = importExchange([{ name, octets }], { hostname: undefined, doNotReroute: false });
  if (!('problems' in importing)) assert.fail('it was imported');
  const [{ place, message, remedy }] = importing.problems;
  return `${place.file}:${place.line}:${place.column} ${message}. ${remedy ?? ''}`;
}

test('importExchange() of connectors says what it cannot read, and where', () => {
  const connector = {
    Name: 'C',
    Bindings: ['0.0.0.0:25'],
    RemoteIPRanges: ['10.0.0.0/8'],
    PermissionGroups: 3,
    AuthMechanism: 1,
  };
  assert.match(problemOf([connector]), /no file says what this server is called\. Add --hostname/);
  assert.match(
    problemOf([{ ...connector, RemoteIPRanges: ['10.0.9.9/24'] }]),
    /^a\.json:1:1 RemoteIPRanges of C: 10\.0\.9\.9\/24 has host bits set\. Write 10\.0\.9\.9 for that host, or 10\.0\.9\.0\/24/,
  );
  assert.match(
    problemOf([{ ...connector, RemoteIPRanges: ['10.0.0.9-10.0.0.1'] }]),
    /"10\.0\.0\.9-10\.0\.0\.1" is not a range of addresses/,
  );
  assert.match(problemOf([{ ...connector, Bindings: ['*:25'] }]), /Bindings of C: "\*:25" has no address/);
  assert.match(
    problemOf([{ ...connector, PermissionGroups: 'Anybody' }]),
    /PermissionGroups has the unknown word "Anybody"/,
  );
  assert.match(
    problemOf([{ DomainName: 'a.example', DomainType: 'Mine' }]),
    /DomainType of a\.example is "Mine"/,
  );
  assert.match(
    problemOf([
      { ...connector, Server: 'A' },
      { ...connector, Server: 'B' },
    ]),
    /receive connectors of 2 servers/,
  );
  assert.match(problemOf([{ DomainName: 'a.example', DomainType: 0 }]), /no receive connector that is on/);
  assert.match(problemOf('[\n  {"a": 1,}\n]'), /^a\.json:2:\d+ this is not valid JSON/);
  assert.match(problemOf('[{"a": "b'), /^a\.json:1:\d+ this is not valid JSON/);
  assert.match(
    problemOf(
      '"Name","RemoteIPRanges"\n"C","Microsoft.Exchange.Data.MultiValuedProperty`1[Microsoft.Exchange.Data.IPRange]"',
      'a.csv',
    ),
    /^a\.csv:2:1 the values of remoteipranges are not in this export, only the name of their type\. Export-Csv does not write lists/,
  );
  assert.match(
    problemOf('"Name","RemoteIPRanges"\n"C"', 'a.csv'),
    /^a\.csv:2:1 this row has 1 values, and the head has 2 names/,
  );
});

test('importExchange() reads connectors as the shell of the server itself writes them, in numbers and objects', () => {
  const local = [
    {
      Name: 'Relay',
      Enabled: true,
      Fqdn: { Domain: 'mail.ours.example' },
      Bindings: [
        { AddressFamily: 2, Address: { Family: 2, IPAddressToString: '0.0.0.0' }, Port: 25 },
        { Address: { IPAddressToString: '::' }, Port: 25 },
      ],
      RemoteIPRanges: [
        { LowerBound: { IPAddressToString: '10.0.0.0' }, UpperBound: { IPAddressToString: '10.0.0.7' } },
        { Expression: '10.0.8.0/24' },
      ],
      PermissionGroups: 5,
      AuthMechanism: 33,
      MaxMessageSize: '10 MB (10,485,760 bytes)',
    },
  ];
  const importing = importExchange(
    [{ name: 'a.json', octets: Buffer.from(JSON.stringify({ value: local, Count: 1 })) }],
    {
      hostname: undefined,
      doNotReroute: false,
    },
  );
  assert.ok('yaml' in importing);
  assert.match(importing.yaml, /bind: \["0\.0\.0\.0:25", "\[::\]:25"\]/);
  assert.match(importing.yaml, /- 10\.0\.0\.0\/29 .*\n.*- 10\.0\.8\.0\/24 /);
  assert.match(importing.yaml, /messageSize: 10485760/);
});

test('importExchange() never throws, whatever a file holds', () => {
  const words = fc.constantFrom(
    'Name',
    'RemoteIPRanges',
    'ExtendedRights',
    'DomainType',
    'AddressSpaces',
    ',',
    '\n',
    '"',
    '[',
    ']',
    '{',
    '}',
    ':',
    '1',
    '10.0.0.0/8',
    'SMTP:*;1',
    'REGEDIT4',
    '#TYPE x',
    '<inbound>',
    '__proto__',
    'null',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
      importExchange([{ name: 'a', octets: Buffer.from(parts.join('')) }], {
        hostname: 'mail.ours.example',
        doNotReroute: false,
      });
    }),
    { numRuns: 1000 },
  );
});

test('importExchange() takes huge files in bounded time', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const long = JSON.stringify([{ Name: 'x'.repeat(4 * 2 ** 20), RemoteIPRanges: [] }]);
  for (const text of [deep, long]) {
    importExchange([{ name: 'a', octets: Buffer.from(text) }], {
      hostname: 'mail.ours.example',
      doNotReroute: false,
    });
  }
  const ranges = Array.from(
    { length: 5000 },
    (_, index) => `10.${index >> 8}.${index & 255}.0/${24 + (index % 8)}`,
  );
  const connector = {
    Name: 'C',
    Bindings: ['0.0.0.0:25'],
    RemoteIPRanges: ranges,
    PermissionGroups: 'AnonymousUsers, ExchangeServers',
    AuthMechanism: 'ExternalAuthoritative',
  };
  const octets = Buffer.from(JSON.stringify([connector]));
  const importing = importExchange([{ name: 'a', octets }], {
    hostname: 'mail.ours.example',
    doNotReroute: false,
  });
  assert.ok('yaml' in importing);
  assert.ok(importing.yaml.split('\n').length > 2500);
});
