/** Postfix as the next hop, and Postfix as the client. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '../kit/client.ts';
import { needs } from '../kit/peers.ts';
import { Postfix } from '../kit/postfix.ts';
import { Sink } from '../kit/sink.ts';
import { openPeerSite, PASSWORD } from './site.ts';

const skip = needs('postfix', 'sendmail');

test('Postfix as smarthost: takes what we relay, over STARTTLS where it offers it', { skip }, async () => {
  await using sink = await Sink.open();
  await using postfix = await Postfix.start({
    main: {
      mynetworks: '127.0.0.0/8',
      smtpd_relay_restrictions: 'permit_mynetworks, reject',
      relayhost: `[127.0.0.1]:${sink.port}`,
    },
  });
  await using peers = await openPeerSite(`  outbound: { host: "127.0.0.1:${postfix.port}" }`);
  using client = await Client.greeted({ port: peers.submission });
  await client.ehlo();
  await client.startTls();
  await client.ehlo();
  assert.equal((await client.login('bob@inbound.test', PASSWORD)).code, 235);
  const lines = Array.from({ length: 200 }, (_, line) => `.line ${line} ${'x'.repeat(line * 4)}`);
  const message = `From: <bob@inbound.test>\r\nSubject: by way of Postfix\r\n\r\n${lines.join('\r\n')}`;
  assert.equal(
    (await client.send('bob@inbound.test', ['a@outside.test', 'b@outside.test'], message)).code,
    250,
  );
  const [arrived] = await sink.received(1);
  assert.deepEqual(arrived?.to, ['a@outside.test', 'b@outside.test']);
  assert.equal(arrived?.from, 'bob@inbound.test');
  assert.ok(arrived?.octets.includes('\r\n..line 199 '), 'dots are stuffed on every hop and taken off again');
  assert.match(await postfix.log(), /from=<bob@inbound\.test>/);
});

test('Postfix as client: delivers to us, and hears our refusal at RCPT', { skip }, async () => {
  await using peers = await openPeerSite();
  await using postfix = await Postfix.start({
    main: {
      relayhost: `[127.0.0.1]:${peers.transfer}`,
      smtp_tls_security_level: 'may',
      smtp_tls_loglevel: '1',
    },
  });
  const message = 'From: <probe@outside.test>\nTo: <bob@inbound.test>\nSubject: from Postfix\n\n.a dot\n';
  await postfix.sendmail(['-f', 'probe@outside.test', 'bob@inbound.test'], message);
  const mail = await peers.mail('from Postfix');
  assert.match(mail, /with ESMTPS id/);
  assert.match(mail, /\r?\n\.a dot\r?\n/);
  await postfix.sendmail(['-f', 'bob@inbound.test', 'victim@outside.test'], message);
  // Postfix bounces to its sender, who is ours: the bounce quotes what we said.
  assert.match(await peers.mail('Undelivered Mail'), /550 5\.7\.1 Relaying to outside\.test is prohibited/);
});

test(
  'Postfix as client: says with XFORWARD where a message came from, and our log has it',
  { skip },
  async () => {
    await using peers = await openPeerSite(undefined, 'xforward: [127.0.0.1]\n');
    await using postfix = await Postfix.start({
      main: {
        mynetworks: '127.0.0.0/8',
        smtpd_relay_restrictions: 'permit_mynetworks, reject',
        relayhost: `[127.0.0.1]:${peers.transfer}`,
        smtp_send_xforward_command: 'yes',
      },
    });
    using client = await Client.greeted({ port: postfix.port, localAddress: '127.0.0.77' });
    await client.ehlo('first.test');
    const message = 'From: <probe@outside.test>\r\nSubject: forwarded\r\n\r\nx';
    assert.equal((await client.send('probe@outside.test', ['bob@inbound.test'], message)).code, 250);
    const mail = await peers.mail('Subject: forwarded');
    await peers.site.logged('message.accepted');
    const [begun] = await peers.site.events('session.xforward');
    const [accepted] = await peers.site.events('message.accepted');
    assert.equal(begun?.['client'], '127.0.0.1');
    assert.equal(begun['originAddress'], '127.0.0.77');
    assert.equal(begun['originHelo'], 'first.test');
    assert.equal(begun['originProtocol'], 'ESMTP');
    assert.equal(begun['originSource'], 'REMOTE');
    assert.equal(typeof begun['originPort'], 'number');
    assert.equal(accepted?.['originAddress'], '127.0.0.77');
    assert.equal(accepted['originIdent'], begun['originIdent']);
    // Postfix names its queue file in its own trace line, which came with the message.
    assert.ok(mail.includes(`with ESMTP id ${String(begun['originIdent'])}`), mail);
    assert.equal(accepted['client'], '127.0.0.1');

    // What a program on Postfix's own machine hands in has no client; the message before is forgotten.
    await postfix.sendmail(['-f', 'probe@outside.test', 'bob@inbound.test'], 'Subject: local\n\nx\n');
    await peers.mail('Subject: local');
    await peers.site.logged('session.xforward', (event) => event['originSource'] === 'LOCAL');
    const local = (await peers.site.events('session.xforward')).at(-1);
    assert.equal(local?.['originAddress'], undefined);
    assert.equal(local?.['originSource'], 'LOCAL');
  },
);

test('Postfix as the forward host of a domain: the recipient goes on unchanged', { skip }, async () => {
  await using sink = await Sink.open();
  await using postfix = await Postfix.start({
    main: {
      mynetworks: '127.0.0.0/8',
      smtpd_relay_restrictions: 'permit_mynetworks, reject',
      relayhost: `[127.0.0.1]:${sink.port}`,
    },
  });
  await using peers = await openPeerSite(
    `    - { domain: branch.test, forward: "127.0.0.1:${postfix.port}" }\n  outbound: mx`,
  );
  using client = await Client.greeted({ port: peers.transfer });
  await client.ehlo();
  assert.equal(
    (await client.send('', ['Someone.Else@branch.test'], 'From: <a@client.test>\r\nSubject: s\r\n\r\nx'))
      .code,
    250,
  );
  const [arrived] = await sink.received(1);
  assert.deepEqual([arrived?.from, arrived?.to], ['', ['Someone.Else@branch.test']]);
});
