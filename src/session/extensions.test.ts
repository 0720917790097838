/** The extensions: offered only where they work, and working where they are offered. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { ListenerSettings } from './mod.ts';
import { Harness, SETTINGS } from './testing/harness.ts';
import { USUAL, type World } from './testing/services.ts';

const TLS = { protocol: 'TLSv1.3', cipher: 'x' };
const RCPT = 'RCPT TO:<bob@inbound.test>\r\n';
const MESSAGE = 'From: a@outside.test\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\nx\r\n';

function listener(changes: Partial<ListenerSettings>): Partial<World> {
  return { settings: { ...SETTINGS, ...changes } };
}

function offering(offers: Partial<ListenerSettings['offers']>): Partial<World> {
  return listener({ offers: { ...SETTINGS.offers, ...offers } });
}

const SUBMISSION = listener({
  purpose: 'submission',
  offers: { ...SETTINGS.offers, deliverBy: true, futureRelease: { maxSeconds: 3600 } },
});
const LMTP = listener({ purpose: 'lmtp', auth: 'off' });

/** Sends all at once to a session that has been greeted with EHLO (LHLO on LMTP); the replies to what follows. */
async function talk(world: Partial<World>, octets: string): Promise<string[]> {
  const { client } = await greeted(world);
  await client.send(octets);
  return client.replies();
}

async function codes(world: Partial<World>, octets: string): Promise<string> {
  return (await talk(world, octets)).map((reply) => reply.slice(0, 3)).join();
}

async function greeted(
  world: Partial<World>,
  tls?: typeof TLS,
): Promise<{ client: Harness; offered: string[] }> {
  const client = new Harness(world);
  const hello = { ...USUAL, ...world }.settings.purpose === 'lmtp' ? 'LHLO' : 'EHLO';
  if (tls !== undefined) client.session.secured(tls);
  await client.send(`${hello} a.test\r\n`);
  const offered = (client.replies()[1] ?? '').split('\n').map((line) => line.slice(4));
  return { client, offered: offered.slice(1) };
}

const ALWAYS = ['PIPELINING', 'SIZE 1000000', '8BITMIME', 'ENHANCEDSTATUSCODES'];

test('EHLO offers what works on the listener in the state, and nothing else', async () => {
  const all = ['SMTPUTF8', 'CHUNKING', 'BINARYMIME', 'DSN', 'STARTTLS', 'AUTH PLAIN LOGIN'];
  const limits = 'LIMITS MAILMAX=100 RCPTMAX=100';
  const cases: readonly (readonly [Partial<World>, typeof TLS | undefined, readonly string[]])[] = [
    [{}, undefined, [...ALWAYS, ...all, limits]],
    [{}, TLS, [...ALWAYS, ...all.filter((word) => word !== 'STARTTLS'), limits, 'REQUIRETLS']],
    [
      listener({
        auth: 'off',
        tlsAvailable: false,
        offers: {
          smtpUtf8: false,
          chunking: false,
          dsn: false,
          requireTls: false,
          limits: false,
          etrn: false,
          deliverBy: false,
          futureRelease: undefined,
        },
      }),
      TLS,
      ALWAYS,
    ],
    [
      SUBMISSION,
      undefined,
      [...ALWAYS, ...all, limits, 'DELIVERBY', 'FUTURERELEASE 3600 2026-11-24T13:00:00Z'],
    ],
    [offering({ etrn: true }), undefined, [...ALWAYS, ...all, limits, 'ETRN']],
    [
      listener({
        mayXclient: ({ text }) => text === USUAL.client,
        mayXforward: ({ text }) => text === USUAL.client,
      }),
      undefined,
      [
        ...ALWAYS,
        ...all,
        limits,
        'XCLIENT ADDR PORT DESTADDR DESTPORT NAME HELO PROTO LOGIN',
        'XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE',
      ],
    ],
    [LMTP, undefined, [...ALWAYS, ...all.filter((word) => !word.startsWith('AUTH')), limits]],
  ];
  for (const [world, tls, expected] of cases) {
    const { offered } = await greeted(world, tls);
    assert.deepEqual(offered.toSorted(), [...expected].sort());
  }
});

const NOT_OFFERED: readonly (readonly [string, Partial<World>, string, string])[] = [
  ['SMTPUTF8', offering({ smtpUtf8: false }), 'MAIL FROM:<> SMTPUTF8\r\n', '555'],
  ['BINARYMIME', offering({ chunking: false }), 'MAIL FROM:<> BODY=BINARYMIME\r\n', '555'],
  ['RET', offering({ dsn: false }), 'MAIL FROM:<> RET=FULL\r\n', '555'],
  ['ENVID', offering({ dsn: false }), 'MAIL FROM:<> ENVID=x\r\n', '555'],
  [
    'NOTIFY',
    offering({ dsn: false }),
    'MAIL FROM:<>\r\nRCPT TO:<bob@inbound.test> NOTIFY=NEVER\r\n',
    '250,555',
  ],
  [
    'ORCPT',
    offering({ dsn: false }),
    'MAIL FROM:<>\r\nRCPT TO:<bob@inbound.test> ORCPT=rfc822;bob@inbound.test\r\n',
    '250,555',
  ],
  ['BY', {}, 'MAIL FROM:<> BY=60;R\r\n', '555'],
  ['HOLDFOR', {}, 'MAIL FROM:<> HOLDFOR=60\r\n', '555'],
  ['HOLDUNTIL', {}, 'MAIL FROM:<> HOLDUNTIL=2026-11-24T12:30:00Z\r\n', '555'],
  ['REQUIRETLS in clear text', {}, 'MAIL FROM:<> REQUIRETLS\r\n', '530'],
  [
    'REQUIRETLS where there is no TLS',
    listener({ tlsAvailable: false }),
    'MAIL FROM:<> REQUIRETLS\r\n',
    '555',
  ],
  ['REQUIRETLS', offering({ requireTls: false }), 'MAIL FROM:<> REQUIRETLS\r\n', '555'],
  ['ETRN', {}, 'ETRN inbound.test\r\n', '502'],
  ['LHLO', {}, 'LHLO a.test\r\n', '500'],
  ['EHLO and HELO on LMTP', LMTP, 'EHLO a.test\r\nHELO a.test\r\n', '500,500'],
];

for (const [name, world, sent, expected] of NOT_OFFERED) {
  test(`Session refuses what is not offered: ${name}`, async () => {
    assert.equal(await codes(world, sent), expected);
  });
}

test('Session takes no parameter of an extension after HELO', async () => {
  for (const parameter of ['SMTPUTF8', 'BODY=BINARYMIME', 'RET=HDRS', 'ENVID=x', 'REQUIRETLS']) {
    assert.equal(await codes({}, `HELO a.test\r\nMAIL FROM:<> ${parameter}\r\n`), '250,555', parameter);
  }
  assert.equal(
    await codes({}, 'HELO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<bob@inbound.test> NOTIFY=NEVER\r\n'),
    '250,250,555',
  );
});

test('Session puts what the parameters say into the envelope', async () => {
  const { client } = await greeted({ ...SUBMISSION, client: '127.0.1.5' }, TLS);
  await client.send(
    'MAIL FROM:<a@outside.test> SMTPUTF8 REQUIRETLS RET=HDRS ENVID=ab+2Bc BY=600;RT HOLDFOR=60\r\n' +
      'RCPT TO:<bob@inbound.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob+2B1@inbound.test\r\n' +
      'RCPT TO:<v@outside.test> NOTIFY=NEVER\r\n' +
      `DATA\r\n${MESSAGE}.\r\n`,
  );
  assert.equal(client.codes(), '250,250,250,354,250');
  const [message] = client.messages;
  assert.deepEqual(
    message === undefined ? undefined : { ...message, body: undefined, recipients: undefined },
    {
      id: 'ID1',
      sender: 'a@outside.test',
      eightBit: false,
      binary: false,
      smtpUtf8: true,
      requireTls: true,
      ret: 'headers',
      envelopeId: 'ab+c',
      deliverBy: { at: client.now + 600_000, mode: 'return', trace: true },
      holdUntil: client.now + 60_000,
      quarantine: undefined,
      receivedAt: client.now,
      origin: { client: '127.0.1.5', listener: 'internet', account: null, helo: 'a.test' },
      body: undefined,
      recipients: undefined,
    },
  );
  assert.deepEqual(
    message?.recipients.map(({ address, notify, originalRecipient }) => [address, notify, originalRecipient]),
    [
      ['bob@inbound.test', ['success', 'delay'], 'rfc822;Bob+2B1@inbound.test'],
      ['v@outside.test', 'never', undefined],
    ],
  );
});

test('Session forgets the parameters with the transaction', async () => {
  const { client } = await greeted(SUBMISSION, TLS);
  await client.send(
    `MAIL FROM:<> SMTPUTF8 REQUIRETLS RET=FULL ENVID=x BY=600;N HOLDFOR=60\r\nRSET\r\nMAIL FROM:<>\r\n${RCPT}DATA\r\n${MESSAGE}.\r\n`,
  );
  const [message] = client.messages;
  assert.deepEqual(
    [message?.smtpUtf8, message?.requireTls, message?.ret, message?.envelopeId, message?.deliverBy],
    [false, false, undefined, undefined, undefined],
  );
  assert.equal(message?.holdUntil, undefined);
});

test('Session holds releases to the limit it says, to the second, and to the time to deliver by', async () => {
  const mail = (parameters: string): Promise<string> =>
    codes(SUBMISSION, `MAIL FROM:<a@outside.test> ${parameters}\r\n`);
  assert.equal(await mail('HOLDFOR=3600'), '250');
  assert.equal(await mail('HOLDFOR=3601'), '501');
  assert.equal(await mail('HOLDUNTIL=2026-11-24T13:00:00Z'), '250');
  assert.equal(await mail('HOLDUNTIL=2026-11-24T13:00:01Z'), '501');
  assert.equal(await mail('HOLDFOR=60 BY=61;R'), '250');
  assert.equal(await mail('HOLDFOR=60 BY=60;R'), '501');
  // RFC 4865 5.2.2.
  assert.equal(await mail('HOLDFOR=60 BY=60;N'), '501');
  assert.equal(await mail('HOLDFOR=60 BY=-1;N'), '501');
  assert.equal(await mail('HOLDFOR=60 BY=61;N'), '250');
});

test('Session takes UTF-8 addresses in a transaction with SMTPUTF8 only, and traces them', async () => {
  const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
  const rcpt = utf8('RCPT TO:<ü@relaydom.test>\r\n');
  assert.deepEqual(await talk({}, `MAIL FROM:<>\r\n${rcpt}`), [
    '250 2.1.0 Sender OK',
    '553 5.6.7 An address with other than ASCII characters needs SMTPUTF8 at MAIL',
  ]);
  const { client } = await greeted({});
  await client.send(`MAIL FROM:${utf8('<é@outside.test>')} SMTPUTF8\r\n${rcpt}DATA\r\n${MESSAGE}.\r\n`);
  assert.equal(client.codes(), '250,250,354,250');
  assert.equal(client.messages[0]?.sender, 'é@outside.test');
  const content = Buffer.from(client.content(0), 'latin1').toString('utf8');
  assert.match(content, /with UTF8SMTP id ID1\r\n\tfor <ü@relaydom\.test>;/);
});

test('Session names the protocol in Received as RFC 3848 and RFC 6531 have it', async () => {
  const cases: readonly (readonly [Partial<World>, string, boolean, string])[] = [
    [{}, '', false, 'ESMTP'],
    [{}, '', true, 'ESMTPS'],
    [{}, ' SMTPUTF8', true, 'UTF8SMTPS'],
    [LMTP, '', false, 'LMTP'],
    [LMTP, ' SMTPUTF8', true, 'UTF8LMTPS'],
  ];
  for (const [world, parameter, secured, protocol] of cases) {
    const { client } = await greeted(world, secured ? TLS : undefined);
    await client.send(`MAIL FROM:<>${parameter}\r\n${RCPT}DATA\r\n${MESSAGE}.\r\n`);
    assert.match(client.content(0), new RegExp(`with ${protocol} id ID1`));
  }
});

test('LMTP answers the end of a message once for each accepted recipient, in order', async () => {
  const rcpts = `${RCPT}RCPT TO:<nobody@inbound.test>\r\nRCPT TO:<alice@inbound.test>\r\n`;
  const { client } = await greeted(LMTP);
  await client.send(`MAIL FROM:<>\r\n${rcpts}DATA\r\n${MESSAGE}.\r\nNOOP\r\n`);
  assert.equal(client.codes(), '250,250,550,250,354,250,250,250');
  await client.send(
    `MAIL FROM:<>\r\n${rcpts}BDAT ${MESSAGE.length}\r\n${MESSAGE}BDAT 0 LAST\r\nNOOP\r\nMAIL FROM:<>\r\nDATA\r\n`,
  );
  assert.equal(client.codes(), '250,250,550,250,250,250,250,250,250,503');
  assert.equal(client.messages.length, 2);
});

test('LMTP says as often that a message is not stored', async () => {
  const { client } = await greeted({ ...LMTP, store: () => Promise.resolve('failed') });
  await client.send(`MAIL FROM:<>\r\n${RCPT}RCPT TO:<alice@inbound.test>\r\nDATA\r\n${MESSAGE}.\r\nNOOP\r\n`);
  assert.equal(client.codes(), '250,250,250,354,451,451,250');
});

test('LMTP answers the last chunk once for each recipient when the message is too big', async () => {
  const settings = { ...SETTINGS, purpose: 'lmtp', limits: { ...SETTINGS.limits, messageSize: 5 } } as const;
  const rcpts = `${RCPT}RCPT TO:<alice@inbound.test>\r\n`;
  assert.equal(
    await codes(
      { settings },
      `MAIL FROM:<>\r\n${rcpts}BDAT 6\r\nxxxxxxBDAT 1 LAST\r\nxNOOP\r\nMAIL FROM:<>\r\n${rcpts}BDAT 6 LAST\r\nxxxxxxNOOP\r\n`,
    ),
    '250,250,250,552,552,552,250,250,250,250,552,552,250',
  );
});

test('LMTP greets as LMTP', () => {
  assert.match(new Harness(LMTP).output, /^220 mx\.inbound\.test LMTP /);
});

test('EHLO tells of ETRN only those who may ask for something, by their address or their account', async () => {
  const world = listener({
    offers: { ...SETTINGS.offers, etrn: true },
    mayTurn: ({ client, account }) => client.text === '127.0.1.5' || account === 'alice@inbound.test',
  });
  assert.ok(!(await greeted(world)).offered.includes('ETRN'));
  assert.ok((await greeted({ ...world, client: '127.0.1.5' })).offered.includes('ETRN'));
  const auth = `AUTH PLAIN ${Buffer.from('\0alice@inbound.test\0secret').toString('base64')}\r\n`;
  const [, after] = await talk(world, `${auth}EHLO a.test\r\n`);
  assert.match(after ?? '', /^250 ETRN$/m);
});

test('ETRN says what the queue answers, outside transactions, for whoever asks', async () => {
  const answers = ['started', 'nothing', 'forbidden', 'unavailable'] as const;
  const asked: unknown[] = [];
  let next = 0;
  const world: Partial<World> = {
    ...offering({ etrn: true }),
    turn: (target, { client, account }) => {
      asked.push([target, client.text, account]);
      const answer = answers[next++] ?? 'unavailable';
      return next % 2 === 0 ? answer : Promise.resolve(answer);
    },
  };
  assert.equal(
    await codes(
      world,
      'ETRN inbound.test\r\nETRN @inbound.test\r\nETRN inbound.test\r\nETRN #q\r\nMAIL FROM:<>\r\nETRN inbound.test\r\n',
    ),
    '250,251,459,458,250,503',
  );
  assert.deepEqual(asked, [
    [{ kind: 'domain', domain: 'inbound.test', subdomains: false }, USUAL.client, undefined],
    [{ kind: 'domain', domain: 'inbound.test', subdomains: true }, USUAL.client, undefined],
    [{ kind: 'domain', domain: 'inbound.test', subdomains: false }, USUAL.client, undefined],
    [{ kind: 'queue', name: 'q' }, USUAL.client, undefined],
  ]);
});

test('ETRN wants EHLO first', async () => {
  const client = new Harness(offering({ etrn: true }));
  await client.send('ETRN inbound.test\r\nHELO a.test\r\nETRN inbound.test\r\n');
  assert.equal(client.codes(), '220,503,250,503');
});
