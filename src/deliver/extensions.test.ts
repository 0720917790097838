/** What a sender asked for, at servers that offer it and at servers that do not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCidr, type IpRange } from '../std/mod.ts';
import {
  inChunks,
  lmtpSetup,
  makeAttempt,
  smtpSetup,
  startPeer,
  summary,
  TEST_CERTIFICATE,
  testSecureContext,
  type AttemptInput,
  type Peer,
  type PeerOptions,
} from './testing/mod.ts';
import type { Outcome } from './types.ts';

const never = new AbortController().signal;
const NOW = Date.UTC(2026, 10, 24, 12);
const clock = { now: () => NOW };
const BASE = ['PIPELINING', 'SIZE', '8BITMIME'];

interface Tried {
  readonly outcomes: readonly Outcome[];
  readonly peer: Peer;
  /** Command lines, without those before MAIL. */
  readonly lines: readonly string[];
}

function linesOf(peer: Peer): readonly string[] {
  return peer.sessions.flatMap(({ lines }) => lines).filter((line) => !/^(?:EHLO|LHLO|STARTTLS)/.test(line));
}

async function tryOnce(peerOptions: PeerOptions, input: AttemptInput): Promise<Tried> {
  await using peer = await startPeer(peerOptions);
  await using setup = await smtpSetup({ clock, authorities: [TEST_CERTIFICATE] });
  // The name in the certificate.
  setup.dns.add('a.mx.test', { type: 'A', data: '127.0.0.1' });
  const target = { kind: 'smtp', to: { host: 'a.mx.test', port: peer.port } } as const;
  const outcomes = await setup.courier.attempt(makeAttempt(target, input), never);
  return { outcomes, peer, lines: linesOf(peer) };
}

async function tryLmtp(offers: readonly string[], input: AttemptInput): Promise<Tried> {
  await using peer = await startPeer({ protocol: 'lmtp', offers });
  await using setup = await lmtpSetup();
  const target = { kind: 'lmtp', to: { host: peer.host, port: peer.port } } as const;
  const outcomes = await setup.courier.attempt(makeAttempt(target, input), never);
  return { outcomes, peer, lines: linesOf(peer) };
}

const offering = (...extensions: readonly string[]): PeerOptions => ({ offers: [...BASE, ...extensions] });
const handed = ({ outcomes }: Tried): readonly unknown[] => outcomes.map((outcome) => outcome.handed);

describe('DSN (RFC 3461)', () => {
  const input: AttemptInput = {
    ret: 'headers',
    envelopeId: 'QQ+1 a=b',
    to: ['a@x.test', 'b@x.test', 'c+d@x.test'],
    asked: [
      { notify: ['success', 'failure'], originalRecipient: 'rfc822;A+2Ba@x.test' },
      { notify: 'never' },
      { original: 'c+d@old.test' },
    ],
  };

  it('is passed on as it was asked for', async () => {
    const tried = await tryOnce(offering('DSN'), input);
    assert.match(tried.lines[0] ?? '', /^MAIL FROM:<\S+> SIZE=\d+ RET=HDRS ENVID=QQ\+2B1\+20a\+3Db$/);
    assert.deepEqual(tried.lines.slice(1, 4), [
      'RCPT TO:<a@x.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;A+2Ba@x.test',
      'RCPT TO:<b@x.test> NOTIFY=NEVER',
      // RFC 3461 5.2.1 (d): the address that the client gave.
      'RCPT TO:<c+d@x.test> ORCPT=rfc822;c+2Bd@old.test',
    ]);
    assert.deepEqual(handed(tried)[0], { to: 'server', dsn: true, deliverBy: false });
  });

  it('is not mentioned to a server that does not offer it', async () => {
    const tried = await tryOnce(offering(), input);
    assert.match(tried.lines[0] ?? '', /^MAIL FROM:<\S+> SIZE=\d+$/);
    assert.equal(tried.lines[1], 'RCPT TO:<a@x.test>');
    assert.deepEqual(handed(tried)[0], { to: 'server', dsn: false, deliverBy: false });
  });

  it('adds nothing where nothing was asked for', async () => {
    const { lines } = await tryOnce(offering('DSN'), { asked: [{ original: 'bob@old.test' }] });
    assert.match(lines[0] ?? '', /^MAIL FROM:<\S+> SIZE=\d+$/);
    assert.equal(lines[1], 'RCPT TO:<bob@contoso.test>');
  });

  it('ends at a mail store, unless that tells of delivery itself', async () => {
    const silent = await tryLmtp(BASE, { asked: [{ notify: ['success'] }] });
    assert.deepEqual(handed(silent), [{ to: 'mailbox' }]);
    const telling = await tryLmtp([...BASE, 'DSN'], { asked: [{ notify: ['success'] }] });
    assert.deepEqual(handed(telling), [{ to: 'server', dsn: true, deliverBy: false }]);
    assert.match(telling.lines[1] ?? '', / NOTIFY=SUCCESS /);
  });
});

describe('SMTPUTF8 (RFC 6531)', () => {
  const header = 'Subject: gr\u00fcn\r\n\r\nplain\r\n';

  it('is said where it is offered, and addresses go as UTF-8', async () => {
    const to = ['gr\u00fcn@x.test', '\u7528\u6237@x.test'] as const;
    const input = { smtpUtf8: true, eightBit: true, sender: '\u010d\u010a@x.test', to };
    const { outcomes, peer, lines } = await tryOnce(offering('SMTPUTF8', 'DSN'), {
      ...input,
      asked: [{ notify: ['success'] }, { notify: ['delay'], originalRecipient: 'utf-8;gr\u00fcn@x.test' }],
    });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0', 'delivered 2.0.0']);
    assert.match(lines[0] ?? '', /^MAIL FROM:<\u010d\u010a@x\.test> SIZE=\d+ BODY=8BITMIME SMTPUTF8$/);
    assert.equal(lines[1], 'RCPT TO:<gr\u00fcn@x.test> NOTIFY=SUCCESS ORCPT=utf-8;gr\u00fcn@x.test');
    assert.equal(lines[2], 'RCPT TO:<\u7528\u6237@x.test> NOTIFY=DELAY ORCPT=utf-8;gr\u00fcn@x.test');
    assert.deepEqual(peer.messages[0]?.to, to);
  });

  for (const [what, input, expected] of [
    ['the sender', { sender: 'gr\u00fcn@x.test' }, ['failed 5.6.7']],
    ['a recipient', { to: ['gr\u00fcn@x.test', 'b@x.test'] }, ['failed 5.6.7', 'delivered 2.0.0']],
    ['the header', { content: header }, ['failed 5.6.9']],
    ['nothing', { content: 'Subject: green\r\n\r\ngr\u00fcn\r\n' }, ['delivered 2.0.0']],
  ] as const) {
    it(`fails without it for what it was needed for: ${what}`, async () => {
      const { outcomes, lines } = await tryOnce(offering('DSN'), { ...input, smtpUtf8: true });
      assert.deepEqual(summary(outcomes), expected);
      assert.ok(lines.every((line) => !/[^ -~]/.test(line)));
      for (const { kind, reply } of outcomes) if (kind === 'failed') assert.match(reply, /SMTPUTF8/);
    });
  }

  it('writes an original recipient for a server without it in ASCII', async () => {
    const asked = [{ notify: ['success'], original: 'gr\u00fcn+a@x.test' }] as const;
    const { lines } = await tryOnce(offering('DSN'), { asked, smtpUtf8: true });
    assert.equal(lines[1], 'RCPT TO:<bob@contoso.test> NOTIFY=SUCCESS ORCPT=utf-8;gr\\x{FC}n\\x{2B}a@x.test');
  });

  it('goes to a mail store that takes it', async () => {
    const input = { smtpUtf8: true, sender: 'gr\u00fcn@x.test', to: ['\u00fc@x.test'] as const };
    const taken = await tryLmtp([...BASE, 'SMTPUTF8'], input);
    assert.deepEqual(summary(taken.outcomes), ['delivered 2.0.0']);
    assert.match(taken.peer.messages[0]?.content.toString() ?? '', /^Return-Path: <gr\u00fcn@x\.test>\r\n/);
    const refused = await tryLmtp(BASE, input);
    assert.deepEqual(summary(refused.outcomes), ['failed 5.6.7']);
  });
});

describe('BINARYMIME and CHUNKING (RFC 3030)', () => {
  const binary = Buffer.from('Subject: b\r\n\r\n.\r\n\0\n\r.\r\n.\r\n\u00ff', 'latin1');
  const text = 'Subject: b\r\n\r\n.dot\r\ntext\r\n';

  for (const [what, content] of [
    ['in memory', binary],
    ['in chunks', inChunks([binary.subarray(0, 5), binary.subarray(5)])],
  ] as const) {
    it(`sends binary content ${what} octet by octet with BDAT`, async () => {
      const input = { binary: true, content };
      const { outcomes, peer, lines } = await tryOnce(offering('CHUNKING', 'BINARYMIME'), input);
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
      assert.match(lines[0] ?? '', /^MAIL FROM:<\S+> SIZE=\d+ BODY=BINARYMIME$/);
      assert.equal(lines[2], `BDAT ${binary.length} LAST`);
      assert.deepEqual(peer.messages[0]?.content, binary);
    });
  }

  it('fails where it is not offered, with words for it', async () => {
    for (const offers of [offering(), offering('CHUNKING'), offering('BINARYMIME')]) {
      const { outcomes, peer } = await tryOnce(offers, { binary: true, content: binary });
      assert.deepEqual(summary(outcomes), ['failed 5.6.1']);
      assert.match(outcomes[0]?.reply ?? '', /takes text only \(no BINARYMIME\)/);
      assert.equal(peer.messages.length, 0);
    }
  });

  it('is not needed for what was declared binary and is text', async () => {
    const { outcomes, peer, lines } = await tryOnce(offering('CHUNKING'), { binary: true, content: text });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.match(lines[0] ?? '', / BODY=8BITMIME$/);
    assert.ok(lines.includes('DATA'));
    assert.equal(peer.messages[0]?.content.toString(), text);
  });

  it('keeps to DATA for other messages', async () => {
    const { lines } = await tryOnce(offering('CHUNKING', 'BINARYMIME'), { content: text });
    assert.ok(lines.includes('DATA'));
  });

  it('sends no chunk when nobody is left, and starts anew on the same connection', async () => {
    await using peer = await startPeer({
      ...offering('CHUNKING', 'BINARYMIME'),
      onCommand: (line) => (line.startsWith('RCPT TO:<no@') ? '550 5.1.1 Nobody' : undefined),
      onMessage: ({ to }) => (to[0] === 'full@x.test' ? '452 4.2.2 Full' : undefined),
    });
    await using setup = await smtpSetup();
    const target = { kind: 'smtp', to: { host: peer.host, port: peer.port } } as const;
    const send = async (to: string): Promise<readonly string[]> =>
      summary(
        await setup.courier.attempt(makeAttempt(target, { binary: true, content: binary, to: [to] }), never),
      );
    assert.deepEqual(await send('no@x.test'), ['failed 5.1.1']);
    assert.deepEqual(await send('full@x.test'), ['deferred 4.2.2']);
    assert.deepEqual(await send('a@x.test'), ['delivered 2.0.0']);
    assert.equal(peer.sessions.length, 1);
    // RFC 3030 2: also after a failed BDAT.
    assert.equal(linesOf(peer).filter((line) => line === 'RSET').length, 2);
  });

  it('gives each recipient of a mail store its own reply', async () => {
    await using peer = await startPeer({
      protocol: 'lmtp',
      ...offering('CHUNKING', 'BINARYMIME'),
      onMessage: (_message, recipient) => (recipient === 'b@x.test' ? '552 5.2.2 Full' : undefined),
    });
    await using setup = await lmtpSetup();
    const target = { kind: 'lmtp', to: { host: peer.host, port: peer.port } } as const;
    const input = { binary: true, content: binary, to: ['a@x.test', 'b@x.test'] as const };
    const outcomes = await setup.courier.attempt(makeAttempt(target, input), never);
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0', 'failed 5.2.2']);
    const whole = Buffer.concat([Buffer.from('Return-Path: <alice@fabrikam.test>\r\n'), binary]);
    assert.deepEqual(peer.messages[0]?.content, whole);
  });

  it('never announces more than it sends: content that is shorter by now is put off', async () => {
    const short = { ...inChunks([binary]), size: binary.length + 3 };
    const { outcomes, peer } = await tryOnce(offering('CHUNKING', 'BINARYMIME'), {
      binary: true,
      content: short,
    });
    assert.deepEqual(summary(outcomes), ['deferred 4.3.0']);
    assert.equal(peer.messages.length, 0);
  });
});

describe('REQUIRETLS (RFC 8689)', () => {
  const secureContext = testSecureContext();
  const input: AttemptInput = { requireTls: true };

  it('is kept and passed on by a server with a certificate for its name', async () => {
    const { outcomes, lines, peer } = await tryOnce({ ...offering('REQUIRETLS'), secureContext }, input);
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.match(lines[0] ?? '', / REQUIRETLS$/);
    assert.ok(peer.messages[0]?.session.secure);
  });

  for (const [what, options, status] of [
    ['offers no TLS', offering('REQUIRETLS'), '5.7.10'],
    ['does not offer it', { ...offering(), secureContext }, '5.7.30'],
    [
      'is not TLS after all',
      {
        ...offering('REQUIRETLS'),
        onCommand: (line: string) => (line === 'STARTTLS' ? '454 4.7.0 Not now' : undefined),
        secureContext,
      },
      '5.7.10',
    ],
  ] as const) {
    it(`fails at a server that ${what}`, async () => {
      const { outcomes, peer } = await tryOnce(options, input);
      assert.deepEqual(summary(outcomes), [`failed ${status}`]);
      assert.ok(linesOf(peer).every((line) => !line.startsWith('MAIL')));
    });
  }

  it('fails at a server whose certificate is for another name', async () => {
    await using peer = await startPeer({ ...offering('REQUIRETLS'), secureContext });
    await using setup = await smtpSetup({ authorities: [TEST_CERTIFICATE] });
    const target = { kind: 'smtp', to: { host: '127.0.0.1', port: peer.port } } as const;
    const outcomes = await setup.courier.attempt(makeAttempt(target, input), never);
    assert.deepEqual(summary(outcomes), ['failed 5.7.10']);
    assert.match(outcomes[0]?.reply ?? '', /certificate of \[127\.0\.0\.1\]:\d+ does not verify/);
    const plain = await setup.courier.attempt(makeAttempt(target), never);
    assert.deepEqual(summary(plain), ['delivered 2.0.0']);
  });

  it('asks nothing of the way back: a bounce goes without it where it must', async () => {
    const { outcomes, lines } = await tryOnce(offering(), { ...input, sender: '' });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.doesNotMatch(lines[0] ?? '', /REQUIRETLS/);
    const kept = await tryOnce({ ...offering('REQUIRETLS'), secureContext }, { ...input, sender: '' });
    assert.match(kept.lines[0] ?? '', / REQUIRETLS$/);
  });

  it('takes a mail store on this machine for a file', async () => {
    const { outcomes } = await tryLmtp(BASE, input);
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
  });

  it('does not trust an MX record, but the name of the domain itself', async () => {
    await using first = await startPeer({ ...offering('REQUIRETLS'), secureContext, host: '127.0.0.2' });
    await using setup = await smtpSetup({
      authorities: [TEST_CERTIFICATE],
      mxPort: first.port,
      mayReach: [range('127.0.0.0/8')],
    });
    setup.dns.add('contoso.test', { type: 'MX', data: { preference: 10, exchange: 'a.mx.test' } });
    setup.dns.add('a.mx.test', { type: 'A', data: '127.0.0.2' });
    const send = async (domain: string): Promise<readonly Outcome[]> =>
      await setup.courier.attempt(makeAttempt({ kind: 'mx', domain }, input), never);
    const [refused] = await send('contoso.test');
    assert.deepEqual([refused?.kind, refused?.status], ['failed', '5.7.10']);
    assert.match(refused?.reply ?? '', /not proven: its DNS answer is not signed/);
    assert.equal(first.sessions.length, 0);
    assert.deepEqual(summary(await send('a.mx.test')), ['delivered 2.0.0']);
  });
});

describe('DELIVERBY (RFC 2852)', () => {
  const by = (seconds: number, mode: 'return' | 'notify', trace = false): AttemptInput => ({
    deliverBy: { at: NOW + seconds * 1000 + 999, mode, trace },
  });

  for (const [what, offered, input, parameter] of [
    ['what is left', 'DELIVERBY', by(120, 'return'), ' BY=120;R'],
    ['as much as is asked for', 'DELIVERBY 120', by(120, 'return', true), ' BY=120;RT'],
    ['a time that is over', 'DELIVERBY 240', by(-5, 'notify'), ' BY=-5;N'],
  ] as const) {
    it(`tells ${what}`, async () => {
      const tried = await tryOnce(offering(offered), input);
      assert.deepEqual(summary(tried.outcomes), ['delivered 2.0.0']);
      assert.ok((tried.lines[0] ?? '').endsWith(parameter));
      assert.deepEqual(handed(tried), [{ to: 'server', dsn: false, deliverBy: true }]);
    });
  }

  for (const [what, offers, input, expected] of [
    ['a server that does not offer it', [], by(120, 'return'), 'failed 5.3.3'],
    ['a server that needs more time', ['DELIVERBY 121'], by(120, 'return'), 'failed 5.4.7'],
    ['anybody, when its time is over', ['DELIVERBY'], by(0, 'return'), 'deferred 4.4.7'],
    [
      'a server that does not offer it, when the sender only wants to know',
      [],
      by(120, 'notify'),
      'delivered 2.0.0',
    ],
  ] as const) {
    it(`at ${what} is "${expected}"`, async () => {
      const { outcomes, lines } = await tryOnce(offering(...offers), input);
      assert.deepEqual(summary(outcomes), [expected]);
      assert.ok(lines.every((line) => !line.includes('BY=')));
    });
  }

  for (const options of ['DELIVERBY 120,x-new', 'DELIVERBY ,x-new', 'DELIVERBY x-new'] as const) {
    it(`reads what is offered as ${options} (RFC 2852 2)`, async () => {
      const { outcomes } = await tryOnce(offering(options), by(120, 'return'));
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    });
  }

  it('knows the least time among other options', async () => {
    const { outcomes } = await tryOnce(offering('DELIVERBY 121,x-new'), by(120, 'return'));
    assert.deepEqual(summary(outcomes), ['failed 5.4.7']);
  });

  // RFC 2852 4.1.4.2.
  for (const [what, offers, seconds, notify, expected] of [
    ['no NOTIFY', ['DSN'], 120, undefined, ' NOTIFY=FAILURE,DELAY ORCPT=rfc822;bob@contoso.test'],
    ['SUCCESS', ['DSN'], 120, ['success'], ' NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob@contoso.test'],
    ['DELAY', ['DSN'], 120, ['delay'], ' NOTIFY=DELAY ORCPT=rfc822;bob@contoso.test'],
    ['NEVER', ['DSN'], 120, 'never', ' NOTIFY=NEVER'],
    ['no NOTIFY when the time is over', ['DSN'], 0, undefined, ''],
    ['no NOTIFY when the server keeps to it', ['DSN', 'DELIVERBY'], 120, undefined, ''],
    ['no NOTIFY when the server has no DSN', [], 120, undefined, ''],
  ] as const) {
    it(`asks a server without it to tell of delays: ${what}`, async () => {
      const { lines } = await tryOnce(offering(...offers), { ...by(seconds, 'notify'), asked: [{ notify }] });
      assert.equal(lines[1], `RCPT TO:<bob@contoso.test>${expected}`);
    });
  }

  it('is kept by a mail store', async () => {
    const { outcomes } = await tryLmtp(BASE, by(1, 'return'));
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
  });
});

describe('LIMITS (RFC 9422)', () => {
  const to = ['a@x.test', 'b@X.test', 'c@y.test', 'd@x.test', 'e@z.test'] as const;

  for (const [limits, expected] of [
    ['RCPTMAX=2', ['a b', 'c d', 'e']],
    ['rcptmax=1 SPEED=9', ['a', 'b', 'c', 'd', 'e']],
    ['RCPTDOMAINMAX=1', ['a b', 'c', 'd', 'e']],
    ['MAILMAX=9 RCPTMAX=3 RCPTDOMAINMAX=2', ['a b c', 'd e']],
    ['RCPTMAX=5 RCPTDOMAINMAX=3', ['a b c d e']],
    // RFC 9422 3.7.
    ['RCPTMAX=0 RCPTDOMAINMAX=x', ['a b c d e']],
    ['RCPTMAX RCPTMAX=1000000', ['a b c d e']],
  ] as const) {
    it(`is kept: ${limits}`, async () => {
      const { outcomes, peer } = await tryOnce(offering(`LIMITS ${limits}`), { to });
      assert.deepEqual(
        peer.messages.map((message) => message.to.map((address) => address[0]).join(' ')),
        expected,
      );
      assert.deepEqual(summary(outcomes), Array(to.length).fill('delivered 2.0.0'));
      assert.equal(peer.sessions.length, 1);
    });
  }

  it('ends a connection that has had as many messages as its server takes', async () => {
    const { outcomes, peer } = await tryOnce(offering('LIMITS MAILMAX=2 RCPTMAX=1'), { to });
    assert.deepEqual(
      peer.sessions.map(({ messages }) => messages.length),
      [2, 2, 1],
    );
    assert.deepEqual(summary(outcomes), Array(to.length).fill('delivered 2.0.0'));
  });

  it('leaves those whose turn has not come for the next host when this one breaks off', async () => {
    const { outcomes } = await tryOnce(
      { ...offering('LIMITS RCPTMAX=2'), onMessage: () => ({ hangUp: true }) },
      { to },
    );
    assert.equal(outcomes.length, to.length);
    assert.ok(outcomes.every(({ kind }) => kind === 'deferred'));
  });

  it('is kept by a mail store, too', async () => {
    const { peer } = await tryLmtp([...BASE, 'LIMITS RCPTMAX=2'], { to });
    assert.deepEqual(
      peer.messages.map((message) => message.to.length),
      [2, 2, 1],
    );
  });
});

describe('several mail hosts', () => {
  it('are tried until one can be given the message', async () => {
    await using poor = await startPeer({ ...offering(), host: '127.0.0.2' });
    await using rich = await startPeer({ ...offering('SMTPUTF8'), host: '127.0.0.3', port: poor.port });
    await using setup = await smtpSetup({ mxPort: poor.port, mayReach: [range('127.0.0.0/8')] });
    for (const [preference, host] of [
      [10, '127.0.0.2'],
      [20, '127.0.0.3'],
    ] as const) {
      setup.dns.add('contoso.test', { type: 'MX', data: { preference, exchange: `mx${preference}.test` } });
      setup.dns.add(`mx${preference}.test`, { type: 'A', data: host });
    }
    const to = ['a@contoso.test', '\u00fc@contoso.test', 'b@contoso.test'] as const;
    const attempt = makeAttempt({ kind: 'mx', domain: 'contoso.test' }, { smtpUtf8: true, to });
    const outcomes = await setup.courier.attempt(attempt, never);
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0', 'delivered 2.0.0', 'delivered 2.0.0']);
    assert.deepEqual(poor.messages[0]?.to, ['a@contoso.test', 'b@contoso.test']);
    assert.deepEqual(rich.messages[0]?.to, ['\u00fc@contoso.test']);
  });
});

function range(cidr: string): IpRange {
  const parsed = parseCidr(cidr);
  assert.ok(parsed);
  return parsed;
}
