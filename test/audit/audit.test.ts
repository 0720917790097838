/** `postern audit` on real servers: Postern is closed to a stranger and relays for a trusted client; Debian's Postfix is closed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postern } from '../kit/postern.ts';
import { needs } from '../kit/peers.ts';
import { Postfix } from '../kit/postfix.ts';
import { Sink } from '../kit/sink.ts';
import { PASSWORD, STRANGER, TRUSTED, World } from '../relay/world.ts';

interface Report {
  readonly verdict: string;
  readonly ways: readonly string[];
  readonly control: { readonly accepted: boolean };
  readonly counts: Readonly<Record<'relays' | 'accepts' | 'refuses' | 'cannotTell', number>>;
  readonly results: readonly {
    readonly probe: string;
    readonly way: string;
    readonly verdict: string;
    readonly reason: string;
  }[];
  readonly notTried: readonly { readonly what: string; readonly reason: string }[];
  readonly account: {
    readonly signedIn: boolean;
    readonly results: readonly { readonly probe: string; readonly verdict: string }[];
  } | null;
}

async function audit(
  port: number,
  args: readonly string[],
  input = '',
): Promise<{ code: number | null; report: Report }> {
  const { code, stdout, stderr } = await postern(['audit', `127.0.0.1:${port}`, '--json', ...args], {
    input,
  });
  assert.equal(stderr, '');
  const report: Report = JSON.parse(stdout);
  return { code, report };
}

function odd({ results }: Report): readonly string[] {
  return results
    .filter(({ verdict }) => verdict !== 'refuses')
    .map(({ probe, way, reason }) => `${way} ${probe}: ${reason}`);
}

test('postern audit: Postern is closed to a stranger, in all ways, with messages to a mailbox and an account', async () => {
  await using world = await World.open();
  const args = [
    '--from',
    STRANGER,
    '--domain',
    'inbound.test',
    '--inbound',
    'bob@inbound.test',
    '--outside',
    'victim@outside.test',
  ];
  const account = ['--account', 'alice@inbound.test', '--password-stdin'];
  const { code, report } = await audit(world.ports.main, [...args, ...account], PASSWORD);
  assert.deepEqual(odd(report), []);
  assert.equal(report.verdict, 'closed');
  assert.equal(code, 0);
  assert.equal(report.ways.length, 8);
  assert.equal(report.control.accepted, true);
  assert.ok(report.counts.refuses > 1200, String(report.counts.refuses));
  assert.equal(report.account?.signedIn, true);
  assert.ok(
    report.account.results.some(({ probe, verdict }) => probe === 'account-own' && verdict === 'accepts'),
  );
  // What the sink of that world got went nowhere but there: nothing.
  assert.equal((await world.arrivals()).sink.length, 0);
});

test('postern audit: Postern relays for a client address that it trusts, as it was told', async () => {
  await using world = await World.open();
  const args = [
    '--from',
    TRUSTED,
    '--domain',
    'inbound.test',
    '--ways',
    'ehlo,tls-helo-fresh',
    '--outside',
    'victim@outside.test',
  ];
  const { code, report } = await audit(world.ports.main, args);
  assert.equal(code, 1);
  assert.equal(report.verdict, 'accepts');
  const plain = report.results.filter(({ probe }) => probe === 'plain');
  assert.deepEqual(
    plain.map(({ verdict }) => verdict),
    ['accepts', 'accepts'],
  );
});

/** What Debian's package writes into main.cf, as far as it concerns who may send what; and what keeps the test to itself. */
const DEBIAN = {
  smtpd_relay_restrictions: 'permit_mynetworks permit_sasl_authenticated defer_unauth_destination',
  mydestination: '$myhostname, postfix.test, localhost.test, localhost',
  myhostname: 'mx.postfix.test',
  relayhost: '',
  recipient_delimiter: '+',
  // Of 127.0.0.0/8, so that the audit can come from an address that is not in it.
  mynetworks: '127.0.0.1/32',
  local_recipient_maps: 'inline:{postmaster=x}',
  local_transport: 'discard:',
  smtpd_peername_lookup: 'no',
};
const ASK = ['--from', STRANGER, '--domain', 'postfix.test', '--outside', 'victim@outside.test'];
const INBOUND = ['--inbound', 'postmaster@postfix.test'];
const NO_BARE_NEWLINE = { smtpd_forbid_bare_newline: 'yes', smtpd_forbid_bare_newline_exclusions: '' };
const skip = needs('postfix');

test("postern audit: Postfix in Debian's default configuration is closed", { skip }, async () => {
  await using sink = await Sink.open();
  const main = { ...DEBIAN, default_transport: `smtp:[127.0.0.1]:${sink.port}` };
  await using postfix = await Postfix.start({ main });
  const { code, report } = await audit(postfix.port, ASK);
  assert.deepEqual(odd(report), []);
  assert.equal(report.verdict, 'closed');
  assert.equal(code, 0);
  assert.deepEqual(report.ways, ['ehlo', 'helo', 'ehlo-fresh', 'helo-fresh']);
  assert.equal(report.control.accepted, true);
  assert.ok(report.counts.refuses > 600, String(report.counts.refuses));
  assert.deepEqual(sink.messages, []);
});

test(
  'postern audit: Postfix that lets lone line feeds pass can be smuggled through, one that does not cannot',
  { skip },
  async () => {
    for (const forbid of ['no', 'yes']) {
      await using postfix = await Postfix.start({
        main: { ...DEBIAN, ...NO_BARE_NEWLINE, smtpd_forbid_bare_newline: forbid },
      });
      const { report } = await audit(postfix.port, [...ASK, ...INBOUND, '--ways', 'ehlo-fresh']);
      const found = report.results.filter(({ verdict }) => verdict !== 'refuses').map(({ probe }) => probe);
      if (forbid === 'no')
        assert.ok(
          found.includes('smuggle-lf-lf') && found.every((id) => id.startsWith('smuggle-')),
          found.join(' '),
        );
      else assert.deepEqual(odd(report), []);
    }
  },
);

test('postern audit: Postfix that trusts the client relays, which the sink shows', { skip }, async () => {
  // A port for the sink of the audit: the one of a sink that is closed again.
  const before = await Sink.open();
  const { port } = before;
  await before[Symbol.asyncDispose]();
  const mynetworks = `127.0.0.1/32, ${STRANGER}/32`;
  await using postfix = await Postfix.start({
    main: { ...DEBIAN, mynetworks, relayhost: `[127.0.0.1]:${port}` },
  });
  const args = [...ASK, '--ways', 'ehlo', '--sink', `127.0.0.1:${port}`, '--wait', '20'];
  const { code, report } = await audit(postfix.port, args);
  assert.equal(code, 1);
  assert.equal(report.verdict, 'relays');
  const plain = report.results.find(({ probe }) => probe === 'plain');
  assert.match(plain?.reason ?? '', /^it arrived at the sink for <victim@outside\.test> from 127\.0\.0\.1$/);
});
