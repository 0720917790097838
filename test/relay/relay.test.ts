/** Every trick and every grant, as a client on the wire, with what really arrives as the judge. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client, ServerReply } from '../kit/client.ts';
import { cell, fits, octets, readTable, type Row } from './table.ts';
import { HOST, PASSWORD, STRANGER, TRUSTED, World, type ListenerName } from './world.ts';

let world: World;
const sent: { token: string; name: string; maildir: number; sink: number }[] = [];
let tokens = 0;

before(async () => {
  world = await World.open();
});
after(async () => {
  await world[Symbol.asyncDispose]();
});

const NAMES = { host: HOST, ip: '127.0.0.1', trusted: TRUSTED, pass: PASSWORD };

function token(): string {
  return `token-${(tokens += 1)}-end`;
}

function message(mark: string): string {
  return `From: <probe@outside.test>\r\nTo: <bob@inbound.test>\r\nX-Probe: ${mark}\r\nSubject: s\r\n\r\nx\r\n.\r\n`;
}

/** Sends the content and returns the reply to it; `undefined` when DATA was refused. */
async function content(client: Client, text: string): Promise<ServerReply | undefined> {
  const reply = await client.command('DATA');
  if (reply.code !== 354) return undefined;
  client.raw(text);
  return client.reply();
}

/** After whatever came before, one command still gets exactly one reply. */
async function inStep(client: Client): Promise<void> {
  const noop = await client.command('NOOP');
  assert.ok(noop.code === 250 || noop.code === 'closed', `NOOP: ${noop.text}`);
  if (noop.code !== 'closed') assert.equal((await client.command('QUIT')).code, 221);
}

/** `{name}` and escapes first, so that a cell can hold any octets. */
function fill(row: Row, column: string): string {
  return octets(cell(row, column), NAMES);
}

for (const row of readTable('tricks.tsv')) {
  for (const way of ['EHLO', 'HELO', 'TLS'] as const) {
    test(`trick: ${cell(row, 'name')}: ${cell(row, 'recipient') || cell(row, 'sender')} (${way})`, async () => {
      const kind = cell(row, 'kind');
      const hello = kind === 'hello' ? undefined : way === 'HELO' ? 'HELO probe.test' : 'EHLO probe.test';
      using client = await world.client(STRANGER, 'main', hello);
      if (way === 'TLS') {
        if (hello === undefined) await client.ehlo();
        await client.startTls();
        if (hello !== undefined) await client.ehlo();
      }
      await tryTrick(client, row, kind);
      await inStep(client);
    });
  }
}

async function tryTrick(client: Client, row: Row, kind: string): Promise<void> {
  const expected = cell(row, 'reply');
  if (kind === 'command') {
    const reply = await client.command(fill(row, 'sender'));
    assert.ok(fits(reply.code, expected), reply.text);
    return;
  }
  if (kind === 'hello') {
    const hello = await client.command(fill(row, 'sender'));
    if (hello.code !== 250) await client.ehlo();
  }
  const sender = kind === 'hello' ? 'a@outside.test' : fill(row, 'sender');
  const mail = await client.command(`MAIL FROM:<${sender}>`);
  if (mail.code !== 250) return assert.ok(fits(mail.code, expected), `MAIL: ${mail.text}`);
  const recipient = fill(row, 'recipient');
  const rcpt = await client.command(`RCPT TO:${kind === 'raw' ? recipient : `<${recipient}>`}`);
  assert.ok(fits(rcpt.code, expected), `RCPT: ${rcpt.text}`);
  const mark = token();
  const reply = await content(client, message(mark));
  const taken = reply?.code === 250 ? 1 : 0;
  assert.equal(taken, rcpt.code === 250 ? 1 : 0, 'a message is taken exactly when its recipient was');
  const forwarded = recipient.toLowerCase().includes('@relaydom.test');
  sent.push({
    token: mark,
    name: cell(row, 'name'),
    maildir: forwarded ? 0 : taken,
    sink: forwarded ? taken : 0,
  });
}

for (const row of readTable('grants.tsv')) {
  test(`grant: ${cell(row, 'name')} (${cell(row, 'client')} at ${cell(row, 'listener')}, ${cell(row, 'hello')})`, async () => {
    const listener = cell(row, 'listener');
    assert.ok(listener === 'main' || listener === 'internal' || listener === 'submission');
    await tryGrant(row, listener);
  });
}

async function tryGrant(row: Row, listener: ListenerName): Promise<void> {
  using client = await world.client(cell(row, 'client'), listener, `${cell(row, 'hello')} probe.test`);
  if (cell(row, 'login') !== '-') {
    await client.startTls();
    await client.ehlo();
    let reply: ServerReply | undefined;
    for (const line of cell(row, 'login').split(' '))
      reply = await client.command(octets(line.replaceAll('_', ' '), NAMES));
    assert.ok(fits(reply?.code ?? 'none', cell(row, 'login reply')), `AUTH: ${reply?.text ?? ''}`);
  }
  const expected = cell(row, 'reply');
  const mark = token();
  const mail = await client.command(`MAIL FROM:<${cell(row, 'sender')}>`);
  const rcpt = mail.code === 250 ? await client.command(`RCPT TO:<${cell(row, 'recipient')}>`) : mail;
  assert.ok(fits(rcpt.code, expected), rcpt.text);
  const taken = rcpt.code === 250;
  if (taken) assert.equal((await content(client, message(mark)))?.code, 250);
  const arrives = cell(row, 'arrives');
  // Where a row leaves the reply open, what was taken must arrive at the sink, since the recipient is outside.
  const sink = taken && (arrives === 'sink' || arrives === '-') ? 1 : 0;
  sent.push({ token: mark, name: cell(row, 'name'), maildir: taken && arrives === 'maildir' ? 1 : 0, sink });
  await inStep(client);
}

for (const row of readTable('smuggling.tsv')) {
  test(`smuggling: ${cell(row, 'name')}`, async () => {
    using client = await world.client(STRANGER, 'main', 'EHLO probe.test');
    await client.expect('MAIL FROM:<probe@outside.test>', 250);
    await client.expect('RCPT TO:<bob@inbound.test>', 250);
    await client.expect('DATA', 354);
    const outer = token();
    const inner = token();
    const envelope = 'MAIL FROM:<probe@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n';
    client.raw(
      `From: <probe@outside.test>\r\nX-Probe: ${outer}\r\n\r\nbefore${fill(row, 'octets')}${envelope}From: <probe@outside.test>\r\nX-Probe: ${inner}\r\n\r\nx\r\n.\r\n`,
    );
    const reply = await client.reply();
    assert.ok(fits(reply.code, '2|5'), reply.text);
    await inStep(client);
    assert.equal(client.unread, '');
    // The inner text may only ever arrive as a part of the outer message.
    sent.push({
      token: outer,
      name: `outer of ${cell(row, 'name')}`,
      maildir: reply.code === 250 ? 1 : 0,
      sink: 0,
    });
    sent.push({
      token: `\nX-Probe: ${inner}\r\n\r\nx\r\n$`,
      name: `inner of ${cell(row, 'name')}`,
      maildir: -1,
      sink: 0,
    });
  });
}

test('what arrived is exactly what was accepted: nothing lost, nothing twice, nothing elsewhere', async () => {
  assert.ok(sent.length > 400);
  const { maildir, sink } = await world.arrivals();
  const count = (texts: readonly string[], mark: string): number =>
    texts.filter((text) => text.includes(mark)).length;
  for (const { token: mark, name, maildir: wanted, sink: wantedSink } of sent) {
    assert.equal(count(sink, mark), wantedSink, `${name}: at the sink`);
    if (wanted >= 0) assert.equal(count(maildir, mark), wanted, `${name}: in the Maildir`);
  }
  for (const text of [...maildir, ...sink]) {
    assert.match(text, /token-\d+-end/, 'nothing arrives that was not sent');
    assert.doesNotMatch(text, /[^\r]\n|\r[^\n]/, 'no bare CR or LF arrives');
    assert.ok(
      (text.match(/^Received: /gm) ?? []).length === 1,
      'each message has its own trace and is one message',
    );
  }
});

test('the sink saw no recipient with routing characters, and none outside but those that were granted', () => {
  const granted = new Set(['victim@outside.test']);
  for (const { to } of world.sink.messages) {
    for (const recipient of to) {
      assert.doesNotMatch(recipient.slice(0, recipient.lastIndexOf('@')), /[%!@]/);
      assert.ok(recipient.toLowerCase().endsWith('@relaydom.test') || granted.has(recipient), recipient);
    }
  }
});
