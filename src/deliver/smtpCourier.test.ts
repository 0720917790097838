/** What an SMTP transaction makes of the answers of the peer. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  inChunks,
  makeAttempt,
  SIMPLE_CONTENT,
  smtpSetup,
  startPeer,
  summary,
  type Answer,
  type AttemptInput,
  type Peer,
  type PeerOptions,
  type Setup,
} from './testing/mod.ts';
import type { Attempt, Outcome } from './types.ts';

const never = new AbortController().signal;
const PLAIN = ['SIZE 50000000', '8BITMIME', 'ENHANCEDSTATUSCODES'];

function attemptTo(peer: Peer, input: AttemptInput = {}): Attempt {
  return makeAttempt({ kind: 'smtp', to: { host: peer.host, port: peer.port } }, input);
}

interface Tried {
  readonly outcomes: readonly Outcome[];
  readonly peer: Peer;
  readonly setup: Setup;
}

/** One attempt at a peer of that kind; the peer and the courier are gone afterwards, but what they saw remains. */
async function tryOnce(
  peerOptions: PeerOptions,
  input: AttemptInput = {},
  courierOptions: Parameters<typeof smtpSetup>[0] = {},
): Promise<Tried> {
  await using peer = await startPeer(peerOptions);
  await using setup = await smtpSetup(courierOptions);
  const outcomes = await setup.courier.attempt(attemptTo(peer, input), never);
  return { outcomes, peer, setup };
}

/** Answers the commands that begin with one of the keys. */
function answering(answers: Readonly<Record<string, Answer>>): (line: string) => Answer | undefined {
  const known = Object.entries(answers);
  return (line) => known.find(([start]) => line.startsWith(start))?.[1];
}

const linesOf = (peer: Peer): readonly string[] => peer.sessions.flatMap(({ lines }) => lines);

/** With the group of commands in one write, and one by one. */
const BOTH_WAYS = [
  ['with PIPELINING', undefined],
  ['without PIPELINING', PLAIN],
] as const;

for (const [way, offers] of BOTH_WAYS) {
  const options = (more: PeerOptions): PeerOptions => (offers === undefined ? more : { ...more, offers });

  describe(`attempt() ${way}`, () => {
    it('delivers and says who took it', async () => {
      const { outcomes, peer } = await tryOnce(options({}));
      assert.deepEqual(outcomes, [
        {
          index: 0,
          kind: 'delivered',
          status: '2.0.0',
          reply: '250 2.0.0 Kept',
          remote: `[127.0.0.1]:${peer.port}`,
          tls: undefined,
          handed: { to: 'server', dsn: false, deliverBy: false },
        },
      ]);
      assert.equal(peer.messages[0]?.from, 'alice@fabrikam.test');
      assert.deepEqual(peer.messages[0]?.to, ['bob@contoso.test']);
      assert.equal(peer.messages[0]?.content.toString(), SIMPLE_CONTENT);
    });

    it('understands replies that come octet by octet', async () => {
      const { outcomes } = await tryOnce(options({ trickle: true }), { to: ['a@x.test', 'b@x.test'] });
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0', 'delivered 2.0.0']);
    });

    it('gives each recipient its own outcome', async () => {
      const onCommand = answering({
        'RCPT TO:<b@': '450 4.2.1 Busy',
        'RCPT TO:<c@': '550 5.1.1 Nobody',
        'RCPT TO:<d@': '551 Moved',
      });
      const to = ['a@x.test', 'b@x.test', 'c@x.test', 'd@x.test'] as const;
      const { outcomes, peer } = await tryOnce(options({ onCommand }), { to });
      assert.deepEqual(summary(outcomes), [
        'delivered 2.0.0',
        'deferred 4.2.1',
        'failed 5.1.1',
        'failed 5.0.0',
      ]);
      assert.deepEqual(peer.messages[0]?.to, ['a@x.test']);
    });

    it('sends no content when every recipient is refused, and can go on afterwards', async () => {
      await using peer = await startPeer(
        options({ onCommand: answering({ 'RCPT TO:<no': '550 5.1.1 Nobody' }) }),
      );
      await using t = await smtpSetup();
      const refused = await t.courier.attempt(attemptTo(peer, { to: ['no1@x.test', 'no2@x.test'] }), never);
      assert.deepEqual(summary(refused), ['failed 5.1.1', 'failed 5.1.1']);
      assert.equal(peer.messages.length, 0);
      const taken = await t.courier.attempt(attemptTo(peer), never);
      assert.deepEqual(summary(taken), ['delivered 2.0.0']);
      assert.equal(peer.sessions.length, 1);
      assert.ok(linesOf(peer).includes('RSET'));
    });

    it('gives everybody the refusal of the sender', async () => {
      await using peer = await startPeer(
        options({ onCommand: answering({ 'MAIL FROM:<bad': '550 5.7.1 Not you' }) }),
      );
      await using t = await smtpSetup();
      const input = { sender: 'bad@x.test', to: ['a@x.test', 'b@x.test'] as const };
      const refused = await t.courier.attempt(attemptTo(peer, input), never);
      assert.deepEqual(summary(refused), ['failed 5.7.1', 'failed 5.7.1']);
      assert.deepEqual(summary(await t.courier.attempt(attemptTo(peer), never)), ['delivered 2.0.0']);
      assert.equal(peer.sessions.length, 1);
    });

    it('defers when the sender is put off', async () => {
      const { outcomes } = await tryOnce(options({ onCommand: answering({ MAIL: '452 No room' }) }));
      assert.deepEqual(summary(outcomes), ['deferred 4.3.1']);
      assert.equal(outcomes[0]?.reply, '452 No room');
    });

    it('gives the refusal of DATA to those who were accepted', async () => {
      await using peer = await startPeer(
        options({
          onCommand: (line, { lines }) => {
            if (line.startsWith('RCPT TO:<c@')) return '550 5.1.1 Nobody';
            return line === 'DATA' && lines.filter((one) => one === 'DATA').length === 1
              ? '554 5.6.0 No'
              : undefined;
          },
        }),
      );
      await using t = await smtpSetup();
      const refused = await t.courier.attempt(attemptTo(peer, { to: ['a@x.test', 'c@x.test'] }), never);
      assert.deepEqual(summary(refused), ['failed 5.6.0', 'failed 5.1.1']);
      assert.deepEqual(summary(await t.courier.attempt(attemptTo(peer), never)), ['delivered 2.0.0']);
      assert.equal(peer.sessions.length, 1);
    });

    for (const [reply, expected] of [
      ['250 2.6.0 Queued', 'delivered 2.6.0'],
      ['250 Queued', 'delivered 2.0.0'],
      ['451 4.7.1 Greylisted', 'deferred 4.7.1'],
      ['554 5.7.1 Spam', 'failed 5.7.1'],
      ['554 Spam', 'failed 5.0.0'],
      // The class of the code counts, not that of the status.
      ['550 2.0.0 Confused', 'failed 5.0.0'],
      ['354 Once more', 'deferred 4.5.0'],
    ] as const) {
      it(`ends as "${expected}" on "${reply}" to the content`, async () => {
        const { outcomes } = await tryOnce(options({ onMessage: () => reply }));
        assert.deepEqual(summary(outcomes), [expected]);
      });
    }

    for (const command of ['MAIL', 'RCPT', 'DATA']) {
      it(`defers on 421 to ${command}`, async () => {
        const onCommand = (line: string): Answer | undefined =>
          line.startsWith(command) ? { hangUp: true, saying: '421 4.3.2 Going down' } : undefined;
        const { outcomes } = await tryOnce(options({ onCommand }), { to: ['a@x.test', 'b@x.test'] });
        assert.deepEqual(summary(outcomes), ['deferred 4.3.2', 'deferred 4.3.2']);
        assert.match(outcomes[0]?.reply ?? '', /^421 4\.3\.2 Going down/);
      });

      it(`defers when the connection is lost at ${command}`, async () => {
        const onCommand = (line: string): Answer | undefined =>
          line.startsWith(command) ? { hangUp: true } : undefined;
        const { outcomes, setup } = await tryOnce(options({ onCommand }));
        assert.deepEqual(summary(outcomes), ['deferred 4.4.2']);
        assert.equal(setup.tellings('outbound.lost').length, 1);
      });

      it(`defers when there is no answer to ${command} in time`, async () => {
        const onCommand = (line: string): Answer | undefined =>
          line.startsWith(command) ? { silent: true } : undefined;
        const timeouts = { mail: 30, recipient: 30, data: 30 };
        const { outcomes } = await tryOnce(options({ onCommand }), {}, { timeouts });
        assert.deepEqual(summary(outcomes), ['deferred 4.4.2']);
        assert.match(outcomes[0]?.reply ?? '', new RegExp(`no reply to ${command} in time`));
      });

      it(`defers when the answer to ${command} is no reply`, async () => {
        const onCommand = (line: string): Answer | undefined =>
          line.startsWith(command) ? { raw: 'HTTP/1.1 400 Bad Request\r\n' } : undefined;
        const { outcomes } = await tryOnce(options({ onCommand }));
        assert.deepEqual(summary(outcomes), ['deferred 4.5.0']);
      });
    }

    it('keeps what was refused before a 421', async () => {
      const onCommand = answering({
        'RCPT TO:<a@': '550 5.1.1 Nobody',
        'RCPT TO:<b@': { hangUp: true, saying: '421 4.3.2 Going down' },
      });
      const { outcomes } = await tryOnce(options({ onCommand }), {
        to: ['a@x.test', 'b@x.test', 'c@x.test'],
      });
      assert.deepEqual(summary(outcomes), ['failed 5.1.1', 'deferred 4.3.2', 'deferred 4.3.2']);
    });

    it('defers, and warns of a duplicate, when the connection is lost after the content', async () => {
      const { outcomes, peer } = await tryOnce(options({ onMessage: () => ({ hangUp: true }) }));
      assert.deepEqual(summary(outcomes), ['deferred 4.4.2']);
      assert.match(outcomes[0]?.reply ?? '', /may arrive twice/);
      assert.equal(peer.messages.length, 1);
    });

    it('defers when there is no answer to the content in time', async () => {
      const { outcomes, peer } = await tryOnce(
        options({ onMessage: () => ({ silent: true }) }),
        {},
        { timeouts: { final: 30 } },
      );
      assert.deepEqual(summary(outcomes), ['deferred 4.4.2']);
      assert.equal(peer.messages.length, 1);
    });

    it('defers when the answer to DATA is a success that means nothing', async () => {
      const { outcomes, peer } = await tryOnce(options({ onCommand: answering({ DATA: '250 2.0.0 Fine' }) }));
      assert.deepEqual(summary(outcomes), ['deferred 4.5.0']);
      assert.equal(peer.messages.length, 0);
    });

    it('does not believe what a server said of recipients before it lost count', async () => {
      const onCommand = answering({ 'RCPT TO:<b@': '550 5.1.1 Nobody', DATA: '250 2.0.0 Fine' });
      const { outcomes } = await tryOnce(options({ onCommand }), { to: ['a@x.test', 'b@x.test'] });
      assert.deepEqual(summary(outcomes), ['deferred 4.5.0', 'deferred 4.5.0']);
    });

    it('sends a dot when the server wants content though it refused every recipient', async () => {
      // Without PIPELINING the question does not arise: DATA is not sent.
      const onCommand = answering({ RCPT: '550 5.1.1 Nobody', DATA: '354 Go ahead' });
      await using peer = await startPeer(
        options({ onCommand, onMessage: () => '554 5.5.1 No valid recipients' }),
      );
      await using t = await smtpSetup();
      assert.deepEqual(summary(await t.courier.attempt(attemptTo(peer), never)), ['failed 5.1.1']);
      assert.deepEqual(summary(await t.courier.attempt(attemptTo(peer), never)), ['failed 5.1.1']);
      assert.equal(peer.sessions.length, 1);
      for (const message of peer.messages) assert.equal(message.content.length, 0);
      assert.equal(peer.messages.length, offers === undefined ? 2 : 0);
    });

    it('does not follow a server that wants content for a sender it refused', async () => {
      const onCommand = answering({
        MAIL: '550 5.7.1 Not you',
        RCPT: '250 2.1.5 Fine',
        DATA: '354 Go ahead',
      });
      const { outcomes, peer } = await tryOnce(options({ onCommand }));
      assert.deepEqual(summary(outcomes), ['failed 5.7.1']);
      assert.equal(peer.messages.length, 0);
    });

    it('ends a connection whose server says more than was asked', async () => {
      await using peer = await startPeer(
        options({ onMessage: () => '250 2.0.0 Kept\r\n250 2.0.0 And more' }),
      );
      await using t = await smtpSetup();
      assert.deepEqual(summary(await t.courier.attempt(attemptTo(peer), never)), ['delivered 2.0.0']);
      assert.deepEqual(summary(await t.courier.attempt(attemptTo(peer), never)), ['delivered 2.0.0']);
      assert.equal(peer.sessions.length, 2);
    });

    it('gives up on a server that floods replies', async () => {
      const flood = Buffer.from('250-and on\r\n'.repeat(20_000));
      const { outcomes } = await tryOnce(options({ onCommand: answering({ MAIL: { raw: flood } }) }));
      assert.deepEqual(summary(outcomes), ['deferred 4.5.0']);
    });

    it('breaks off at a reply without an end, and does not wait for one', async () => {
      const line = Buffer.alloc(1_000_000, '2');
      const { outcomes } = await tryOnce(
        options({ onCommand: answering({ MAIL: { raw: line }, RCPT: { silent: true } }) }),
      );
      assert.deepEqual(summary(outcomes), ['deferred 4.5.0']);
    });

    it('stuffs dots and ends a last line without CRLF', async () => {
      const content = '.\r\n..two\r\nin. line\r\n.\r\n\r\n.end';
      const { outcomes, peer } = await tryOnce(options({}), { content });
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
      assert.equal(peer.messages[0]?.content.toString(), `${content}\r\n`);
    });

    it('sends the empty message', async () => {
      const { outcomes, peer } = await tryOnce(options({}), { content: '' });
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
      assert.equal(peer.messages[0]?.content.length, 0);
    });

    it('sends the null reverse-path', async () => {
      const { peer } = await tryOnce(options({}), { sender: '' });
      assert.match(peer.messages[0]?.mail ?? '', /^MAIL FROM:<> SIZE=\d+$/);
    });

    for (const size of [64 * 1024, 64 * 1024 + 1, 300_000]) {
      it(`sends ${size} octets from memory and in chunks`, async () => {
        const line = Buffer.from(`.${'0123456789'.repeat(7)}\r\n`);
        const content = Buffer.concat([Buffer.alloc(size, line)]);
        await using peer = await startPeer(options({}));
        await using t = await smtpSetup();
        const cut = Math.floor(size / 3);
        const chunks = [content.subarray(0, cut), content.subarray(cut, cut + 1), content.subarray(cut + 1)];
        for (const given of [content, inChunks(chunks)]) {
          assert.deepEqual(summary(await t.courier.attempt(attemptTo(peer, { content: given }), never)), [
            'delivered 2.0.0',
          ]);
        }
        for (const message of peer.messages) {
          assert.equal(message.content.subarray(0, size).equals(content), true);
          assert.ok(message.content.length - size <= 2);
        }
        assert.equal(peer.messages.length, 2);
      });
    }

    it('never ends content that cannot be read to its end', async () => {
      const content = inChunks([Buffer.from('Subject: half\r\n'), new Error('bad sector')]);
      const { outcomes, peer } = await tryOnce(options({}), { content });
      assert.deepEqual(summary(outcomes), ['deferred 4.3.0']);
      assert.match(outcomes[0]?.reply ?? '', /could not be read: bad sector/);
      assert.equal(peer.messages.length, 0);
    });

    it('defers when the server stops taking content', async () => {
      const content = inChunks(Array.from({ length: 400 }, () => Buffer.alloc(64 * 1024, 'x')));
      const { outcomes, peer } = await tryOnce(
        options({ stallsOnData: true }),
        { content },
        { timeouts: { block: 100, final: 100 } },
      );
      assert.deepEqual(summary(outcomes), ['deferred 4.4.2']);
      assert.match(outcomes[0]?.reply ?? '', /no reply to a block of the message in time/);
      assert.equal(peer.messages.length, 0);
    });

    for (const [reply, expected] of [
      ['552 5.3.4 Too much', 'failed 5.3.4'],
      ['421 4.3.2 Going down', 'deferred 4.3.2'],
      ['250 2.0.0 Already enough', 'deferred 4.5.0'],
    ] as const) {
      it(`ends as "${expected}" on "${reply}" in the middle of the content`, async () => {
        const content = inChunks(Array.from({ length: 400 }, () => Buffer.alloc(64 * 1024, 'x')));
        const { outcomes } = await tryOnce(
          options({ stallsOnData: true, onCommand: answering({ DATA: `354 Go ahead\r\n${reply}` }) }),
          { content },
        );
        assert.deepEqual(summary(outcomes), [expected]);
      });
    }

    it('is interrupted by its signal while it waits for an answer', async () => {
      for (const command of ['MAIL', 'RCPT', 'DATA']) {
        await using peer = await startPeer(
          options({ onCommand: (line) => (line.startsWith(command) ? { silent: true } : undefined) }),
        );
        await using t = await smtpSetup();
        const controller = new AbortController();
        const attempt = t.courier.attempt(attemptTo(peer), controller.signal);
        await peer.until(() => linesOf(peer).some((line) => line.startsWith(command)));
        controller.abort();
        assert.deepEqual(summary(await attempt), ['deferred 4.3.2']);
      }
    });

    it('is interrupted by its signal while it sends content', async () => {
      await using peer = await startPeer(options({ stallsOnData: true }));
      await using t = await smtpSetup();
      const controller = new AbortController();
      const content = inChunks(Array.from({ length: 400 }, () => Buffer.alloc(64 * 1024, 'x')));
      const attempt = t.courier.attempt(attemptTo(peer, { content }), controller.signal);
      await peer.until(() => linesOf(peer).includes('DATA'));
      controller.abort();
      assert.deepEqual(summary(await attempt), ['deferred 4.3.2']);
    });
  });
}

describe('attempt() with more recipients than a server takes', () => {
  const many = (count: number): readonly [string, ...string[]] => [
    'r0@x.test',
    ...Array.from({ length: count - 1 }, (_, place) => `r${place + 1}@x.test`),
  ];

  it('sends groups of a hundred', async () => {
    for (const [count, groups] of [
      [100, [100]],
      [101, [100, 1]],
      [250, [100, 100, 50]],
    ] as const) {
      const { outcomes, peer } = await tryOnce({}, { to: many(count) });
      assert.deepEqual(
        peer.messages.map(({ to }) => to.length),
        groups,
      );
      assert.equal(outcomes.filter(({ kind }) => kind === 'delivered').length, count);
      assert.equal(peer.sessions.length, 1);
    }
  });

  for (const refusal of ['452 4.5.3 Too many', '452 Too many', '552 5.5.3 Too many', '552 Too many']) {
    it(`sends the others at once after "${refusal}"`, async () => {
      let taken = 0;
      const onCommand = (line: string): Answer | undefined => {
        if (line.startsWith('MAIL')) taken = 0;
        if (!line.startsWith('RCPT')) return undefined;
        taken += 1;
        return taken > 3 ? refusal : undefined;
      };
      const { outcomes, peer } = await tryOnce({ onCommand }, { to: many(8) });
      assert.deepEqual(
        peer.messages.map(({ to }) => to.length),
        [3, 3, 2],
      );
      assert.equal(outcomes.filter(({ kind }) => kind === 'delivered').length, 8);
    });

    it(`defers when "${refusal}" is all there is`, async () => {
      const { outcomes, peer } = await tryOnce({ onCommand: answering({ RCPT: refusal }) }, { to: many(3) });
      assert.deepEqual(summary(outcomes), ['deferred 4.5.3', 'deferred 4.5.3', 'deferred 4.5.3']);
      assert.equal(linesOf(peer).filter((line) => line.startsWith('MAIL')).length, 1);
    });
  }

  it('believes a status that says something else', async () => {
    const onCommand = answering({
      'RCPT TO:<r1@': '552 5.2.2 Full',
      'RCPT TO:<r2@': '452 4.2.2 Nearly full',
    });
    const { outcomes, peer } = await tryOnce({ onCommand }, { to: many(3) });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0', 'failed 5.2.2', 'deferred 4.2.2']);
    assert.equal(peer.messages.length, 1);
  });

  it('does not take the refusal of the content for one of the recipients', async () => {
    const { outcomes, peer } = await tryOnce({ onMessage: () => '452 4.5.3 Too many' }, { to: many(3) });
    assert.deepEqual(summary(outcomes), ['deferred 4.5.3', 'deferred 4.5.3', 'deferred 4.5.3']);
    assert.equal(peer.messages.length, 1);
  });

  it('keeps what was settled when the connection is lost later', async () => {
    const { outcomes } = await tryOnce(
      { onCommand: (line) => (line.startsWith('RCPT TO:<r100@') ? { hangUp: true } : undefined) },
      { to: many(101) },
    );
    assert.equal(outcomes.filter(({ kind }) => kind === 'delivered').length, 100);
    assert.equal(summary(outcomes)[100], 'deferred 4.4.2');
  });
});

describe('attempt() and what the server offers', () => {
  it('tells SIZE and BODY where they are known', async () => {
    const { peer } = await tryOnce({}, { eightBit: true, content: 'grüße\r\n' });
    assert.equal(peer.messages[0]?.mail, 'MAIL FROM:<alice@fabrikam.test> SIZE=9 BODY=8BITMIME');
  });

  it('sends eight bits as they are where 8BITMIME is not offered', async () => {
    const { outcomes, peer } = await tryOnce({ offers: [] }, { eightBit: true, content: 'grüße\r\n' });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.equal(peer.messages[0]?.mail, 'MAIL FROM:<alice@fabrikam.test>');
    assert.equal(peer.messages[0]?.content.toString(), 'grüße\r\n');
  });

  it('does not send what is too large', async () => {
    const content = 'x'.repeat(98) + '\r\n';
    for (const [limit, expected] of [
      ['SIZE 100', 'delivered 2.0.0'],
      ['SIZE 99', 'failed 5.3.4'],
      ['SIZE 0', 'delivered 2.0.0'],
      ['SIZE', 'delivered 2.0.0'],
    ] as const) {
      const { outcomes, peer } = await tryOnce({ offers: [limit] }, { content });
      assert.deepEqual(summary(outcomes), [expected], limit);
      assert.equal(peer.messages.length, expected.startsWith('delivered') ? 1 : 0);
    }
  });

  it('goes back to HELO', async () => {
    const { outcomes, peer } = await tryOnce({ onCommand: answering({ EHLO: '502 5.5.1 What?' }) });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.deepEqual(linesOf(peer).slice(0, 3), [
      'EHLO relay.test',
      'HELO relay.test',
      'MAIL FROM:<alice@fabrikam.test>',
    ]);
  });

  it('writes nothing that could be taken for another command', async () => {
    await using peer = await startPeer();
    await using t = await smtpSetup();
    const to = ['a@x.test', 'b\r\nQUIT@x.test', 'grün@x.test'] as const;
    const outcomes = await t.courier.attempt(attemptTo(peer, { to }), never);
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0', 'failed 5.1.3', 'failed 5.6.7']);
    const bad = await t.courier.attempt(attemptTo(peer, { sender: 'x>\r\nQUIT' }), never);
    assert.deepEqual(summary(bad), ['failed 5.1.3']);
    assert.ok(!linesOf(peer).includes('QUIT'));
  });

  it('makes one printable line of what the server says', async () => {
    const { outcomes } = await tryOnce({
      onMessage: () => `550-5.7.1 First\ttab\u0007\r\n550 5.7.1 ${'long '.repeat(200)}`,
    });
    const reply = outcomes[0]?.reply ?? '';
    assert.match(reply, /^550 5\.7\.1 First\?tab\? 5\.7\.1 long/);
    assert.equal(reply.length, 512);
  });
});

describe('attempt() when a server will not begin', () => {
  for (const [greeting, expected] of [
    ['421 4.3.2 Busy', 'deferred 4.3.2'],
    ['450 4.3.0 Busy', 'deferred 4.3.0'],
    // The host is one that the configuration names: mail waits until the administrator has seen to it.
    ['554 5.7.1 You are listed', 'deferred 4.7.1'],
    ['521 Not a mail server', 'deferred 4.3.2'],
  ] as const) {
    it(`ends as "${expected}" on "${greeting}"`, async () => {
      const { outcomes, setup, peer } = await tryOnce({ onCommand: answering({ CONNECT: greeting }) });
      assert.deepEqual(summary(outcomes), [expected]);
      assert.equal(outcomes[0]?.remote, `[127.0.0.1]:${peer.port}`);
      assert.equal(setup.tellings('outbound.unavailable').length, 1);
    });
  }

  it('defers when the greeting never comes', async () => {
    const { outcomes } = await tryOnce(
      { onCommand: answering({ CONNECT: { silent: true } }) },
      {},
      { timeouts: { greeting: 30 } },
    );
    assert.deepEqual(summary(outcomes), ['deferred 4.4.2']);
  });

  it('defers when the greeting is no reply', async () => {
    const { outcomes } = await tryOnce({ onCommand: answering({ CONNECT: { raw: 'SSH-2.0-OpenSSH\r\n' } }) });
    assert.deepEqual(summary(outcomes), ['deferred 4.4.2']);
  });

  it('defers when more than a greeting comes', async () => {
    const { outcomes } = await tryOnce({
      onCommand: answering({ CONNECT: '220 peer.test\r\n250 and more' }),
    });
    assert.deepEqual(summary(outcomes), ['deferred 4.4.2']);
    assert.match(outcomes[0]?.reply ?? '', /a reply that was not due: 250 and more/);
  });

  it('defers when both EHLO and HELO are refused', async () => {
    const { outcomes } = await tryOnce({
      onCommand: answering({ EHLO: '550 5.7.1 No', HELO: '550 5.7.1 No' }),
    });
    assert.deepEqual(summary(outcomes), ['deferred 4.7.1']);
  });

  it('defers when nobody listens', async () => {
    const peer = await startPeer();
    await peer[Symbol.asyncDispose]();
    await using t = await smtpSetup();
    const outcomes = await t.courier.attempt(attemptTo(peer), never);
    assert.deepEqual(summary(outcomes), ['deferred 4.4.1']);
    assert.equal(outcomes[0]?.remote, undefined);
    assert.match(outcomes[0]?.reply ?? '', /Cannot connect to \[127\.0\.0\.1\]:\d+: .*ECONNREFUSED/);
  });

  it('is interrupted by its signal while it waits for the greeting, and before', async () => {
    await using peer = await startPeer({ onCommand: answering({ CONNECT: { silent: true } }) });
    await using t = await smtpSetup();
    const controller = new AbortController();
    const attempt = t.courier.attempt(attemptTo(peer), controller.signal);
    await peer.until(() => peer.sessions.length === 1);
    controller.abort();
    assert.deepEqual(summary(await attempt), ['deferred 4.3.2']);
    assert.deepEqual(summary(await t.courier.attempt(attemptTo(peer), controller.signal)), [
      'deferred 4.3.2',
    ]);
    assert.equal(peer.sessions.length, 1);
  });
});

describe('attempt() at a named host', () => {
  it('looks up its addresses and no MX', async () => {
    await using peer = await startPeer();
    await using t = await smtpSetup();
    t.dns.add('branch.test', { type: 'A', data: '127.0.0.1' });
    t.dns.add('branch.test', { type: 'MX', data: { preference: 0, exchange: 'elsewhere.test' } });
    const attempt = makeAttempt({ kind: 'smtp', to: { host: 'branch.test', port: peer.port } });
    const outcomes = await t.courier.attempt(attempt, never);
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.equal(outcomes[0]?.remote, `branch.test [127.0.0.1]:${peer.port}`);
    assert.ok(t.dns.queries.every(({ type }) => type !== 'MX'));
  });

  it('tries its addresses by turns', async () => {
    await using peer = await startPeer({ host: '127.0.0.3' });
    await using t = await smtpSetup();
    for (const data of ['127.0.0.2', '127.0.0.3']) t.dns.add('branch.test', { type: 'A', data });
    t.dns.add('branch.test', { type: 'AAAA', data: '::1' });
    const attempt = makeAttempt({ kind: 'smtp', to: { host: 'branch.test', port: peer.port } });
    assert.deepEqual(summary(await t.courier.attempt(attempt, never)), ['delivered 2.0.0']);
    const missed = t
      .tellings('outbound.unavailable')
      .map(({ remote }) => String(remote).replace(/:\d+$/, ''));
    assert.deepEqual(missed, ['branch.test [::1]', 'branch.test [127.0.0.2]']);
  });

  it('knows localhost without asking', async () => {
    await using peer = await startPeer();
    await using t = await smtpSetup();
    const attempt = makeAttempt({ kind: 'smtp', to: { host: 'localhost', port: peer.port } });
    assert.deepEqual(summary(await t.courier.attempt(attempt, never)), ['delivered 2.0.0']);
    assert.equal(t.dns.queries.length, 0);
  });

  it('keeps the mail when the name is wrong or cannot be looked up', async () => {
    await using t = await smtpSetup();
    const attempt = makeAttempt({ kind: 'smtp', to: { host: 'wrong.test', port: 25 } });
    assert.deepEqual(summary(await t.courier.attempt(attempt, never)), ['deferred 4.4.4']);
    t.dns.behave(() => ({ rcode: 2 }));
    const other = makeAttempt({ kind: 'smtp', to: { host: 'failing.test', port: 25 } });
    assert.deepEqual(summary(await t.courier.attempt(other, never)), ['deferred 4.4.3']);
  });
});
