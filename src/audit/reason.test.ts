import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { whyBroken, whyDeaf, whyUnknown, whyUnreachable } from './reason.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

/** The codes of each function, and one that none knows. */
const CODES = {
  unreachable: [
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ETIMEDOUT',
    'ECONNRESET',
    'EADDRNOTAVAIL',
    'EPERM',
  ],
  broken: ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'],
  unknown: ['ENOTFOUND', 'ENODATA', 'EAI_AGAIN'],
  deaf: ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'],
} as const;
const END = { address: '192.0.2.1', port: 25 };

test('whyUnreachable(), whyBroken(), whyUnknown() and whyDeaf() show no code of the system that they know', () => {
  const texts = [
    ...CODES.unreachable.map((code) => whyUnreachable(systemError(code), END)),
    ...CODES.broken.map((code) => whyBroken(systemError(code))),
    ...CODES.unknown.map((code) => whyUnknown(systemError(code), 'mx.outside.test')),
    ...CODES.deaf.map((code) => whyDeaf(systemError(code))),
  ];
  for (const text of texts) assert.doesNotMatch(text, /\bE[A-Z]{4,}\b/);
});

test('whyUnreachable() names the server, or the address of ours that is none', () => {
  assert.equal(whyUnreachable(systemError('ECONNREFUSED'), END), 'nobody listens at 192.0.2.1 port 25');
  assert.equal(
    whyUnreachable(systemError('EADDRNOTAVAIL'), { ...END, from: '192.0.2.7' }),
    '192.0.2.7 is not an address of this machine',
  );
  assert.equal(
    whyUnreachable(new Error('odd'), END),
    'no connection to 192.0.2.1 port 25: odd',
    'what is not known is told as it is',
  );
});

test('whyUnreachable() knows what the system says of a port where nobody listens', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  assert.ok(bound !== null && typeof bound === 'object');
  server.close();
  await once(server, 'close');
  const [error]: unknown[] = await once(connect(bound.port, '127.0.0.1'), 'error');
  assert.equal(whyUnreachable(error, bound), `nobody listens at 127.0.0.1 port ${bound.port}`);
});
