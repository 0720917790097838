/** Mail libraries and small clients, over each kind of TLS: Python's smtplib, msmtp, nodemailer. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { needs } from '../kit/peers.ts';
import { run } from '../kit/run.ts';
import { until } from '../kit/until.ts';
import { openPeerSite, PASSWORD, type PeerSite } from './site.ts';

const USER = 'bob@inbound.test';

let peers: PeerSite;
before(async () => {
  peers = await openPeerSite();
});
after(async () => {
  await peers[Symbol.asyncDispose]();
});

async function relayed(mark: string): Promise<void> {
  await until(() => peers.sink.messages.some(({ octets }) => octets.includes(mark)), mark);
}

const PYTHON = `
import smtplib, ssl, sys
mode, port, user, password, mark = sys.argv[1:]
context = ssl._create_unverified_context()
port = int(port)
message = f"From: {user}\\r\\nTo: friend@outside.test\\r\\nSubject: {mark}\\r\\n\\r\\n.a dot\\r\\n"
if mode == 'implicit':
    client = smtplib.SMTP_SSL('127.0.0.1', port, local_hostname='client.test', context=context, timeout=20)
else:
    client = smtplib.SMTP('127.0.0.1', port, local_hostname='client.test', timeout=20)
with client:
    if mode == 'starttls':
        client.starttls(context=context)
    if mode == 'plain':
        client.sendmail('probe@outside.test', [user], message)
    else:
        client.login(user, password)
        client.sendmail(user, ['friend@outside.test'], message)
    try:
        client.sendmail('probe@outside.test', ['victim@outside.test'], message) if mode == 'plain' else None
    except smtplib.SMTPRecipientsRefused as refused:
        print(refused.recipients)
`;

test(
  'smtplib: sends in clear text, over STARTTLS and over implicit TLS',
  { skip: needs('python3') },
  async () => {
    const ways = [
      ['plain', peers.transfer],
      ['starttls', peers.submission],
      ['implicit', peers.submissions],
    ] as const;
    for (const [mode, port] of ways) {
      const mark = `smtplib-${mode}`;
      const { code, output } = await run('python3', ['-c', PYTHON, mode, String(port), USER, PASSWORD, mark]);
      assert.equal(code, 0, output);
      if (mode === 'plain') {
        await peers.mail(mark);
        assert.match(output, /550, b'5\.7\.1 Relaying to outside\.test is prohibited/);
      } else await relayed(mark);
    }
  },
);

test(
  'msmtp: sends in clear text, over STARTTLS and over implicit TLS',
  { skip: needs('msmtp') },
  async () => {
    const settings = join(peers.site.folder, 'msmtprc');
    const login = `auth plain\nuser ${USER}\npassword ${PASSWORD}\ntls on\ntls_certcheck off\nfrom ${USER}\n`;
    await writeFile(
      settings,
      `defaults\nhost 127.0.0.1\ntimeout 20\n` +
        `account plain\nport ${peers.transfer}\ntls off\nauth off\nfrom probe@outside.test\n` +
        `account starttls\nport ${peers.submission}\n${login}` +
        `account implicit\nport ${peers.submissions}\ntls_starttls off\n${login}`,
      { mode: 0o600 },
    );
    for (const account of ['plain', 'starttls', 'implicit']) {
      const to = account === 'plain' ? USER : 'friend@outside.test';
      const mark = `msmtp-${account}`;
      const { code, output } = await run('msmtp', ['-C', settings, '-a', account, to], {
        input: `From: ${account === 'plain' ? 'probe@outside.test' : USER}\nTo: ${to}\nSubject: ${mark}\n\n.a dot\n`,
      });
      assert.equal(code, 0, output);
      await (account === 'plain' ? peers.mail(mark) : relayed(mark));
    }
    const refused = await run('msmtp', ['-C', settings, '-a', 'plain', 'victim@outside.test'], {
      input: 'Subject: no\n\n',
    });
    assert.match(refused.output, /550 5\.7\.1 Relaying to outside\.test is prohibited/);
  },
);

test('nodemailer: sends in clear text, over STARTTLS and over implicit TLS, pooled', async () => {
  const auth = { user: USER, pass: PASSWORD };
  const tls = { rejectUnauthorized: false };
  const ways = [
    { name: 'plain', port: peers.transfer, ignoreTLS: true },
    { name: 'starttls', port: peers.submission, requireTLS: true, auth, tls },
    { name: 'implicit', port: peers.submissions, secure: true, auth, tls },
  ] as const;
  for (const { name, ...options } of ways) {
    const transport = createTransport({ host: '127.0.0.1', pool: true, maxConnections: 2, ...options });
    const [from, to] = name === 'plain' ? ['probe@outside.test', USER] : [USER, 'friend@outside.test'];
    const sent = Array.from({ length: 5 }, (_, index) =>
      transport.sendMail({ from, to, subject: `nodemailer-${name}-${index}.`, text: '.a dot\n' }),
    );
    for (const { response } of await Promise.all(sent)) assert.match(response, /^250 2\.0\.0 Queued as /);
    for (const index of sent.keys()) {
      const mark = `nodemailer-${name}-${index}.`;
      await (name === 'plain' ? peers.mail(mark) : relayed(mark));
    }
    transport.close();
  }
  const transport = createTransport({ host: '127.0.0.1', port: peers.transfer, ignoreTLS: true });
  await assert.rejects(
    transport.sendMail({ from: 'probe@outside.test', to: 'victim@outside.test', text: 'no' }),
    /550 5\.7\.1 Relaying to outside\.test is prohibited/,
  );
  transport.close();
});
