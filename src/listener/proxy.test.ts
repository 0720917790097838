import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { parseCidr } from '../std/mod.ts';
import { MOST_WAITING } from './headerWait.ts';
import { plain, Probe, run, type Running } from './testing/kit.ts';

const PROXY = '127.0.0.9';
const LINE = 'PROXY TCP4 203.0.113.7 192.0.2.25 40001 25\r\n';
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const LOCAL = `${SIGNATURE}\x20\0\0\0`;
/** 203.0.113.7:40001 to 192.0.2.25:25. */
const BINARY = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007107c00002199c410019', 'hex');

type Options = Parameters<typeof run>[1];

function behindProxy(context: TestContext, options: Options = {}): Promise<Running> {
  const range = parseCidr(PROXY) ?? assert.fail();
  return run(context, { proxies: () => [range], ...options });
}

/** The fields of the events of this name. */
function fields({ told }: Running, name: string): unknown[] {
  return told.filter((event) => event[0] === name).map((event) => event[1]);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

for (const [version, header] of [
  ['1', Buffer.from(LINE)],
  ['2', BINARY],
] as const) {
  test(`Listener takes the client and our address from a header of version ${version}, split anywhere`, async (context) => {
    const site = await behindProxy(context);
    for (let split = 1; split <= header.length; split += 7) {
      const client = plain(site.port, PROXY);
      client.socket.write(header.subarray(0, split));
      if (split < header.length) await until(() => client.socket.bytesWritten === split);
      client.socket.write(Buffer.concat([header.subarray(split), Buffer.from('EHLO a.test\r\nQUIT\r\n')]));
      await client.until(() => client.closed);
      assert.match(client.text, /^220 [^]*250-mx[^]*221 /);
    }
    const opened = fields(site, 'session.opened');
    assert.ok(opened.length > 2);
    assert.deepEqual(opened[0], {
      session: 'T1',
      client: '203.0.113.7',
      listener: 'internet',
      local: '192.0.2.25',
    });
    assert.deepEqual(fields(site, 'proxy.announced')[0], {
      listener: 'internet',
      session: 'T1',
      client: '203.0.113.7',
      local: '192.0.2.25',
      proxy: PROXY,
    });
  });

  test(`Listener hands on to TLS what is behind a header of version ${version}`, async (context) => {
    const site = await behindProxy(context, { implicitTls: true });
    const socket = connect({ port: site.port, host: '127.0.0.1', localAddress: PROXY });
    socket.write(header);
    const client = new Probe(connectTls({ socket, rejectUnauthorized: false }));
    await client.has(/^220/);
    client.socket.write('QUIT\r\n');
    await client.until(() => client.closed);
    assert.deepEqual(
      fields(site, 'session.opened').map((each) => JSON.stringify(each).includes('203.0.113.7')),
      [true],
    );
  });
}

for (const [what, octets] of [
  ['LOCAL', LOCAL],
  ['UNKNOWN', 'PROXY UNKNOWN\r\n'],
  ['AF_UNIX', `${SIGNATURE}\x21\x31\0\xd8${'x'.repeat(216)}`],
] as const) {
  test(`Listener takes the addresses of the connection with ${what}`, async (context) => {
    const site = await behindProxy(context);
    const client = plain(site.port, PROXY);
    client.socket.write(octets, 'latin1');
    await client.has(/^220/);
    const [opened] = fields(site, 'session.opened');
    assert.deepEqual(opened, { session: 'T1', client: PROXY, listener: 'internet', local: '127.0.0.1' });
    assert.deepEqual(fields(site, 'proxy.announced'), []);
  });
}

for (const [reason, octets] of [
  ['absent', 'EHLO a.test\r\n'],
  ['absent', '\x16\x03\x01\x02'],
  ['malformed', 'PROXY TCP4 1 2 3 4\r\n'],
  ['malformed', `${SIGNATURE}\x11\x11\0\x0c`],
] as const) {
  test(`Listener ends a connection of a proxy without a word when its header is ${reason}: ${JSON.stringify(octets)}`, async (context) => {
    const site = await behindProxy(context);
    const client = plain(site.port, PROXY);
    client.socket.write(octets, 'latin1');
    await client.until(() => client.closed);
    assert.equal(client.text, '');
    const [refused] = fields(site, 'proxy.refused');
    assert.ok(typeof refused === 'object' && refused !== null && 'reason' in refused);
    assert.equal(refused.reason, reason);
    assert.equal(site.admission.total, 0);
  });
}

test('Listener ends a connection of a proxy whose header is late, and greets it not before', async (context) => {
  const site = await behindProxy(context);
  const client = plain(site.port, PROXY);
  client.socket.write('PROXY TCP4 ');
  await until(() => client.socket.bytesWritten > 0 && !client.socket.connecting);
  const honest = plain(site.port, PROXY);
  honest.socket.write(LINE);
  await honest.has(/^220/);
  site.advance(5_000);
  assert.equal(client.closed, false);
  site.advance(1);
  await client.until(() => client.closed);
  assert.equal(client.text, '');
  assert.deepEqual(fields(site, 'proxy.refused'), [
    { listener: 'internet', client: PROXY, reason: 'late', error: null },
  ]);
  assert.equal(honest.closed, false);
});

test(`Listener lets ${MOST_WAITING} connections of a proxy wait, and gives the place of the oldest to the next`, async (context) => {
  const site = await behindProxy(context);
  const stuck: Probe[] = [];
  for (let count = 0; count < MOST_WAITING; count += 1) {
    const client = plain(site.port, PROXY);
    stuck.push(client);
    await until(() => client.socket.readyState === 'open');
  }
  const honest = plain(site.port, PROXY);
  honest.socket.write(LINE);
  await honest.has(/^220/);
  await until(() => stuck.some(({ closed }) => closed));
  assert.equal(stuck.filter(({ closed }) => closed).length, 1);
  assert.equal(site.admission.total, 1, 'who waits for a header takes no place of a client');
  assert.equal(fields(site, 'proxy.refused').length, 1);
});

test('Listener counts the client behind the proxy against the limits, not the proxy', async (context) => {
  const site = await behindProxy(context, { limit: 1 });
  const from = (client: string): Probe => {
    const probe = plain(site.port, PROXY);
    probe.socket.write(LINE.replace('203.0.113.7', client));
    return probe;
  };
  const first = from('203.0.113.7');
  await first.has(/^220/);
  const again = from('203.0.113.7');
  await again.until(() => again.closed);
  assert.equal(again.text, '421 4.7.0 Too many connections\r\n');
  const other = from('203.0.113.8');
  await other.has(/^220/);
  first.socket.end('QUIT\r\n');
  await first.until(() => first.closed);
  await until(() => site.admission.total === 1);
});

for (const [what, header] of [
  ['version 1', LINE],
  ['version 2', BINARY.toString('latin1')],
] as const) {
  test(`Listener ends the connection of a stranger who sends a header of ${what}`, async (context) => {
    const site = await behindProxy(context);
    const client = plain(site.port);
    client.socket.write(`${header}EHLO a.test\r\n`, 'latin1');
    await client.until(() => client.closed);
    assert.doesNotMatch(client.text.replace(/^220 .*\r\n/, ''), /./, 'no reply but the greeting');
    const [refused] = fields(site, 'proxy.refused');
    assert.deepEqual(refused, { listener: 'internet', client: '127.0.0.1', reason: 'stranger', error: null });
  });

  test(`Listener ends the connection of a stranger who sends a header of ${what} before TLS`, async (context) => {
    const site = await behindProxy(context, { implicitTls: true });
    const client = plain(site.port);
    client.socket.write(header, 'latin1');
    await client.until(() => client.closed);
    assert.equal(client.text, '');
    assert.deepEqual(site.events.slice(1), ['proxy.refused']);
  });

  test(`Listener takes no second header of ${what} from a client behind a proxy`, async (context) => {
    const site = await behindProxy(context);
    const client = plain(site.port, PROXY);
    client.socket.write(`${LINE}${header}EHLO a.test\r\n`, 'latin1');
    await client.until(() => client.closed);
    assert.doesNotMatch(client.text, /250/);
    assert.equal(fields(site, 'proxy.refused').length, 1);
  });
}

test('Listener recognises a header of a stranger that comes octet by octet', async (context) => {
  const site = await behindProxy(context);
  const client = plain(site.port);
  await client.has(/^220/);
  for (const octet of 'PROXY ') {
    client.socket.write(octet);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await client.until(() => client.closed);
  assert.ok(site.events.includes('proxy.refused'));
});

test('Listener takes commands that only begin like a header', async (context) => {
  const { port } = await behindProxy(context);
  const client = plain(port);
  client.socket.write('PROXYS\r\n\r\nEHLO a.test\r\nQUIT\r\n');
  await client.until(() => client.closed);
  assert.match(client.text, /^220 [^]*500 [^]*250-mx[^]*221 /);
});
