import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { freePort, plain, Probe, run } from './testing/kit.ts';

const ENVELOPE = 'EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n';

test('Listener takes a message in clear text', async (context) => {
  const { port, kept } = await run(context);
  const client = plain(port);
  await client.has(/^220 mx\.inbound\.test ESMTP/);
  client.socket.write(ENVELOPE);
  await client.has(/^354/m);
  client.socket.write('From: a@b.test\r\n\r\nx\r\n.\r\nQUIT\r\n');
  await client.until(() => client.closed);
  assert.match(client.text, /250 2\.0\.0 Queued as ID1\r\n221 /);
  assert.equal(kept.messages[0]?.origin.client, '127.0.0.1');
});

test('Listener answers a client that closed its side right after the dot', async (context) => {
  const { port } = await run(context);
  const client = plain(port);
  await client.has(/^220/);
  client.socket.write(ENVELOPE);
  await client.has(/^354/m);
  client.socket.end('From: a@b.test\r\n\r\nx\r\n.\r\n');
  await client.until(() => client.closed);
  assert.match(client.text, /250 2\.0\.0 Queued as ID1\r\n$/);
});

test('Listener takes a connection into TLS by STARTTLS and goes on there', async (context) => {
  const { port, kept } = await run(context);
  const client = plain(port);
  await client.has(/^220/);
  client.socket.write('EHLO a.test\r\nSTARTTLS\r\n');
  await client.has(/^220 2\.0\.0/m);
  client.socket.removeAllListeners();
  const secure = new Probe(connectTls({ socket: client.socket, rejectUnauthorized: false }));
  secure.socket.write(ENVELOPE);
  await secure.has(/^354/m);
  assert.doesNotMatch(secure.text, /STARTTLS/);
  secure.socket.write('From: a@b.test\r\n\r\nx\r\n.\r\nQUIT\r\n');
  await secure.until(() => secure.closed);
  assert.match(kept.content(0), /with ESMTPS id ID1\r\n\t\(TLSv1\.3 TLS_/);
});

test('Listener does not execute in TLS what was sent behind STARTTLS in clear text', async (context) => {
  const { port, events } = await run(context);
  const client = plain(port);
  await client.has(/^220/);
  client.socket.write('EHLO a.test\r\nSTARTTLS\r\nNOOP\r\nNOOP\r\n');
  await client.has(/^220 2\.0\.0/m);
  client.socket.removeAllListeners();
  const secure = new Probe(connectTls({ socket: client.socket, rejectUnauthorized: false }));
  secure.socket.write('EHLO b.test\r\nQUIT\r\n');
  await secure.until(() => secure.closed);
  assert.match(secure.text, /^250-mx\.inbound\.test\r\n/);
  assert.equal(secure.text.match(/^2\d\d /gm)?.length, 2);
  assert.ok(events.includes('session.injection'));
});

test('Listener speaks TLS from the first octet where it is implicit', async (context) => {
  const { port } = await run(context, { implicitTls: true });
  const client = new Probe(connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }));
  await client.has(/^220/);
  client.socket.write('EHLO a.test\r\nQUIT\r\n');
  await client.until(() => client.closed);
  assert.doesNotMatch(client.text, /STARTTLS/);
});

test('Listener never goes on in clear text when a handshake fails', async (context) => {
  const { port, listener } = await run(context);
  const client = plain(port);
  await client.has(/^220/);
  client.socket.write('EHLO a.test\r\nSTARTTLS\r\n');
  await client.has(/^220 2\.0\.0/m);
  const before = client.text.length;
  client.socket.write('MAIL FROM:<>\r\nRCPT TO:<bob@inbound.test>\r\n');
  await client.until(() => client.closed);
  assert.doesNotMatch(client.text.slice(before), /^[245]\d\d/m);
  assert.equal(listener.connections, 0);
});

test('Listener gives the place of a client free that goes in the midst of a handshake', async (context) => {
  const { port, listener, admission } = await run(context);
  const client = plain(port);
  await client.has(/^220/);
  client.socket.write('EHLO a.test\r\nSTARTTLS\r\n');
  await client.has(/^220 2\.0\.0/m);
  client.socket.end(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])); // the beginning of a ClientHello
  await client.until(() => client.closed);
  while (listener.connections > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(admission.total, 0);
});

test('Listener ends a handshake that does not come, and a client that stays idle', async (context) => {
  const { port, advance, listener } = await run(context, { implicitTls: true });
  const silent = plain(port);
  await new Promise((resolve) => silent.socket.once('connect', resolve));
  while (listener.connections === 0) await new Promise((resolve) => setImmediate(resolve));
  advance(60_001);
  await silent.until(() => silent.closed);
  const { port: other, advance: advanceOther } = await run(context);
  const idle = plain(other);
  await idle.has(/^220/);
  advanceOther(300_001);
  await idle.until(() => idle.closed);
  assert.match(idle.text, /421 4\.4\.2 Timeout/);
});

test('Listener holds clients to the limit for one address and for all, and counts down again', async (context) => {
  const { port, admission, events } = await run(context, { limit: 2 });
  const first = plain(port, '127.0.0.2');
  const second = plain(port, '127.0.0.2');
  await Promise.all([first.has(/^220/), second.has(/^220/)]);
  const third = plain(port, '127.0.0.2');
  await third.until(() => third.closed);
  assert.match(third.text, /^421 4\.7\.0 Too many connections\r\n$/);
  const other = plain(port, '127.0.0.3');
  await other.has(/^220/);
  const oneTooMany = plain(port, '127.0.0.4');
  await oneTooMany.has(/^421/);
  assert.ok(events.includes('connection.refused'));
  first.socket.end('QUIT\r\n');
  await first.until(() => first.closed);
  while (admission.total > 2) await new Promise((resolve) => setImmediate(resolve));
  const again = plain(port, '127.0.0.2');
  await again.has(/^220/);
});

test('Listener drains: an idle client gets 421, one that sends gets its reply first', async (context) => {
  const { port, listener } = await run(context);
  const idle = plain(port);
  await idle.has(/^220/);
  const sending = plain(port);
  await sending.has(/^220/);
  sending.socket.write(ENVELOPE);
  await sending.has(/^354/m);
  const drained = listener.drain();
  await idle.until(() => idle.closed);
  assert.match(idle.text, /421 4\.3\.2/);
  sending.socket.write('From: a@b.test\r\n\r\nx\r\n.\r\n');
  await drained;
  await sending.until(() => sending.closed);
  assert.match(sending.text, /250 2\.0\.0 Queued as ID1\r\n421 4\.3\.2/);
  const late = plain(port);
  await late.until(() => late.closed);
  assert.equal(late.text, '');
});

test('Listener throws when an address cannot be bound, and leaves none bound', async (context) => {
  const port = await freePort();
  const occupied = createServer();
  await new Promise<void>((resolve) => occupied.listen(port, '127.0.0.1', resolve));
  context.after(() => occupied.close());
  const free = await freePort();
  const bind = [
    { host: '127.0.0.1', port: free },
    { host: '127.0.0.1', port },
  ];
  await assert.rejects(run(context, { bind }), { code: 'EADDRINUSE' });
  const probe = plain(free);
  await probe.until(() => probe.closed);
  assert.equal(probe.text, '');
});
