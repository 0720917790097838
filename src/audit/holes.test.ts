/** Every hole of a broken server is found, by the probes that look for it and by no other. */
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { testSecureContext } from '../deliver/testing/mod.ts';
import { auditOf, probesThat, waysThat } from './testing/audit.ts';
import { startBroken, type Hole } from './testing/brokenServer.ts';
import type { WayId } from './types.ts';

const INBOUND = 'test@broken.test';
const HOMES = ['domain', 'host', 'literal', 'localhost'];

function atHomes(form: string, ...more: readonly string[]): readonly string[] {
  return [...HOMES.map((home) => `${form}-${home}`), ...more];
}

function fromLocal(form: string): readonly string[] {
  return [`${form}-domain-local-sender`, `${form}-literal-local-sender`];
}

/** Hole and all the probes that get through it. */
const FOUND: readonly (readonly [Hole, readonly string[]])[] = [
  ['percent', [...atHomes('percent'), ...atHomes('percent-twice'), ...fromLocal('percent'), 'batv-percent']],
  ['bang', [...atHomes('bang'), ...atHomes('bang-long'), ...fromLocal('bang')]],
  ['quoted', [...atHomes('quoted-at'), ...fromLocal('quoted-at'), 'imcea-quoted', 'imcea-quoted-dash']],
  ['twoAt', [...atHomes('two-at'), ...atHomes('escaped-at'), 'foreign-nul']],
  [
    'sourceRoute',
    [
      'foreign-source-route',
      'foreign-source-route-host',
      'foreign-source-route-literal',
      'foreign-source-route-localhost',
      'foreign-source-route-two',
    ],
  ],
  ['encapsulated', ['imcea-domain', 'imcea-host', 'imcea-literal', 'imcea-lower']],
  ['srs', ['srs0', 'srs0-plus']],
  ['localSender', ['sender-domain', 'sender-domain-upper', 'sender-known', 'sender-srs', 'after-mail-twice']],
  ['nullSender', ['sender-null']],
  // Each of these ends in the text of our domain.
  ['suffix', ['foreign-suffix', 'foreign-space-inside', 'wide-stop', 'percent-twice-bare']],
  ['secondRecipient', ['after-known', 'after-two-known']],
  ['carriedOver', ['after-known', 'after-two-known', 'after-known-rset', 'after-ehlo']],
  [
    'failedLogin',
    [
      'login-failed',
      'login-empty',
      'login-no-password',
      'login-guest',
      'login-login-empty',
      'login-login-guest',
    ],
  ],
  [
    'emptyPassword',
    ['login-empty', 'login-no-password', 'login-guest', 'login-login-empty', 'login-login-guest'],
  ],
  ['heloName', ['ehlo-host', 'helo-host']],
  ['injection', ['starttls-injection']],
  ['xclient', ['xclient', 'xclient-login']],
  ['proxyHeader', ['proxy-header']],
  ['lfLf', ['smuggle-lf-lf', 'smuggle-crlf-lf']],
  ['turn', ['turn']],
];

for (const [hole, probes] of FOUND) {
  test(`runAudit() finds the hole ${hole}, and only that`, async () => {
    await using server = await startBroken({ holes: [hole], tls: true });
    const report = await auditOf({ port: server.port, inbound: INBOUND, ways: ['ehlo', 'ehlo-fresh'] });
    assert.equal(report.verdict, 'accepts');
    assert.deepEqual(probesThat('accepts', report.results), [...probes].sort());
    assert.deepEqual(probesThat('relays', report.results), []);
  });
}

const WAYS: readonly (readonly [Hole, readonly WayId[], readonly WayId[]])[] = [
  ['helo', ['ehlo', 'helo', 'helo-fresh'], ['helo', 'helo-fresh']],
  ['starttls', ['ehlo', 'tls-ehlo', 'tls-helo'], ['tls-ehlo', 'tls-helo']],
];

for (const [hole, tried, found] of WAYS) {
  test(`runAudit() finds the hole ${hole} in the ways where it is`, async () => {
    await using server = await startBroken({ holes: [hole], tls: true });
    const report = await auditOf({ port: server.port, ways: tried });
    assert.deepEqual(waysThat('accepts', report.results), [...found].sort());
    const plain = report.results.filter(
      ({ probe, verdict }) => probe.id === 'plain' && verdict === 'accepts',
    );
    assert.deepEqual(plain.map(({ way }) => way).sort(), [...found].sort());
  });
}

test('runAudit() calls a server without holes closed, in every way, with one connection at a time', async () => {
  await using server = await startBroken({ holes: [], tls: true });
  const report = await auditOf({ port: server.port, inbound: INBOUND });
  assert.equal(report.verdict, 'closed');
  assert.deepEqual(report.ways.length, 8);
  assert.ok(report.results.length > 1000, String(report.results.length));
  assert.deepEqual(new Set(report.results.map(({ verdict }) => verdict)), new Set(['refuses']));
  assert.equal(server.connections.most, 1);
  assert.equal(report.control?.accepted, true);
  // Nothing but what hides a second message was sent, and that to the recipient that takes it.
  assert.equal(
    server.messages.length,
    report.results.filter(({ probe }) => probe.kind === 'smuggling').length,
  );
});

test('runAudit() sends no message without --inbound and --sink', async () => {
  await using server = await startBroken({ holes: ['open'] });
  const report = await auditOf({ port: server.port, ways: ['ehlo', 'helo-fresh'] });
  assert.equal(report.verdict, 'accepts');
  assert.deepEqual(server.messages, []);
  assert.equal(
    server.lines.some((line) => line.toUpperCase() === 'DATA'),
    true,
    'there is a probe with DATA too soon',
  );
});

test('runAudit() cannot tell by the reply where any local part is accepted, and says so', async () => {
  await using server = await startBroken({ holes: ['catchAll'] });
  const report = await auditOf({ port: server.port, ways: ['ehlo'] });
  assert.equal(report.verdict, 'cannotTell');
  const percent = report.results.find(({ probe }) => probe.id === 'percent-domain');
  assert.equal(percent?.verdict, 'cannotTell');
  assert.match(percent?.reason ?? '', /it accepts any local part for broken\.test/);
  assert.equal(report.results.find(({ probe }) => probe.id === 'plain')?.verdict, 'refuses');
});

test('runAudit() cannot tell where everything is put off', async () => {
  await using server = await startBroken({ holes: ['putsOff'] });
  const report = await auditOf({ port: server.port, ways: ['ehlo'] });
  assert.equal(report.verdict, 'cannotTell');
  assert.match(report.results[0]?.reason ?? '', /450 4\.7\.0 Greylisted/);
});

test('runAudit() cannot tell when even the recipient of --inbound is refused', async () => {
  await using server = await startBroken({ holes: [] });
  const report = await auditOf({ port: server.port, ways: ['ehlo'], inbound: 'nosuch@broken.test' });
  assert.equal(report.verdict, 'cannotTell');
  assert.equal(report.control?.accepted, false);
});

test('runAudit() leaves out what a server without STARTTLS cannot be asked, and says so', async () => {
  await using server = await startBroken({ holes: [] });
  const report = await auditOf({ port: server.port, ways: ['ehlo-fresh', 'tls-ehlo'] });
  assert.deepEqual(report.ways, ['ehlo-fresh']);
  assert.ok(report.skipped.some(({ what, reason }) => what === 'over TLS' && reason.includes('STARTTLS')));
  assert.ok(report.skipped.some(({ what }) => what === 'starttls-injection'));
  assert.equal(report.verdict, 'closed');
});

test('runAudit() begins with TLS where the port does', async () => {
  await using server = await startBroken({ holes: ['nullSender'] });
  const front = createServer((outer) => {
    const socket = new TLSSocket(outer, { isServer: true, secureContext: testSecureContext() });
    const inner = connect({ port: server.port, host: '127.0.0.1' });
    socket.on('error', () => inner.destroy()).on('close', () => inner.destroy());
    inner.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.pipe(inner).pipe(socket);
  });
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', resolve);
  });
  const address = front.address();
  assert.ok(address !== null && typeof address === 'object');
  const report = await auditOf({
    port: address.port,
    implicitTls: true,
    ways: ['ehlo', 'tls-ehlo', 'tls-helo-fresh'],
  });
  front.close();
  assert.deepEqual(report.ways, ['tls-ehlo', 'tls-helo-fresh']);
  assert.deepEqual(probesThat('accepts', report.results), ['sender-null']);
  assert.deepEqual(waysThat('accepts', report.results), ['tls-ehlo', 'tls-helo-fresh']);
  // The same port in clear text answers nothing that is SMTP.
  const clear = await auditOf({ port: server.port, implicitTls: true, limits: { connectMs: 500 } });
  assert.equal(clear.verdict, 'unreachable');
});

test('runAudit() forgets what a server said in clear text behind its reply to STARTTLS', async () => {
  await using server = await startBroken({ holes: ['talksBeforeTls'], tls: true });
  const report = await auditOf({ port: server.port, ways: ['tls-ehlo'] });
  assert.equal(report.verdict, 'closed');
});

test('runAudit() goes on with a login only while it is asked to', async () => {
  await using server = await startBroken({ holes: ['refusesAuth'] });
  const report = await auditOf({ port: server.port, ways: ['ehlo'] });
  assert.equal(report.verdict, 'closed');
  assert.ok(server.lines.includes('AUTH LOGIN'));
  // An empty answer, a name, or a cancellation would be taken for commands.
  for (const line of ['', 'Z3Vlc3Q=', '*']) assert.equal(server.lines.includes(line), false, line);
});

test('runAudit() keeps the dialogue as evidence', async () => {
  await using server = await startBroken({ holes: ['nullSender'] });
  const report = await auditOf({ port: server.port, ways: ['ehlo'] });
  const found = report.results.find(({ verdict }) => verdict === 'accepts');
  assert.deepEqual(found?.dialogue.slice(-4), [
    { by: 'us', text: 'MAIL FROM:<>' },
    { by: 'server', text: '250 2.1.0 Ok' },
    { by: 'us', text: 'RCPT TO:<victim@outside.test>' },
    { by: 'server', text: '250 2.1.5 Ok' },
  ]);
  assert.equal(found?.dialogue[0]?.text, '220 mx.broken.test ESMTP');
  // The probes before it in the same connection are not part of it.
  assert.equal(found?.dialogue.filter(({ text }) => text.startsWith('MAIL')).length, 1);
});

test('runAudit() keeps to the rate it was given', async () => {
  await using server = await startBroken({ holes: [] });
  const began = performance.now();
  const limits = { commandsPerSecond: 200, mostCommands: 60 };
  const report = await auditOf({ port: server.port, ways: ['ehlo'], limits });
  // 60 turns, of which the first waits for nothing.
  assert.ok(performance.now() - began >= 59 * 5 - 5);
  assert.equal(report.verdict, 'cannotTell');
  assert.match(report.halted ?? '', /number of commands/);
  assert.ok(server.lines.length <= 60);
});

test('runAudit() stops when it is interrupted', async () => {
  await using server = await startBroken({ holes: [] });
  const controller = new AbortController();
  const progress = (done: number): void => {
    if (done === 7) controller.abort();
  };
  const report = await auditOf({ port: server.port, system: { signal: controller.signal, progress } });
  assert.equal(report.interrupted, true);
  assert.equal(report.results.length, 7);
});
