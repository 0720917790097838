/** Dialogues of several steps, each as a client would hold it, with what arrives as the judge. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from '../kit/client.ts';
import { PASSWORD, STRANGER, TRUSTED, World } from './world.ts';

let world: World;
const expected = new Map<string, number>();

before(async () => {
  world = await World.open();
});
after(async () => {
  await world[Symbol.asyncDispose]();
});

const stranger = (): Promise<Client> => world.client(STRANGER, 'main', 'EHLO probe.test');
const b64 = (text: string): string => Buffer.from(text).toString('base64');

/** Sends the content, which must be accepted, and expects its copies in the Maildir and none at the sink. */
async function content(client: Client, mark: string, header = ''): Promise<void> {
  client.raw(`${header}From: <probe@outside.test>\r\nX-Probe: ${mark}\r\nSubject: s\r\n\r\nx\r\n.\r\n`);
  assert.equal((await client.reply()).code, 250);
  expected.set(mark, 1);
}

for (const [name, recipients] of [
  ['after', ['bob@inbound.test', 'victim@outside.test']],
  ['before', ['victim@outside.test', 'bob@inbound.test']],
] as const) {
  test(`dialogue: a recipient refused ${name} one that was accepted adds nothing to the envelope`, async () => {
    using client = await stranger();
    await client.expect('MAIL FROM:<probe@outside.test>', 250);
    for (const recipient of recipients)
      await client.expect(`RCPT TO:<${recipient}>`, recipient.startsWith('bob') ? 250 : 550);
    await client.expect('DATA', 354);
    await content(client, `refused-${name}`);
  });
}

test('dialogue: commands out of order', async () => {
  using client = await stranger();
  await client.expect('RCPT TO:<bob@inbound.test>', 503);
  await client.expect('DATA', 503);
  await client.expect('MAIL FROM:<probe@outside.test>', 250);
  await client.expect('DATA', 503);
});

test('dialogue: RSET clears the envelope', async () => {
  using client = await stranger();
  await client.expect('MAIL FROM:<probe@outside.test>', 250);
  await client.expect('RCPT TO:<bob@inbound.test>', 250);
  await client.expect('RSET', 250);
  await client.expect('DATA', 503);
  await client.expect('RCPT TO:<bob@inbound.test>', 503);
});

test('dialogue: a pipelined stranger gets its replies in order, and its message to the one who was accepted', async () => {
  using client = await stranger();
  client.raw(
    'MAIL FROM:<probe@outside.test>\r\nRCPT TO:<victim@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n',
  );
  for (const code of [250, 550, 250, 354]) assert.equal((await client.reply()).code, code);
  await content(client, 'pipelined');
});

test('dialogue: pipelined DATA without a valid recipient is refused, and the content is not executed as commands', async () => {
  using client = await stranger();
  client.raw('MAIL FROM:<probe@outside.test>\r\nRCPT TO:<victim@outside.test>\r\nDATA\r\n');
  for (const code of [250, 550, 503]) assert.equal((await client.reply()).code, code);
  await client.expect('RSET', 250);
});

test('dialogue: a failed AUTH grants nothing', async () => {
  using client = await world.client('127.0.0.71', 'main', 'EHLO probe.test');
  await client.startTls();
  await client.ehlo();
  await client.expect(`AUTH PLAIN ${b64('\0alice@inbound.test\0wrong')}`, 535);
  await client.expect('MAIL FROM:<alice@inbound.test>', 250);
  await client.expect('RCPT TO:<victim@outside.test>', 550);
});

test('dialogue: MAIL and RCPT pipelined behind a failing AUTH wait for it, and are refused', async () => {
  using client = await world.client('127.0.0.72', 'main', 'EHLO probe.test');
  await client.startTls();
  await client.ehlo();
  client.raw(
    `AUTH PLAIN ${b64('\0alice@inbound.test\0wrong')}\r\nMAIL FROM:<alice@inbound.test>\r\nRCPT TO:<victim@outside.test>\r\nNOOP\r\n`,
  );
  for (const code of [535, 250, 550, 250]) assert.equal((await client.reply()).code, code);
});

test('dialogue: AUTH in clear text is refused before the password is looked at', async () => {
  using client = await stranger();
  await client.expect(`AUTH PLAIN ${b64(`\0alice@inbound.test\0${PASSWORD}`)}`, 538);
  await client.expect('MAIL FROM:<alice@inbound.test>', 250);
  await client.expect('RCPT TO:<victim@outside.test>', 550);
});

test('dialogue: what was signed in before STARTTLS or on another connection counts for nothing', async () => {
  using signedIn = await world.client(STRANGER, 'main', 'EHLO probe.test');
  await signedIn.startTls();
  await signedIn.ehlo();
  await signedIn.expect(`AUTH PLAIN ${b64(`\0alice@inbound.test\0${PASSWORD}`)}`, 235);
  using other = await stranger();
  await other.expect('MAIL FROM:<alice@inbound.test>', 250);
  await other.expect('RCPT TO:<victim@outside.test>', 550);
  await signedIn.expect('EHLO again.test', 250);
  await signedIn.expect('MAIL FROM:<alice@inbound.test>', 250);
  await signedIn.expect('RCPT TO:<friend@outside.test>', 250);
});

test('dialogue: XCLIENT from a stranger changes nothing', async () => {
  using client = await stranger();
  await client.expect(`XCLIENT ADDR=${TRUSTED}`, 550);
  await client.expect('MAIL FROM:<probe@outside.test>', 250);
  await client.expect('RCPT TO:<victim@outside.test>', 550);
});

test('dialogue: plaintext behind STARTTLS is not executed in TLS', async () => {
  using client = await stranger();
  client.raw('STARTTLS\r\nRSET\r\n');
  assert.equal((await client.reply()).code, 220);
  await client.handshake();
  await client.ehlo();
  assert.equal((await client.reply(400)).code, 'timeout');
});

test('dialogue: recipients in the header are not recipients', async () => {
  using client = await stranger();
  await client.expect('MAIL FROM:<probe@outside.test>', 250);
  await client.expect('RCPT TO:<bob@inbound.test>', 250);
  await client.expect('DATA', 354);
  const victims = ['To', 'Cc', 'Bcc', 'Resent-To', 'Apparently-To'].map(
    (name) => `${name}: <victim@outside.test>\r\n`,
  );
  await content(client, 'header-recipients', victims.join(''));
});

test('dialogue: the null sender may write to a mailbox and not outside', async () => {
  using client = await stranger();
  await client.expect('MAIL FROM:<>', 250);
  await client.expect('RCPT TO:<victim@outside.test>', 550);
  await client.expect('RCPT TO:<anyone@relaydom.test>', 250);
});

test('dialogues: exactly what was accepted has arrived, and nothing went out', async () => {
  const { maildir, sink } = await world.arrivals();
  for (const [mark, copies] of expected) {
    assert.equal(maildir.filter((text) => text.includes(`X-Probe: ${mark}\r\n`)).length, copies, mark);
  }
  assert.equal(maildir.length, expected.size);
  assert.equal(sink.length, 0);
});
