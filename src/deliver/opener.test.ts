/** TLS and logins, up to the first message. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Opened } from './connection.ts';
import { tcpEndpoint, type Protection } from './endpoint.ts';
import { createOpener } from './opener.ts';
import {
  makeAttempt,
  record,
  smtpSetup,
  startPeer,
  summary,
  TEST_CERTIFICATE,
  testSecureContext,
  type Answer,
  type Peer,
  type PeerOptions,
  type Setup,
} from './testing/mod.ts';
import { DEFAULT_TIMEOUTS } from './timeouts.ts';
import type { Outcome, RelayLogin } from './types.ts';

const never = new AbortController().signal;
const secureContext = testSecureContext();
const NAME = 'out.mx.test';

interface Tried {
  readonly outcomes: readonly Outcome[];
  readonly peer: Peer;
  readonly setup: Setup;
}

async function tryAt(
  name: string,
  peerOptions: PeerOptions,
  options: { readonly login?: RelayLogin; readonly courier?: Parameters<typeof smtpSetup>[0] } = {},
): Promise<Tried> {
  await using peer = await startPeer(peerOptions);
  await using setup = await smtpSetup(options.courier);
  setup.dns.add(name, { type: 'A', data: '127.0.0.1' });
  const to = { host: name, port: peer.port };
  const login = options.login === undefined ? {} : { login: options.login };
  const outcomes = await setup.courier.attempt(makeAttempt({ kind: 'smtp', to, ...login }), never);
  return { outcomes, peer, setup };
}

const linesOf = (peer: Peer): readonly string[] => peer.sessions.flatMap(({ lines }) => lines);

describe('opportunistic TLS', () => {
  it('is used where it is offered, with the name of the host', async () => {
    const { outcomes, peer, setup } = await tryAt(NAME, { secureContext });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.match(outcomes[0]?.tls ?? '', /^TLSv1\.[23]$/);
    assert.equal(peer.sessions[0]?.secure, true);
    assert.equal(peer.sessions[0]?.serverName, NAME);
    assert.deepEqual(linesOf(peer).slice(0, 3), ['EHLO relay.test', 'STARTTLS', 'EHLO relay.test']);
    assert.equal(setup.tellings('outbound.connected')[0]?.['verified'], false);
  });

  it('records that the certificate verifies', async () => {
    const courier = { authorities: [TEST_CERTIFICATE] };
    const { setup } = await tryAt(NAME, { secureContext }, { courier });
    assert.equal(setup.tellings('outbound.connected')[0]?.['verified'], true);
    const other = await tryAt('mx.elsewhere.test', { secureContext }, { courier });
    assert.deepEqual(summary(other.outcomes), ['delivered 2.0.0']);
    assert.equal(other.setup.tellings('outbound.connected')[0]?.['verified'], false);
  });

  it('is not used when it is off', async () => {
    const { outcomes, peer } = await tryAt(NAME, { secureContext }, { courier: { tls: 'off' } });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.equal(outcomes[0]?.tls, undefined);
    assert.ok(!linesOf(peer).includes('STARTTLS'));
  });

  for (const [what, answer] of [
    ['the handshake is rubbish', { raw: '220 2.0.0 Ready\r\n' }],
    ['the connection is closed', { hangUp: true, saying: '220 2.0.0 Ready' }],
  ] as const) {
    it(`gives way to clear text on a new connection when ${what}`, async () => {
      const onCommand = (line: string): Answer | undefined => (line === 'STARTTLS' ? answer : undefined);
      const offers = ['PIPELINING', 'STARTTLS'];
      const courier = { timeouts: { connect: 300 } };
      const { outcomes, peer, setup } = await tryAt(NAME, { onCommand, offers }, { courier });
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
      assert.equal(outcomes[0]?.tls, undefined);
      assert.equal(peer.sessions.length, 2);
      assert.ok(!peer.sessions[1]?.lines.includes('STARTTLS'));
      assert.equal(setup.tellings('outbound.tlsFailed').length, 1);
      assert.equal(setup.tellings('outbound.unavailable').length, 0);
    });
  }

  it('goes on in clear text when STARTTLS is refused', async () => {
    const onCommand = (line: string): Answer | undefined =>
      line === 'STARTTLS' ? '454 4.7.0 Not now' : undefined;
    const { outcomes, peer } = await tryAt(NAME, { onCommand, offers: ['STARTTLS'] });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.equal(peer.sessions.length, 1);
  });

  it('ends a connection on which something follows the answer to STARTTLS in clear text', async () => {
    // RFC 3207 4.2: it could be an attacker's, made to look as if it came under TLS.
    const onCommand = (line: string): Answer | undefined =>
      line === 'STARTTLS' ? { raw: '220 2.0.0 Ready\r\n250 PIPELINING\r\n' } : undefined;
    const { outcomes, peer } = await tryAt(NAME, { onCommand, offers: ['STARTTLS'] });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.equal(peer.sessions.length, 2);
    assert.equal(peer.sessions[0]?.messages.length, 0);
  });

  it('forgets half a reply that came in clear text', async () => {
    const onCommand = (line: string): Answer | undefined =>
      line === 'STARTTLS' ? { raw: '220 2.0.0 Ready\r\n250 half a re' } : undefined;
    const { outcomes, peer } = await tryAt(NAME, { onCommand, secureContext });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.notEqual(outcomes[0]?.tls, undefined);
    assert.equal(peer.sessions.length, 1);
  });

  it('forgets what was offered in clear text', async () => {
    const onCommand = (line: string, session: { readonly secure: boolean }): Answer | undefined =>
      line.startsWith('EHLO') && session.secure ? '250 peer.test' : undefined;
    const { outcomes, peer } = await tryAt(NAME, { secureContext, onCommand });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.equal(peer.messages[0]?.mail, 'MAIL FROM:<alice@fabrikam.test>');
  });

  it('understands replies under TLS that come octet by octet', async () => {
    const { outcomes } = await tryAt(NAME, { secureContext, trickle: true });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
  });

  it('reuses a protected connection', async () => {
    await using peer = await startPeer({ secureContext });
    await using t = await smtpSetup();
    const attempt = makeAttempt({ kind: 'smtp', to: { host: '127.0.0.1', port: peer.port } });
    for (let count = 0; count < 3; count += 1) {
      const [outcome] = await t.courier.attempt(attempt, never);
      assert.equal(outcome?.kind, 'delivered');
      assert.notEqual(outcome?.tls, undefined);
    }
    assert.equal(peer.sessions.length, 1);
    assert.equal(peer.sessions[0]?.serverName, undefined);
  });
});

async function withPassword(
  text: string,
  run: (login: RelayLogin, change: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-login-'));
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, text);
  try {
    await run({ user: 'relay@contoso.test', passwordFile }, (changed) => writeFile(passwordFile, changed));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function plainLine(user: string, password: string): string {
  return `AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`;
}

describe('a login', () => {
  it('to this machine may go in clear text', async () => {
    await withPassword('secret word\n', async (login) => {
      const { outcomes, peer } = await tryAt(
        'localhost',
        { offers: ['AUTH PLAIN LOGIN', 'PIPELINING'] },
        { login },
      );
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
      assert.equal(linesOf(peer)[1], plainLine('relay@contoso.test', 'secret word'));
    });
  });

  it('uses LOGIN where PLAIN is not offered', async () => {
    await withPassword('s\n', async (login) => {
      const { outcomes, peer } = await tryAt('localhost', { offers: ['AUTH=LOGIN'] }, { login });
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
      assert.deepEqual(linesOf(peer).slice(1, 4), ['AUTH LOGIN', 'cmVsYXlAY29udG9zby50ZXN0', 'cw==']);
    });
  });

  it('reads the password at each connection and drops one line end', async () => {
    await withPassword('old\r\n', async (login, change) => {
      await using peer = await startPeer({ offers: ['AUTH PLAIN'] });
      await using t = await smtpSetup({ messagesPerConnection: 1 });
      const attempt = makeAttempt({ kind: 'smtp', to: { host: '127.0.0.1', port: peer.port }, login });
      assert.deepEqual(summary(await t.courier.attempt(attempt, never)), ['delivered 2.0.0']);
      await change('new\n\n');
      assert.deepEqual(summary(await t.courier.attempt(attempt, never)), ['delivered 2.0.0']);
      const logins = linesOf(peer).filter((line) => line.startsWith('AUTH'));
      assert.deepEqual(logins, [plainLine(login.user, 'old'), plainLine(login.user, 'new\n')]);
    });
  });

  it('that is refused defers, says so, and is not offered again until the password changes', async () => {
    await withPassword('wrong', async (login, change) => {
      const accepted = plainLine(login.user, 'right');
      const onCommand = (line: string): Answer | undefined =>
        line.startsWith('AUTH') && line !== accepted ? '535 5.7.8 Unknown' : undefined;
      await using peer = await startPeer({ offers: ['AUTH PLAIN'], onCommand });
      await using t = await smtpSetup();
      const attempt = makeAttempt({ kind: 'smtp', to: { host: '127.0.0.1', port: peer.port }, login });
      for (let count = 0; count < 3; count += 1) {
        const outcomes = await t.courier.attempt(attempt, never);
        assert.deepEqual(summary(outcomes), ['deferred 4.7.8']);
        assert.match(outcomes[0]?.reply ?? '', /did not accept our login: 535 5\.7\.8 Unknown/);
      }
      assert.equal(peer.sessions.length, 1);
      assert.equal(t.tellings('outbound.loginRefused').length, 1);
      await change('right');
      assert.deepEqual(summary(await t.courier.attempt(attempt, never)), ['delivered 2.0.0']);
    });
  });

  it('that cannot be judged now defers with the words of the server', async () => {
    await withPassword('s', async (login) => {
      const onCommand = (line: string): Answer | undefined =>
        line.startsWith('AUTH') ? '454 4.7.0 Ask later' : undefined;
      const { outcomes } = await tryAt('localhost', { offers: ['AUTH PLAIN'], onCommand }, { login });
      assert.deepEqual(summary(outcomes), ['deferred 4.7.0']);
    });
  });

  it('defers where no way to sign in is known', async () => {
    await withPassword('s', async (login) => {
      for (const offers of [[], ['AUTH GSSAPI NTLM']]) {
        const { outcomes } = await tryAt('localhost', { offers }, { login });
        assert.deepEqual(summary(outcomes), ['deferred 4.7.0']);
      }
    });
  });

  it('defers, and tells where to look, when the password cannot be read', async () => {
    const login = { user: 'relay', passwordFile: '/nonexistent/password' };
    const { outcomes, peer, setup } = await tryAt('localhost', {}, { login });
    assert.deepEqual(summary(outcomes), ['deferred 4.3.5']);
    assert.doesNotMatch(outcomes[0]?.reply ?? '', /nonexistent/);
    assert.match(String(setup.tellings('outbound.loginRefused')[0]?.['reply']), /\/nonexistent\/password/);
    assert.equal(peer.sessions.length, 0);
  });

  it('defers when the connection is lost at AUTH', async () => {
    await withPassword('s', async (login) => {
      const onCommand = (line: string): Answer | undefined =>
        line.startsWith('AUTH') ? { hangUp: true } : undefined;
      const { outcomes } = await tryAt('localhost', { offers: ['AUTH PLAIN'], onCommand }, { login });
      assert.deepEqual(summary(outcomes), ['deferred 4.4.2']);
    });
  });
});

/** An opened connection to a peer on this machine, as if it were a host of that name with that protection. */
async function openAs(
  name: string,
  protection: Protection,
  peerOptions: PeerOptions,
  more: { readonly authorities?: readonly string[]; readonly connectMs?: number } = {},
): Promise<{ readonly opened: Opened; readonly peer: Peer }> {
  await using peer = await startPeer(peerOptions);
  const open = createOpener({
    hostname: 'relay.test',
    timeouts: { ...DEFAULT_TIMEOUTS, connect: more.connectMs ?? 5000 },
    sourceAddresses: ['127.0.0.1', '::1'],
    authorities: more.authorities,
    emit: record().emit,
  });
  const at = { name, address: peer.host, port: peer.port };
  const opened = await open(tcpEndpoint('smtp', at, { protection, login: undefined, proven: true }), never);
  if (opened.kind === 'open') opened.connection.channel.destroy();
  return { opened, peer };
}

function verdictIn(opened: Opened): string {
  return opened.kind === 'open' ? 'open' : `${opened.verdict.kind} ${opened.verdict.status}`;
}

describe('TLS that is required', () => {
  it('is content with a certificate that verifies', async () => {
    const { opened } = await openAs(NAME, 'required', { secureContext }, { authorities: [TEST_CERTIFICATE] });
    assert.equal(verdictIn(opened), 'open');
  });

  it('stops before a certificate of somebody else', async () => {
    for (const [name, authorities] of [
      ['elsewhere.test', [TEST_CERTIFICATE]],
      [NAME, undefined],
    ] as const) {
      const { opened, peer } = await openAs(
        name,
        'required',
        { secureContext },
        authorities && { authorities },
      );
      assert.equal(verdictIn(opened), 'deferred 4.7.5');
      assert.deepEqual(linesOf(peer), ['EHLO relay.test', 'STARTTLS']);
    }
  });

  it('stops where it is not offered, refused or fails', async () => {
    const refuse = (line: string): Answer | undefined =>
      line === 'STARTTLS' ? '454 4.7.0 Not now' : undefined;
    const fail = (line: string): Answer | undefined =>
      line === 'STARTTLS' ? { raw: '220 Ready\r\n' } : undefined;
    for (const [peerOptions, expected] of [
      [{}, 'deferred 4.7.0'],
      [{ offers: ['STARTTLS'], onCommand: refuse }, 'deferred 4.7.0'],
      [{ offers: ['STARTTLS'], onCommand: fail }, 'deferred 4.4.2'],
    ] as const) {
      const { opened, peer } = await openAs(NAME, 'required', peerOptions, { connectMs: 200 });
      assert.equal(verdictIn(opened), expected);
      assert.equal(peer.sessions.length, 1);
    }
  });
});

describe('TLS from the first octet', () => {
  it('is spoken before the greeting', async () => {
    const { opened, peer } = await openAs(NAME, 'implicit', { secureContext, implicitTls: true });
    assert.equal(verdictIn(opened), 'open');
    assert.equal(opened.kind === 'open' && opened.connection.verified, false);
    assert.deepEqual(linesOf(peer), ['EHLO relay.test']);
  });

  it('has to verify when that is required', async () => {
    const peerOptions = { secureContext, implicitTls: true };
    const trusted = await openAs(NAME, 'implicitRequired', peerOptions, { authorities: [TEST_CERTIFICATE] });
    assert.equal(verdictIn(trusted.opened), 'open');
    const stranger = await openAs(NAME, 'implicitRequired', peerOptions);
    assert.equal(verdictIn(stranger.opened), 'deferred 4.7.5');
  });

  it('does not give way to clear text', async () => {
    const { opened, peer } = await openAs(NAME, 'implicit', {}, { connectMs: 200 });
    assert.equal(verdictIn(opened), 'deferred 4.4.2');
    assert.equal(peer.sessions.length, 1);
  });
});
