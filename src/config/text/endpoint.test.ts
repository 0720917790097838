import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatHost } from '../../std/mod.ts';
import { formatEndpoint, parseBind, parseHost } from './endpoint.ts';
import { parseLmtp } from './lmtp.ts';
import { isTextProblem } from './problem.ts';

test('parseBind() reads addresses of both families', () => {
  for (const text of ['127.0.0.1:25', '0.0.0.0:65535', '[::]:1', '[2001:db8::1]:587']) {
    const endpoint = parseBind(text);
    assert.ok(!isTextProblem(endpoint), text);
    assert.equal(formatEndpoint(endpoint), text);
  }
  const mapped = parseBind('[::ffff:192.0.2.1]:25');
  assert.ok(!isTextProblem(mapped));
  assert.equal(formatEndpoint(mapped), '192.0.2.1:25');
});

test('parseBind() takes the ports 1 to 65535', () => {
  for (const port of ['1', '65535']) assert.ok(!isTextProblem(parseBind(`127.0.0.1:${port}`)), port);
  for (const port of ['', '0', '65536', '025', '25 ', '-1', '2.5', '0x19', '１']) {
    assert.ok(isTextProblem(parseBind(`127.0.0.1:${port}`)), port);
  }
});

test('parseBind() refuses what is no address', () => {
  for (const text of [
    '',
    ':',
    ':25',
    '*:25',
    'localhost:25',
    '::1:25',
    '2001:db8::1',
    '[127.0.0.1]:25',
    '[fe80::1%lo]:25',
    '127.1:25',
    '[::1]25',
  ]) {
    assert.ok(isTextProblem(parseBind(text)), text);
  }
});

test('parseHost() reads names and addresses', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['mail.example:25', 'mail.example:25'],
    ['MAIL.Example.:25', 'mail.example:25'],
    ['bücher.example:25', 'xn--bcher-kva.example:25'],
    ['dovecot:24', 'dovecot:24'],
    ['192.0.2.1:2525', '192.0.2.1:2525'],
    ['[2001:DB8::1]:25', '[2001:db8::1]:25'],
  ];
  for (const [text, expected] of cases) {
    const host = parseHost(text);
    assert.ok(!isTextProblem(host), text);
    assert.equal(formatHost(host), expected);
  }
});

test('parseHost() needs a port unless one is given for it', () => {
  assert.ok(isTextProblem(parseHost('mail.example')));
  assert.deepEqual(parseHost('192.0.2.53', { port: 53 }), { host: '192.0.2.53', port: 53 });
  assert.deepEqual(parseHost('2001:db8::53', { port: 53 }), { host: '2001:db8::53', port: 53 });
  assert.deepEqual(parseHost('[2001:db8::53]', { port: 53 }), { host: '2001:db8::53', port: 53 });
});

test('parseHost() takes no name where only an address may stand', () => {
  assert.ok(isTextProblem(parseHost('dns.example:53', { addressOnly: true })));
  assert.ok(!isTextProblem(parseHost('192.0.2.53:53', { addressOnly: true })));
});

test('parseHost() never throws, and what it takes it writes and reads again', () => {
  const piece = fc.constantFrom(
    'a',
    'mail',
    '.',
    ':',
    '[',
    ']',
    '25',
    '192.0.2.1',
    '::1',
    '%',
    '-',
    ' ',
    '_',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
        fc.string(),
      ),
      (text) => {
        const host = parseHost(text);
        if (!isTextProblem(host)) assert.deepEqual(parseHost(formatHost(host)), host);
        parseBind(text);
        parseLmtp(text);
      },
    ),
    { numRuns: 1000 },
  );
});

test('parseLmtp() takes a socket path of 107 octets and no longer one', () => {
  assert.deepEqual(parseLmtp('unix:/run/dovecot/lmtp'), { path: '/run/dovecot/lmtp' });
  const path = `/${'x'.repeat(106)}`;
  assert.deepEqual(parseLmtp(`unix:${path}`), { path });
  assert.ok(isTextProblem(parseLmtp(`unix:${path}x`)));
  assert.ok(isTextProblem(parseLmtp(`unix:/${'é'.repeat(54)}`)));
  assert.ok(isTextProblem(parseLmtp('unix:')));
});
