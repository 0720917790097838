/** Delivery to a domain by its MX records. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCidr, type IpRange } from '../std/mod.ts';
import {
  makeAttempt,
  smtpSetup,
  startPeer,
  summary,
  type Answer,
  type Peer,
  type PeerOptions,
  type Setup,
} from './testing/mod.ts';
import type { Outcome } from './types.ts';

const never = new AbortController().signal;

function range(cidr: string): IpRange {
  const parsed = parseCidr(cidr);
  assert.ok(parsed);
  return parsed;
}

const LOOPBACK = [range('127.0.0.0/8'), range('::1/128')];

interface Net extends AsyncDisposable {
  readonly setup: Setup;
  /** Listens at 127.0.0.`last`, on the port that MX hosts are reached at. */
  peer(last: number, options?: PeerOptions): Promise<Peer>;
  /** `mx10 10 127.0.0.2 127.0.0.3`: an MX record of contoso.test, and the addresses of the host. */
  mx(host: string, preference: number, ...addresses: readonly string[]): void;
  send(domain?: string): Promise<readonly Outcome[]>;
  readonly port: number;
}

/** A courier that may reach loopback addresses, and a port of its own. */
async function net(options: Parameters<typeof smtpSetup>[0] = {}): Promise<Net> {
  // Holds a port that is free at every loopback address used here.
  const first = await startPeer({ host: '127.0.0.254' });
  const { port } = first;
  const setup = await smtpSetup({ mxPort: port, mayReach: LOOPBACK, ...options });
  const peers: Peer[] = [first];
  return {
    setup,
    port,
    async peer(last, peerOptions = {}) {
      const peer = await startPeer({ ...peerOptions, host: `127.0.0.${last}`, port });
      peers.push(peer);
      return peer;
    },
    mx(host, preference, ...addresses) {
      setup.dns.add('contoso.test', { type: 'MX', data: { preference, exchange: `${host}.test` } });
      setup.dns.add(`${host}.test`);
      for (const data of addresses)
        setup.dns.add(`${host}.test`, { type: data.includes(':') ? 'AAAA' : 'A', data });
    },
    send: (domain = 'contoso.test') => setup.courier.attempt(makeAttempt({ kind: 'mx', domain }), never),
    async [Symbol.asyncDispose]() {
      await setup[Symbol.asyncDispose]();
      for (const peer of peers) await peer[Symbol.asyncDispose]();
    },
  };
}

const saying = (reply: string): PeerOptions => ({
  onCommand: (line) => (line === 'CONNECT' ? reply : undefined),
});

describe('attempt() at a domain', () => {
  it('goes to the host with the lowest preference', async () => {
    await using t = await net();
    const best = await t.peer(2);
    const other = await t.peer(3);
    t.mx('mx20', 20, '127.0.0.3');
    t.mx('mx10', 10, '127.0.0.2');
    const outcomes = await t.send();
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.equal(outcomes[0]?.remote, `mx10.test [127.0.0.2]:${t.port}`);
    assert.equal(best.messages.length, 1);
    assert.equal(other.sessions.length, 0);
  });

  it('uses the domain itself where there is no MX', async () => {
    await using t = await net();
    await t.peer(2);
    t.setup.dns.add('contoso.test', { type: 'A', data: '127.0.0.2' });
    const outcomes = await t.send();
    assert.equal(outcomes[0]?.remote, `contoso.test [127.0.0.2]:${t.port}`);
    assert.equal(outcomes[0]?.kind, 'delivered');
  });

  for (const [what, options] of [
    ['a host that turns us away for now', saying('421 4.3.2 Busy')],
    ['a host that turns us away for good', saying('554 5.3.2 No mail here')],
    ['a host that is no mail server', { onCommand: () => ({ raw: 'hello\r\n' }) }],
    ['a host that hangs up', { onCommand: () => ({ hangUp: true }) }],
    [
      'a host that hangs up at MAIL',
      { onCommand: (line) => (line.startsWith('MAIL') ? { hangUp: true } : undefined) },
    ],
    [
      'a host that refuses EHLO and HELO',
      { onCommand: (line) => (/^(?:EH|HE)LO/.test(line) ? '550 No' : undefined) },
    ],
  ] satisfies readonly (readonly [string, PeerOptions])[]) {
    it(`goes on to the next after ${what}`, async () => {
      await using t = await net();
      await t.peer(2, options);
      await t.peer(3);
      t.mx('mx10', 10, '127.0.0.2');
      t.mx('mx20', 20, '127.0.0.3');
      const outcomes = await t.send();
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
      assert.equal(outcomes[0]?.remote, `mx20.test [127.0.0.3]:${t.port}`);
    });
  }

  it('tries every address of a host before the next host', async () => {
    await using t = await net();
    const second = await t.peer(4);
    const other = await t.peer(5);
    t.mx('mx10', 10, '127.0.0.2', '127.0.0.3', '127.0.0.4');
    t.mx('mx20', 20, '127.0.0.5');
    assert.deepEqual(summary(await t.send()), ['delivered 2.0.0']);
    assert.equal(second.messages.length, 1);
    assert.equal(other.sessions.length, 0);
    assert.equal(t.setup.tellings('outbound.unavailable').length, 2);
  });

  it('tries at most ten addresses', async () => {
    await using t = await net();
    const addresses = Array.from({ length: 12 }, (_, place) => `127.0.1.${place + 1}`);
    t.mx('mx10', 10, ...addresses);
    assert.deepEqual(summary(await t.send()), ['deferred 4.4.1']);
    assert.equal(t.setup.tellings('outbound.unavailable').length, 10);
  });

  it('does not go on after an answer to the message', async () => {
    for (const reply of ['451 4.7.1 Greylisted', '550 5.7.1 No']) {
      await using t = await net();
      await t.peer(2, {
        onCommand: (line): Answer | undefined => (line.startsWith('RCPT') ? reply : undefined),
      });
      const other = await t.peer(3);
      t.mx('mx10', 10, '127.0.0.2');
      t.mx('mx20', 20, '127.0.0.3');
      assert.equal((await t.send())[0]?.reply, reply);
      assert.equal(other.sessions.length, 0);
    }
  });

  it('fails when every host turns us away for good', async () => {
    await using t = await net();
    await t.peer(2, saying('554 5.3.2 No mail here'));
    await t.peer(3, saying('521 5.3.2 Nor here'));
    t.mx('mx10', 10, '127.0.0.2');
    t.mx('mx20', 20, '127.0.0.3');
    const outcomes = await t.send();
    assert.deepEqual(summary(outcomes), ['failed 5.3.2']);
    assert.match(outcomes[0]?.reply ?? '', /^554/);
  });

  it('waits while one host turns us away for good and another may yet do', async () => {
    await using t = await net();
    await t.peer(2, saying('554 5.3.2 No mail here'));
    t.mx('mx10', 10, '127.0.0.2');
    t.mx('mx20', 20, '127.0.0.3');
    assert.deepEqual(summary(await t.send()), ['deferred 4.4.1']);
  });

  it('fails for a domain that does not exist, or wants no mail', async () => {
    await using t = await net();
    t.setup.dns.add('nomail.test', { type: 'MX', data: { preference: 0, exchange: '.' } });
    assert.deepEqual(summary(await t.send('absent.test')), ['failed 5.1.2']);
    assert.deepEqual(summary(await t.send('nomail.test')), ['failed 5.1.10']);
  });

  it('fails for a domain without any address', async () => {
    await using t = await net();
    t.setup.dns.add('empty.test');
    t.mx('mx10', 10);
    t.setup.dns.add('contoso.test', { type: 'MX', data: { preference: 20, exchange: 'not a name' } });
    assert.deepEqual(summary(await t.send('empty.test')), ['failed 5.4.4']);
    assert.deepEqual(summary(await t.send()), ['failed 5.4.4']);
    const passed = t.setup.tellings('outbound.passedOver').map(({ host, reason }) => [host, reason]);
    assert.deepEqual(passed, [
      ['empty.test', 'noAddress'],
      ['mx10.test', 'noAddress'],
      ['not a name', 'noAddress'],
    ]);
  });

  it('waits when names cannot be looked up now', async () => {
    await using t = await net();
    t.mx('mx10', 10, '127.0.0.2');
    t.setup.dns.behave(({ type }) => (type === 'MX' ? { rcode: 2 } : undefined));
    assert.deepEqual(summary(await t.send()), ['deferred 4.4.3']);
  });

  it('waits when the address of one host cannot be looked up now and the others are no use', async () => {
    await using t = await net({ mayReach: [] });
    t.mx('mx10', 10, '127.0.0.2');
    t.mx('mx20', 20, '203.0.113.1');
    t.setup.dns.behave(({ name }) => (/^mx20/i.test(name) ? { rcode: 2 } : undefined));
    assert.deepEqual(summary(await t.send()), ['deferred 4.4.3']);
    const passed = t.setup.tellings('outbound.passedOver').map(({ reason }) => reason);
    assert.deepEqual(passed, ['notPublic', 'unknownNow']);
  });

  it('delivers to a host that can be looked up beside one that cannot', async () => {
    await using t = await net();
    await t.peer(3);
    t.mx('mx10', 10, '127.0.0.2');
    t.mx('mx20', 20, '127.0.0.3');
    t.setup.dns.behave(({ name }) => (/^mx10/i.test(name) ? { rcode: 2 } : undefined));
    assert.deepEqual(summary(await t.send()), ['delivered 2.0.0']);
  });

  it('is interrupted by its signal while names are looked up', async () => {
    await using t = await net();
    t.setup.dns.behave(() => 'silent');
    const controller = new AbortController();
    const attempt = t.setup.courier.attempt(
      makeAttempt({ kind: 'mx', domain: 'contoso.test' }),
      controller.signal,
    );
    await t.setup.dns.seen(1);
    controller.abort();
    assert.deepEqual(summary(await attempt), ['deferred 4.3.2']);
  });
});

describe('addresses that MX records may not lead to', () => {
  for (const address of [
    '127.0.0.2',
    '::1',
    '10.1.2.3',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    'fe80::1',
    '::ffff:10.0.0.1',
  ]) {
    it(`include ${address}`, async () => {
      await using t = await net({ mayReach: [] });
      t.mx('mx10', 10, address);
      assert.deepEqual(summary(await t.send()), ['failed 5.4.4']);
      assert.equal(t.setup.tellings('outbound.passedOver')[0]?.['reason'], 'notPublic');
      assert.equal(t.setup.tellings('outbound.unavailable').length, 0);
    });
  }

  it('are left out beside others', async () => {
    await using t = await net({ mayReach: [range('127.0.0.3/32')] });
    await t.peer(2);
    const allowed = await t.peer(3);
    t.mx('mx10', 10, '127.0.0.2', '127.0.0.3');
    assert.deepEqual(summary(await t.send()), ['delivered 2.0.0']);
    assert.equal(allowed.messages.length, 1);
  });
});

describe('an MX record that names this server', () => {
  it('by its host name ends the list', async () => {
    await using t = await net({ hostname: 'mx20.test' });
    const worse = await t.peer(4);
    t.mx('mx10', 10, '127.0.0.2');
    t.mx('mx20', 20, '127.0.0.3');
    t.mx('mx30', 30, '127.0.0.4');
    // The better one is tried, is not there, and may come back.
    assert.deepEqual(summary(await t.send()), ['deferred 4.4.1']);
    assert.equal(worse.sessions.length, 0);
  });

  it('by an address that is listened on ends the list, for its whole preference', async () => {
    for (const own of ['127.0.0.2', '0.0.0.0', '[::]']) {
      await using t = await net();
      const same = await t.peer(3);
      const ours = await smtpSetup({
        mxPort: t.port,
        mayReach: LOOPBACK,
        ownAddresses: [`${own}:${t.port}`],
        resolver: t.setup.resolver,
      });
      t.mx('mx10', 10, own === '127.0.0.2' ? own : '127.0.0.1');
      t.mx('other', 10, '127.0.0.3');
      const outcomes = await ours.courier.attempt(makeAttempt({ kind: 'mx', domain: 'contoso.test' }), never);
      await ours[Symbol.asyncDispose]();
      assert.deepEqual(summary(outcomes), ['failed 5.4.6'], own);
      assert.equal(same.sessions.length, 0);
    }
  });

  it('on another port is nobody in particular', async () => {
    await using t = await net({ ownAddresses: ['127.0.0.2:1'] });
    await t.peer(2);
    t.mx('mx10', 10, '127.0.0.2');
    assert.deepEqual(summary(await t.send()), ['delivered 2.0.0']);
  });
});

describe('an address literal', () => {
  it('is delivered to as it is', async () => {
    await using t = await net();
    const peer = await t.peer(2);
    assert.deepEqual(summary(await t.send('[127.0.0.2]')), ['delivered 2.0.0']);
    assert.equal(peer.messages.length, 1);
    assert.equal(t.setup.dns.queries.length, 0);
  });

  it('is held to the same rules', async () => {
    await using t = await net({ mayReach: [], ownAddresses: [] });
    assert.deepEqual(summary(await t.send('[127.0.0.2]')), ['failed 5.4.4']);
    await using ours = await smtpSetup({ ownAddresses: ['127.0.0.2:25'] });
    const attempt = makeAttempt({ kind: 'mx', domain: '[127.0.0.2]' });
    assert.deepEqual(summary(await ours.courier.attempt(attempt, never)), ['failed 5.4.6']);
  });
});
