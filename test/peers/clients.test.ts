/** Mail programs of others as clients, over each kind of TLS. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { needs } from '../kit/peers.ts';
import { run } from '../kit/run.ts';
import { until } from '../kit/until.ts';
import { openPeerSite, PASSWORD, type PeerSite } from './site.ts';

let peers: PeerSite;
before(async () => {
  peers = await openPeerSite();
});
after(async () => {
  await peers[Symbol.asyncDispose]();
});

const LOGIN = ['--from', 'bob@inbound.test', '--auth-user', 'bob@inbound.test', '--auth-password', PASSWORD];

function swaks(port: number, ...args: readonly string[]): ReturnType<typeof run> {
  return run('swaks', [
    '--server',
    '127.0.0.1',
    '--port',
    String(port),
    '--from',
    'probe@outside.test',
    '--timeout',
    '20',
    ...args,
  ]);
}

test('swaks: inbound mail in clear text', { skip: needs('swaks') }, async () => {
  const { code, output } = await swaks(
    peers.transfer,
    '--to',
    'bob@inbound.test',
    '--header',
    'X-Probe: swaks-plain',
  );
  assert.equal(code, 0, output);
  assert.match(await peers.mail('swaks-plain'), /^Return-Path: <probe@outside\.test>\r?\n/);
});

test('swaks: inbound mail over STARTTLS, to an alias', { skip: needs('swaks') }, async () => {
  const { code, output } = await swaks(
    peers.transfer,
    '--tls',
    '--to',
    'robert@inbound.test',
    '--header',
    'X-Probe: swaks-tls',
  );
  assert.equal(code, 0, output);
  assert.match(await peers.mail('swaks-tls'), /with ESMTPS id/);
});

test('swaks: relaying is refused at RCPT, with the reason', { skip: needs('swaks') }, async () => {
  const { code, output } = await swaks(peers.transfer, '--to', 'victim@outside.test');
  assert.equal(code, 24, output); // swaks: no recipient was accepted
  assert.match(
    output,
    /550 5\.7\.1 Relaying to outside\.test is prohibited from 127\.0\.0\.1 \(restriction: none matched\) \[\S+\]/,
  );
});

for (const mechanism of ['PLAIN', 'LOGIN']) {
  test(
    `swaks: AUTH ${mechanism} over STARTTLS and over implicit TLS relays`,
    { skip: needs('swaks') },
    async () => {
      for (const [port, tls] of [
        [peers.submission, '--tls'],
        [peers.submissions, '--tls-on-connect'],
      ] as const) {
        const mark = `swaks-${mechanism}${tls}`;
        const flags = [
          '--auth',
          mechanism,
          ...LOGIN,
          '--to',
          'friend@outside.test',
          '--header',
          `X-Probe: ${mark}`,
        ];
        const { code, output } = await swaks(port, tls, ...flags);
        assert.equal(code, 0, output);
        await until(() => peers.sink.messages.some(({ octets }) => octets.includes(mark)), mark);
      }
    },
  );
}

test('swaks: a wrong password and a missing one relay nothing', { skip: needs('swaks') }, async () => {
  const wrong = await swaks(
    peers.submission,
    '--tls',
    '--auth',
    'PLAIN',
    '--auth-user',
    'bob@inbound.test',
    '--auth-password',
    'guess',
    '--to',
    'v@outside.test',
  );
  assert.equal(wrong.code, 28, wrong.output); // swaks: authentication failed
  assert.match(wrong.output, /535 5\.7\.8/);
  const none = await swaks(peers.submission, '--tls', '--to', 'bob@inbound.test');
  assert.match(none.output, /530 5\.7\.0/);
});

test('swaks: AUTH is not offered in clear text on submission', { skip: needs('swaks') }, async () => {
  const { output } = await swaks(peers.submission, '--quit-after', 'EHLO', '--to', 'bob@inbound.test');
  assert.doesNotMatch(output, /250[- ]AUTH/);
  assert.match(output, /250[- ]STARTTLS/);
});

test('curl: sends over clear text, STARTTLS and implicit TLS', { skip: needs('curl') }, async () => {
  const file = join(peers.site.folder, 'message');
  const ways = [
    ['plain', `smtp://127.0.0.1:${peers.transfer}`, ['--mail-rcpt', 'bob@inbound.test']],
    [
      'starttls',
      `smtp://127.0.0.1:${peers.submission}`,
      ['--ssl-reqd', '-u', `bob@inbound.test:${PASSWORD}`, '--mail-rcpt', 'bob@inbound.test'],
    ],
    [
      'implicit',
      `smtps://127.0.0.1:${peers.submissions}`,
      ['-u', `bob@inbound.test:${PASSWORD}`, '--mail-rcpt', 'bob@inbound.test'],
    ],
  ] as const;
  for (const [name, url, flags] of ways) {
    await writeFile(
      file,
      `From: <bob@inbound.test>\r\nTo: <bob@inbound.test>\r\nX-Probe: curl-${name}\r\nSubject: s\r\n\r\n.dot\r\n`,
    );
    const { code, output } = await run('curl', [
      '-sS',
      '-k',
      '--max-time',
      '20',
      url,
      '--mail-from',
      'bob@inbound.test',
      ...flags,
      '-T',
      file,
    ]);
    assert.equal(code, 0, output);
    assert.match(await peers.mail(`curl-${name}`), /\r?\n\.dot\r?\n$/);
  }
});

test(
  'openssl: TLS 1.2 and 1.3 are taken on both ports, older ones are not',
  { skip: needs('openssl') },
  async () => {
    const ways = [
      ['-starttls', 'smtp', '-connect', `127.0.0.1:${peers.transfer}`],
      ['-connect', `127.0.0.1:${peers.submissions}`],
    ];
    for (const way of ways) {
      for (const version of ['-tls1_2', '-tls1_3']) {
        const { output } = await run('openssl', ['s_client', ...way, version], { input: 'QUIT\r\n' });
        assert.match(output, /Cipher is (?!\(NONE\))/, `${version} ${way.join(' ')}`);
      }
      // SECLEVEL=0, so that it is our side that refuses and not the client's own configuration.
      const old = await run('openssl', ['s_client', ...way, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'], {
        input: 'QUIT\r\n',
      });
      assert.match(old.output, /Cipher is \(NONE\)/);
    }
  },
);

test(
  'nmap: its scripts for SMTP find no open relay, no name and no hole',
  { skip: needs('nmap') },
  async () => {
    const scripts = [
      'smtp-commands',
      'smtp-enum-users',
      'smtp-ntlm-info',
      'smtp-open-relay',
      'smtp-strangeport',
      'smtp-vuln-cve2010-4344',
      'smtp-vuln-cve2011-1720',
      'smtp-vuln-cve2011-1764',
    ];
    const forced = scripts.map((script) => `+${script}`).join(','); // the port is not one that nmap takes for SMTP
    for (const port of [peers.transfer, peers.submission]) {
      const { output } = await run('nmap', [
        '-Pn',
        '-n',
        '-p',
        String(port),
        '--script',
        forced,
        '127.0.0.1',
      ]);
      assert.match(
        output,
        /Server doesn't seem to be an open relay, all tests failed|Server isn't an open relay, authentication needed/,
      );
      assert.match(output, /smtp-commands: mx\.inbound\.test, PIPELINING/);
      assert.doesNotMatch(output, /is an open relay|\bVULNERABLE:|Target_Name|RCPT,|VRFY,|EXPN,/);
    }
  },
);

test(
  'smtp-source: 2,000 messages over 20 sessions, none lost, none twice',
  { skip: needs('smtp-source') },
  async () => {
    const before = peers.sink.messages.length;
    for (const flags of [[], ['-d']]) {
      const { code, output } = await run('smtp-source', [
        ...flags,
        '-s',
        '20',
        '-m',
        '1000',
        '-l',
        '4096',
        '-f',
        'a@outside.test',
        '-t',
        'bob@inbound.test',
        `127.0.0.1:${peers.transfer}`,
      ]);
      assert.equal(code, 0, output);
    }
    assert.equal(peers.sink.messages.length, before);
    await until(async () => (await maildirCount()) >= 2000, '2,000 messages in the Maildir', 60_000);
    await peers.site.emptied();
    assert.equal(await maildirCount(), 2000);
  },
);

async function maildirCount(): Promise<number> {
  const { output } = await run('sh', [
    '-c',
    'grep -rl "^From: <a@outside.test>" "$0" | wc -l',
    join(peers.site.folder, 'data', 'mail'),
  ]);
  return Number(output.trim());
}
