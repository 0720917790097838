import assert from 'node:assert/strict';
import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect } from 'node:net';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { SETTINGS } from '../session/testing/services.ts';
import { plain, Probe, run, type Running } from './testing/kit.ts';

const ENVELOPE = 'EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A client that has said STARTTLS and been told to go ahead. */
async function atHandshake({ port }: Running): Promise<Probe> {
  const client = plain(port);
  await client.has(/^220/);
  client.socket.write('EHLO a.test\r\nSTARTTLS\r\n');
  await client.has(/^220 2\.0\.0/m);
  return client;
}

async function inTls(site: Running): Promise<{ readonly under: Probe; readonly secure: Probe }> {
  const under = await atHandshake(site);
  under.socket.removeAllListeners();
  const secure = new Probe(connectTls({ socket: under.socket, rejectUnauthorized: false }));
  return { under, secure };
}

test('Connection ends a handshake that stands still at its deadline, and earlier under stress', async (context) => {
  const site = await run(context);
  const patient = await atHandshake(site);
  site.advance(60_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(patient.closed, false);
  site.advance(1);
  await patient.until(() => patient.closed);

  const hasty = await atHandshake(site);
  site.advance(5_001);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(hasty.closed, false);
  site.stress.observe({ slots: 1, memory: 0 });
  site.advance(0);
  await hasty.until(() => hasty.closed);
  const failures = site.told.filter(([name]) => name === 'tls.failed');
  assert.equal(failures.length, 2);
  assert.deepEqual(failures[1]?.[1], {
    listener: 'internet',
    session: 'T2',
    client: '127.0.0.1',
    error: 'it took too long',
  });
});

test('Connection of an idle client ends at once when stress shortens its time, and lasts again afterwards', async (context) => {
  const site = await run(context);
  const idle = plain(site.port);
  await idle.has(/^220/);
  site.advance(61_000);
  site.stress.observe({ slots: 0.8, memory: 0 });
  site.advance(0);
  await idle.until(() => idle.closed);
  assert.match(idle.text, /421 4\.4\.2/);
  site.stress.observe({ slots: 0.5, memory: 0 });
  const next = plain(site.port);
  await next.has(/^220/);
  site.advance(61_000);
  next.socket.write('NOOP\r\n');
  await next.has(/^250/m);
});

test('Connection tells each failed handshake once, and frees its place', async (context) => {
  const site = await run(context);
  const rubbish = await atHandshake(site);
  rubbish.socket.write('this is no TLS\r\n');
  await rubbish.until(() => rubbish.closed);
  const leaving = await atHandshake(site);
  leaving.socket.end();
  await leaving.until(() => leaving.closed);
  await until(() => site.admission.total === 0);
  assert.equal(site.events.filter((name) => name === 'tls.failed').length, 2);
});

test('Connection stops reading from a client that does not read, and reaps it', async (context) => {
  const limits = { ...SETTINGS.limits, junkCommands: 1_000_000_000 };
  const site = await run(context, { settings: () => ({ ...SETTINGS, limits }) });
  const client = plain(site.port);
  await client.has(/^220/);
  client.socket.pause();
  const commands = 'VRFY bob@inbound.test\r\n'.repeat(20_000);
  for (let count = 0; count < 40; count += 1) client.socket.write(commands);
  let unsent = -1;
  for (let same = 0; same < 1_000; same += 1) {
    if (client.socket.writableLength !== unsent) same = 0;
    unsent = client.socket.writableLength;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(unsent > 1_000_000, 'most of it waits with the client');
  site.advance(300_001);
  assert.ok(site.events.includes('session.closed'));
  assert.equal(site.admission.total, 1, 'it may take the last reply');
  site.advance(10_001);
  await until(() => site.admission.total === 0);
});

test('Connection of a client that never closes its side ends after a while, and sooner under stress', async (context) => {
  const site = await run(context);
  for (const [slots, patience] of [
    [0, 10_000],
    [1, 2_000],
  ] as const) {
    site.stress.observe({ slots, memory: 0 });
    const client = new Probe(connect({ port: site.port, host: '127.0.0.1', allowHalfOpen: true }));
    client.socket.write('QUIT\r\n');
    await client.has(/^221/m);
    site.advance(patience);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(site.admission.total, 1);
    site.advance(1);
    await until(() => site.admission.total === 0);
    client.socket.destroy();
  }
});

test('Connection whose TLS is closed in the midst of DATA never goes on in clear text', async (context) => {
  const site = await run(context);
  const raw = connect({ port: site.port, host: '127.0.0.1' });
  const [near, far] = duplexPair();
  let inClear = '';
  let isOver = false;
  far.on('data', (chunk: Buffer) => raw.write(chunk));
  raw.write('EHLO a.test\r\nSTARTTLS\r\n');
  for (let text = ''; !text.includes('220 2.0.0');) text += String((await once(raw, 'data'))[0]);
  raw.on('data', (chunk: Buffer) => (isOver ? (inClear += chunk.toString('latin1')) : far.write(chunk)));
  const secure = new Probe(connectTls({ socket: near, rejectUnauthorized: false }));
  secure.socket.write(ENVELOPE);
  await secure.has(/^354/m);
  secure.socket.write('in the midst\r\n');
  secure.socket.end(); // close_notify
  await once(far, 'end');
  isOver = true;
  raw.write('.\r\nMAIL FROM:<>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n', () => undefined);
  await until(() => site.admission.total === 0);
  assert.equal(site.kept.messages.length, 0);
  assert.doesNotMatch(inClear, /[245]\d\d[ -]/);
  assert.equal(site.events.filter((name) => name === 'session.closed').length, 1);
  raw.destroy();
});

test('Connection that is cut off under TLS in the midst of DATA keeps nothing', async (context) => {
  const site = await run(context);
  const { under, secure } = await inTls(site);
  secure.socket.write(ENVELOPE);
  await secure.has(/^354/m);
  secure.socket.write('in the midst\r\n.\r');
  under.socket.resetAndDestroy();
  await until(() => site.admission.total === 0);
  assert.equal(site.kept.messages.length, 0);
});
