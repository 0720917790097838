/** Exim and OpenSMTPD as clients, over each kind of TLS, with and without signing in. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sendByExim } from '../kit/exim.ts';
import { OpenSmtpd } from '../kit/opensmtpd.ts';
import { needs } from '../kit/peers.ts';
import { until } from '../kit/until.ts';
import type { Way } from '../kit/ways.ts';
import { openPeerSite, PASSWORD, type PeerSite } from './site.ts';

let peers: PeerSite;
before(async () => {
  peers = await openPeerSite();
});
after(async () => {
  await peers[Symbol.asyncDispose]();
});

const BOB = { user: 'bob@inbound.test', password: PASSWORD };

function ways(): readonly Way[] {
  return [
    { name: 'plain', port: peers.transfer, tls: 'none', login: undefined },
    { name: 'starttls', port: peers.transfer, tls: 'starttls', login: undefined },
    { name: 'starttls-auth', port: peers.submission, tls: 'starttls', login: BOB },
    { name: 'implicit-auth', port: peers.submissions, tls: 'implicit', login: BOB },
  ];
}

/** Without an account it is mail for bob; with bob's it goes to others, by the grant of those who sign in. */
function letter(peer: string, { name, login }: Way): { from: string; to: string; message: string } {
  const from = login?.user ?? 'probe@outside.test';
  const to = login === undefined ? 'bob@inbound.test' : 'friend@outside.test';
  return { from, to, message: `From: ${from}\nTo: ${to}\nSubject: ${peer} ${name}\n\n.a dot\n` };
}

async function arrived(peer: string, { name, login }: Way): Promise<string> {
  const subject = `Subject: ${peer} ${name}\r\n`;
  if (login === undefined) return peers.mail(`Subject: ${peer} ${name}`);
  const found = (): string | undefined =>
    peers.sink.messages.find(({ octets }) => octets.includes(subject))?.octets.toString();
  await until(() => found() !== undefined, subject);
  return found() ?? '';
}

const PROTOCOL: Readonly<Record<string, RegExp>> = {
  plain: /with E?SMTP id/,
  starttls: /with ESMTPS id/,
  'starttls-auth': /with ESMTPSA id/,
  'implicit-auth': /with ESMTPSA id/,
};

test('Exim as client: every way in, and our refusal in its log', { skip: needs('exim4') }, async () => {
  for (const way of ways()) {
    const log = await sendByExim(way, letter('Exim', way));
    assert.match(log, /=> \S+ R=all T=out .*C="250 2\.0\.0 Queued as/, log);
    const mail = await arrived('Exim', way);
    assert.match(mail, PROTOCOL[way.name] ?? /^$/);
    assert.match(mail, /\r?\n\.\.?a dot(?:\r?\n|$)/);
  }
  const [plain] = ways();
  assert.ok(plain !== undefined);
  const refused = await sendByExim(plain, { ...letter('Exim', plain), to: 'victim@outside.test' });
  assert.match(refused, /550 5\.7\.1 Relaying to outside\.test is prohibited/);
});

test(
  'OpenSMTPD as client: every way in, and our refusal in its log',
  { skip: needs('smtpd', 'smtpctl') },
  async () => {
    for (const way of ways()) {
      await using opensmtpd = await OpenSmtpd.start(way);
      await opensmtpd.send(letter('OpenSMTPD', way));
      assert.match(await opensmtpd.outcome(), /result="Ok" stat="250 2\.0\.0 Queued as/);
      assert.match(await arrived('OpenSMTPD', way), PROTOCOL[way.name] ?? /^$/);
    }
    const [plain] = ways();
    assert.ok(plain !== undefined);
    await using opensmtpd = await OpenSmtpd.start(plain);
    await opensmtpd.send({ ...letter('OpenSMTPD', plain), to: 'victim@outside.test' });
    assert.match(
      await opensmtpd.outcome(),
      /result="PermFail" stat="550 5\.7\.1 Relaying to outside\.test is prohibited/,
    );
  },
);
