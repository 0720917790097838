/** How long a client may take, how many errors and empty commands it may make: every limit at n and n+1. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { ListenerSettings } from './mod.ts';
import { Harness, SETTINGS } from './testing/harness.ts';
import type { World } from './testing/services.ts';

const OPEN = 'EHLO a.test\r\nMAIL FROM:<a@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n';
const MESSAGE = 'From: a@outside.test\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\nx\r\n';
const AUTH = `AUTH PLAIN ${Buffer.from('\0alice@inbound.test\0secret').toString('base64')}\r\n`;

function listener(changes: Partial<ListenerSettings>): Partial<World> {
  return { settings: { ...SETTINGS, ...changes } };
}

function limited(limits: Partial<ListenerSettings['limits']>): Partial<World> {
  return listener({ limits: { ...SETTINGS.limits, ...limits } });
}

/** Lets time go by in which the client does nothing, and looks whether that was too long. */
function wait(client: Harness, ms: number): string {
  client.now += ms;
  client.session.expire(client.now);
  return client.codes();
}

test('a client that waits for a delayed greeting is greeted after it, and not before', async () => {
  const client = new Harness(listener({ greetingDelay: 2000 }));
  await client.advance(1999);
  assert.equal(client.codes(), '');
  await client.advance(1);
  assert.equal(client.codes(), '220');
  await client.send('EHLO a.test\r\n');
  assert.equal(client.codes(), '250');
  assert.equal(client.timers, 0);
});

test('a client that speaks before the greeting is turned away, and nothing that it sent is looked at', async () => {
  const client = new Harness(listener({ greetingDelay: 2000 }));
  await client.advance(1999);
  await client.send(`${OPEN}x\r\n.\r\n`);
  assert.deepEqual(client.replies(), ['554 5.5.1 You spoke before the greeting']);
  assert.ok(client.ended);
  assert.equal(client.timers, 0);
  assert.deepEqual(client.events.find(({ name }) => name === 'session.earlyTalker')?.fields, {
    session: 'T1',
    client: '127.0.0.66',
    listener: 'internet',
    octets: OPEN.length + 6,
  });
  await client.advance(10_000);
  assert.equal(client.output, '');
});

test('a client that is gone before the greeting leaves no timer', () => {
  const client = new Harness(listener({ greetingDelay: 2000 }));
  client.session.closed('reset');
  assert.equal(client.timers, 0);
});

test('errors past the soft limit are answered later and later, and so is what comes behind them', async () => {
  const client = new Harness(limited({ softErrors: 2, errors: 10 }));
  client.codes();
  await client.send('FOO\r\nFOO\r\nFOO\r\nNOOP\r\nFOO\r\nNOOP\r\n');
  assert.equal(client.codes(), '', 'the third error holds what is said with it');
  await client.advance(999);
  assert.equal(client.codes(), '');
  await client.advance(1);
  assert.equal(client.codes(), '500,500,500');
  await client.advance(1999);
  assert.equal(client.codes(), '');
  await client.advance(1);
  assert.equal(client.codes(), '250,500,250');
});

test('up to the soft limit no error waits', async () => {
  const client = new Harness(limited({ softErrors: 2 }));
  await client.send('FOO\r\nFOO\r\n');
  assert.equal(client.codes(), '220,500,500');
  await client.send('FOO\r\n');
  assert.equal(client.codes(), '');
  assert.equal(client.timers, 1);
});

test('a refused recipient past the soft limit waits like any other error', async () => {
  const client = new Harness(limited({ softErrors: 0 }));
  client.codes();
  await client.send('EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<v@outside.test>\r\nRSET\r\n');
  assert.equal(client.codes(), '');
  await client.advance(1000);
  assert.equal(client.codes(), '250,250,550,250');
});

test('a delayed reply ends with the session: no timer stays, and a drain does not wait for it', async () => {
  const gone = new Harness(limited({ softErrors: 0 }));
  await gone.send('FOO\r\n');
  gone.session.closed('reset');
  await gone.settle();
  assert.equal(gone.timers, 0);
  const drained = new Harness(limited({ softErrors: 0 }));
  await drained.send('FOO\r\n');
  drained.session.drain();
  await drained.settle();
  assert.equal(drained.codes(), '220,500,421');
  assert.equal(drained.timers, 0);
});

test('commands that bring no message nearer are counted between messages, and 421 follows the last', async () => {
  const junk = 'NOOP\r\nRSET\r\nVRFY x\r\nHELP\r\n';
  const client = new Harness(limited({ junkCommands: 5 }));
  await client.send(`EHLO a.test\r\n${junk}`);
  assert.equal(client.codes(), '220,250,250,250,252,214');
  await client.send(`${OPEN.slice(OPEN.indexOf('MAIL'))}${MESSAGE}.\r\n${junk}NOOP\r\n`);
  assert.equal(client.codes(), '250,250,354,250,250,250,252,214,250');
  await client.send('NOOP\r\n');
  assert.deepEqual(client.replies(), ['421 4.7.0 Too many commands without a message']);
  assert.ok(client.ended);
});

test('a transaction that is begun and dropped again and again is no message', async () => {
  const client = new Harness(limited({ junkCommands: 5 }));
  await client.send(`EHLO a.test\r\n${'MAIL FROM:<>\r\nRSET\r\n'.repeat(10)}`);
  assert.equal(client.codes(), `220,250,${'250,250,'.repeat(4)}250,421`);
});

test('a command must come whole in its time: a trickle of its octets does not extend it', async () => {
  const client = new Harness();
  client.codes();
  await client.send('N');
  assert.equal(wait(client, 200_000), '');
  await client.send('O');
  assert.equal(wait(client, 100_000), '');
  await client.send('O');
  assert.equal(wait(client, 1), '421');
  assert.ok(client.ended);
});

test('of content every block has its own time', async () => {
  const client = new Harness();
  await client.send(OPEN);
  client.codes();
  for (let block = 0; block < 5; block += 1) {
    assert.equal(wait(client, 180_000), '');
    await client.send('x');
  }
  assert.equal(wait(client, 180_001), '421');
});

test('content slower than the minimum rate ends the session, in DATA, in a chunk and in one that is dropped', async () => {
  const world = limited({ minimumRate: 64 });
  const window = SETTINGS.timeouts.data;
  const enough = (64 * window) / 1000;
  for (const begin of [
    OPEN,
    `${OPEN.slice(0, OPEN.indexOf('DATA'))}BDAT 900000\r\n`,
    `EHLO a.test\r\nBDAT 900000\r\n`,
  ]) {
    for (const [octets, code] of [
      [enough, ''],
      [enough - 1, '421'],
    ] as const) {
      const client = new Harness(world);
      await client.send(begin);
      client.codes();
      await client.send('y'.repeat(octets - 1));
      assert.equal(wait(client, window - 1), '');
      await client.send('y');
      assert.equal(wait(client, 1), code, begin);
      assert.deepEqual(client.leaks, []);
    }
  }
});

test('the age of a connection before TLS, before AUTH and in all, to the millisecond', async () => {
  const required = listener({ purpose: 'submission', auth: 'required', authWithoutTls: false });
  const { beforeTls, beforeAuth, session } = SETTINGS.timeouts;
  const plain = new Harness(required);
  plain.codes();
  assert.equal(wait(plain, beforeTls), '');
  assert.equal(wait(plain, 1), '421');
  const secured = new Harness(required);
  secured.session.secured({ protocol: 'TLSv1.3', cipher: 'x' });
  secured.codes();
  assert.equal(wait(secured, beforeAuth), '');
  assert.equal(wait(secured, 1), '421');
  const known = new Harness(required);
  known.session.secured({ protocol: 'TLSv1.3', cipher: 'x' });
  await known.send(`EHLO a.test\r\n${AUTH}`);
  known.codes();
  for (let at = 0; at < session; at += 200_000) {
    assert.equal(wait(known, 200_000), '');
    await known.send('NOOP\r\n');
    assert.equal(known.codes(), '250');
  }
});

test('the age of a session counts in the middle of everything', async () => {
  const age = 100_000;
  const world = listener({ timeouts: { ...SETTINGS.timeouts, session: age } });
  for (const begin of [
    'EHLO a.test\r\n',
    OPEN,
    `${OPEN.slice(0, OPEN.indexOf('DATA'))}BDAT 10\r\nx`,
    `EHLO a.test\r\nBDAT 10\r\nx`,
    'EHLO a.test\r\nAUTH LOGIN\r\n',
  ]) {
    const client = new Harness({ ...world, inlineLimit: 0 });
    await client.send(begin);
    client.codes();
    assert.equal(wait(client, age), '');
    assert.equal(wait(client, 1), '421', begin);
    await client.settle();
    assert.deepEqual(client.leaks, []);
  }
});

test('a message that is being stored, and a password that is being verified, get their reply before the session is too old', async () => {
  const age = 100_000;
  const settings = { ...SETTINGS, timeouts: { ...SETTINGS.timeouts, session: age } };
  let stored: (result: 'stored') => void = () => undefined;
  const storing = new Harness({ settings, store: () => new Promise((resolve) => (stored = resolve)) });
  await storing.send(`${OPEN}${MESSAGE}.\r\nNOOP\r\n`);
  storing.codes();
  assert.equal(wait(storing, age + 1), '');
  stored('stored');
  await storing.settle();
  assert.equal(storing.codes(), '250,421');
  let verified: (result: 'rejected') => void = () => undefined;
  const verifying = new Harness({ settings, verify: () => new Promise((resolve) => (verified = resolve)) });
  await verifying.send(`EHLO a.test\r\n${AUTH}NOOP\r\n`);
  verifying.codes();
  assert.equal(wait(verifying, age + 1), '');
  verified('rejected');
  await verifying.settle();
  assert.equal(verifying.codes(), '535,421');
});
