/** Clients that are refused by their address: 554 for a greeting, and then only QUIT (RFC 5321 3.1). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ranges } from '../policy/testing/mod.ts';
import { screenSource } from '../screen/testing/kit.ts';
import { Harness, SETTINGS } from './testing/harness.ts';

const clients = {
  ...screenSource().clients,
  refuse: ranges('127.0.2.0/24'),
  accept: ranges('127.0.2.5'),
};

const barred = (world: ConstructorParameters<typeof Harness>[0] = {}): Harness =>
  new Harness({ client: '127.0.2.9', screen: { clients }, ...world });

test('a client that is listed is greeted with 554, and the narrower range wins', () => {
  assert.deepEqual(barred().replies(), ['554 5.7.1 Connections from your address are not accepted']);
  assert.deepEqual(barred({ client: '127.0.2.5' }).replies(), ['220 mx.inbound.test ESMTP Postern']);
  assert.deepEqual(barred({ client: '127.0.3.1' }).replies(), ['220 mx.inbound.test ESMTP Postern']);
});

test('a client that is listed can only say QUIT', async () => {
  const harness = barred();
  await harness.send(
    'EHLO x.test\r\nMAIL FROM:<a@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\nAUTH PLAIN\r\nSTARTTLS\r\nRSET\r\nXYZ\r\n\r\nQUIT\r\n',
  );
  assert.equal(harness.codes(), `554,${'503,'.repeat(9)}221`);
  assert.equal(harness.ended, true);
  assert.equal(harness.tlsAsked, 0);
  const told = harness.events.map(({ name }) => name);
  assert.equal(told.filter((name) => name === 'client.refused').length, 1);
});

test('a client that is listed does not stay: errors end its session, and so does a minute', async () => {
  const settings = { ...SETTINGS, limits: { ...SETTINGS.limits, errors: 3, softErrors: 3 } };
  const busy = barred({ settings });
  await busy.send('NOOP\r\n'.repeat(10));
  assert.equal(busy.codes(), '554,503,503,503,421');
  assert.equal(busy.ended, true);
  const silent = barred();
  silent.session.expire(silent.now + 60_000);
  assert.equal(silent.ended, false);
  silent.session.expire(silent.now + 60_001);
  assert.equal(silent.codes(), '554,421');
});

test('a client that XCLIENT names is looked up like one that connects', async () => {
  const settings = { ...SETTINGS, mayXclient: () => true };
  const harness = new Harness({ settings, screen: { clients } });
  await harness.send('EHLO proxy.test\r\nXCLIENT ADDR=127.0.2.9\r\n');
  assert.equal(harness.codes(), '220,250,554');
  await harness.send('EHLO a.test\r\n');
  assert.equal(harness.codes(), '503');
});
