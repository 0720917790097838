import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatProblems, parseConfig } from './mod.ts';
import type { Config } from './mod.ts';

const HEAD = 'hostname: mail.contoso.example\n';

function accepted(text: string): Config {
  const reading = parseConfig(HEAD + text, 'postern.yaml');
  assert.ok(
    'config' in reading,
    'problems' in reading ? formatProblems(reading.problems, { color: false }) : '',
  );
  return reading.config;
}

function refused(text: string): string {
  const reading = parseConfig(HEAD + text, 'postern.yaml');
  assert.ok('problems' in reading, `${text} was accepted`);
  return formatProblems(reading.problems, { color: false });
}

/** A key with its least and its most, and the values just beyond. */
const BOUNDS: readonly (readonly [
  key: string,
  beneath: string,
  least: string,
  most: string,
  above: string,
])[] = [
  ['workers: X', '0', '1', '256', '257'],
  ['limits: { messageSize: X }', '1023', '1024', '4GiB', '4294967297'],
  ['limits: { recipients: X }', '0', '1', '100000', '100001'],
  ['limits: { messagesPerConnection: X }', '0', '1', '1000000', '1000001'],
  ['limits: { connections: X }', '0', '1', '1000000', '1000001'],
  ['limits: { connections: 1000000, connectionsPerAddress: X }', '0', '1', '1000000', '1000001'],
  ['limits: { headerFields: 1000, hops: X }', '0', '1', '1000', '1001'],
  ['limits: { errors: X }', '0', '1', '10000', '10001'],
  ['timeouts: { session: 7d, command: X }', '999ms', '1s', '1d', '1d1ms'],
  ['timeouts: { session: 7d, data: X }', '999ms', '1s', '1d', '1d1ms'],
  ['timeouts: { session: X }', '999ms', '1s', '7d', '7d1ms'],
  ['queue: { expire: 30d, retry: [X] }', '999ms', '1s', '29d', '30d1ms'],
  ['queue: { retry: [1s], warnAfter: never, expire: X }', '999ms', '2s', '30d', '30d1ms'],
  ['queue: { expire: 30d, warnAfter: X }', '999ms', '1s', '29d', '30d1ms'],
  ['delivery: { connectionsPerHost: X }', '0', '1', '10000', '10001'],
  ['delivery: { idle: X }', '999ms', '1s', '1h', '1h1ms'],
  ...['connect', 'greeting', 'command', 'mail', 'recipient', 'data', 'block', 'final', 'quit'].map(
    (key) => [`delivery: { timeouts: { ${key}: X } }`, '999ms', '1s', '1h', '1h1ms'] as const,
  ),
  ['dns: { timeout: X }', '99ms', '100ms', '1m', '1m1ms'],
  ['dns: { attempts: X }', '0', '1', '10', '11'],
];

for (const [key, beneath, least, most, above] of BOUNDS) {
  test(`parseConfig() holds ${key} to its bounds`, () => {
    accepted(key.replace('X', least));
    accepted(key.replace('X', most));
    refused(key.replace('X', beneath));
    refused(key.replace('X', above));
  });
}

test('parseConfig() holds the time of a warning and of the first retry below that of expiry', () => {
  accepted('queue: { retry: [1h], warnAfter: 1h59m, expire: 2h }');
  refused('queue: { retry: [1h], warnAfter: 2h, expire: 2h }');
  accepted('queue: { retry: [1h59m], warnAfter: 1h, expire: 2h }');
  assert.equal(accepted('queue: { expire: 4h }').queue.warnAfter, undefined);
  assert.equal(accepted('queue: { expire: 4h1ms }').queue.warnAfter, 4 * 3_600_000);
  refused('queue: { expire: 15m }');
  refused('queue: { retry: [2h], warnAfter: 1h, expire: 2h }');
});

test('parseConfig() takes public networks of a grant up to /24 and /48 without a word, and no wider ones', () => {
  const grant = (range: string): string => `relay: { allow: [{ name: a, from: ["${range}"] }] }`;
  const local = [
    '10.0.0.0/8',
    '127.0.0.0/8',
    '::1',
    'fd00::/8',
    'fc00::/7',
    'fe80::/10',
    '192.168.0.0/16',
    '172.16.0.0/12',
  ];
  for (const range of ['8.8.8.0/24', '2600:1:2::/48', '192.0.2.0/24', ...local]) accepted(grant(range));
  const wide = [
    '8.8.8.0/23',
    '10.0.0.0/7',
    '0.0.0.0/1',
    '192.0.0.0/2',
    '172.0.0.0/11',
    '100.0.0.0/9',
    '126.0.0.0/7',
  ];
  const wide6 = [
    '2600:1:2::/47',
    '2000::/3',
    '::/1',
    '2002::/16',
    '2001::/32',
    '64:ff9b::/32',
    'fc00::/6',
    '::/8',
  ];
  for (const range of [...wide, ...wide6]) {
    assert.match(refused(grant(range)), /is wider than \/(?:24|48) and not private/, range);
  }
});

test('parseConfig() takes a grant for an address of ours alone only when outsiders cannot reach it', () => {
  const grant = (address: string, more = ''): string =>
    `listeners: { a: { bind: ["0.0.0.0:25", "[::]:25"] } }\nrelay: { allow: [{ name: a, connectingTo: ["${address}"]${more} }] }`;
  for (const address of ['127.0.0.9', '10.1.0.5', '100.64.0.1', '::1', 'fd00::5']) accepted(grant(address));
  for (const address of ['8.8.8.8', '192.0.2.7', '2600::1', '10.0.0.0/7']) {
    assert.match(refused(grant(address)), /everybody who can reach .* can relay/, address);
    accepted(grant(address, ', authenticated: true'));
    accepted(grant(address, ', from: [10.0.0.0/8]'));
    const understood = `, iUnderstand: "everybody who can reach ${address} can relay"`;
    assert.match(refused(grant(address, understood)), /iUnderstand has no effect here/, address);
  }
});

test('what an error asks to be understood is what is taken', () => {
  const configurations = [
    'relay: { allow: [{ name: a, from: [8.0.0.0/8], UNDERSTAND }] }',
    'relay: { allow: [{ name: a, from: [8.0.0.0/8, "2600::/20", 9.0.0.0/10], UNDERSTAND }] }',
    'relay: { never: [{ name: a, from: ["::/0"], UNDERSTAND }] }',
    'listeners: { a: { bind: ["0.0.0.0:587", "[::]:587"], for: submission, tls: none, authWithoutTls: true, UNDERSTAND } }',
  ];
  for (const text of configurations) {
    const line = refused(text.replace(', UNDERSTAND', ''));
    const sentence = /add (iUnderstand: ".*")\.$/.exec(line)?.[1];
    assert.ok(sentence !== undefined, line);
    accepted(text.replace('UNDERSTAND', sentence));
  }
});

test('parseConfig() finds a closed policy when nothing is said, and when only something is forbidden', () => {
  const { never, allow } = accepted('').relay;
  assert.deepEqual([never, allow], [[], []]);
  assert.deepEqual(accepted('relay: { never: [{ name: a, from: [10.0.0.1] }] }').relay.allow, []);
});

test('parseConfig() lets an address of its own stand beside the wildcard of another listener', () => {
  accepted(
    'listeners: { all: { bind: ["0.0.0.0:25", "[::]:25"] }, one: { bind: ["10.1.0.5:25", "[fd00::5]:25"] } }',
  );
});

test('parseConfig() has a worker for each core but one, and at least one', () => {
  for (const [cores, workers] of [
    [1, 1],
    [2, 1],
    [8, 7],
  ] as const) {
    const reading = parseConfig(HEAD, 'f', { cores });
    assert.equal('config' in reading && reading.config.workers, workers);
  }
});

test('parseConfig() starts relative paths from the folder of the file', () => {
  const reading = parseConfig(`${HEAD}log: { file: ../log }`, 'etc/postern.yaml');
  assert.ok('config' in reading);
  assert.equal(reading.config.data, 'etc/data');
  assert.equal(reading.config.log.file, 'log');
});

test('parseConfig() tells what is wrong in several rules at once, and nothing that only follows', () => {
  const text = `routing:
  domains:
    - { domain: contoso.example, inbound: true }
    - { domain: "*", inbound: true }
    - { domain: contoso.example, alwaysRelay: true }
    - { domain: old.example, rewrite: nowhere.example }
relay:
  never:
    - { name: one, from: [10.0.0.1] }
  allow:
    - { name: two, from: [10.0.9.9/24] }
    - { name: ONE, from: [10.0.0.2] }
tests:
  - { from: 10.0.0.2, recipient: a@b.example, expect: relayed, by: two }
`;
  const lines = refused(text).split('\n');
  assert.deepEqual(
    lines.map((line) => line.split(': ')[0]),
    ['postern.yaml:5:17', 'postern.yaml:6:7', 'postern.yaml:12:27', 'postern.yaml:13:15'],
  );
});

test('parseConfig() gives at most 50 problems a line and counts the others', () => {
  const rules = (count: number): string =>
    `relay:\n  allow:\n${Array.from({ length: count }, (_, index) => `    - { name: r${index}, from: [x] }\n`).join('')}`;
  assert.equal(refused(rules(50)).split('\n').length, 50);
  const lines = refused(rules(51)).split('\n');
  assert.equal(lines.length, 51);
  assert.equal(lines.at(-1), 'and 1 more problem');
});

const FOLDERS = ['bad', 'good'].map((name) => join(import.meta.dirname, '../../test/config', name));
const SEEDS = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(folder, name), 'utf8')),
);

interface Mutation {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const PIECES = [
  ...`[ ] { } : , - ? * & ! | > ' " % @ \` # ~ . 0`.split(' '),
  '\n',
  '\t',
  ' ',
  '  ',
  '- ',
  ': ',
  'null',
  'true',
  '-1',
  '0.5',
  '1e99',
  '.nan',
  '[]',
  '{}',
  '::',
  '/0',
  '__proto__',
  '<<',
  '\u0000',
  '\uFFFD',
  '\uD83D',
];

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(2000),
  remove: fc.nat(8),
  insert: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })),
});

test('parseConfig() never throws, whatever is done to a configuration, and names the place of every problem', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SEEDS),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      (seed, mutations) => {
        let text = seed;
        for (const { at, remove, insert } of mutations) {
          const start = at % (text.length + 1);
          text = text.slice(0, start) + insert + text.slice(start + remove);
        }
        const reading = parseConfig(text, 'postern.yaml');
        if (!('problems' in reading)) return;
        const lines = text.split('\n').length;
        for (const { place, message } of reading.problems) {
          assert.ok(place.line >= 1 && place.line <= lines && place.column >= 1, JSON.stringify(place));
          assert.ok(message !== '' && !/undefined|\[object|NaN/.test(message.replace(/".*"/, '')), message);
        }
        formatProblems(reading.problems, { color: true });
      },
    ),
    { numRuns: 600 },
  );
});

test('parseConfig() never throws for values of any type at any key', () => {
  const value = fc.constantFrom(
    '',
    '~',
    '[]',
    '{}',
    '[[]]',
    '{ a: 1 }',
    '0',
    '-1',
    '1.5',
    'true',
    'x',
    '"*"',
    '[~]',
    '[1]',
    '[x]',
    '[{}]',
    '1e400',
    '.nan',
    '"\\0"',
  );
  const key = fc.constantFrom(...new Set(SEEDS.join('\n').match(/\b[a-zA-Z]+(?=:)/g) ?? []));
  fc.assert(
    fc.property(key, key, value, value, (outer, inner, one, other) => {
      parseConfig(`${HEAD}${outer}: { ${inner}: ${one} }\n`, 'f');
      parseConfig(`${HEAD}${outer}: [{ ${inner}: ${one}, x: ${other} }]\n`, 'f');
      parseConfig(`${HEAD}${outer}: ${one}\n${inner}: ${other}\n`, 'f');
      parseConfig(`${HEAD}relay: { allow: [{ name: ${one}, ${inner}: ${other} }] }\n`, 'f');
      parseConfig(`${HEAD}listeners: { ${outer}: { bind: ["127.0.0.1:25"], ${inner}: ${other} } }\n`, 'f');
    }),
    { numRuns: 120 },
  );
});
