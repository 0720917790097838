import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { AUTH_LINE_LIMIT, COMMAND_LINE_LIMIT } from './mod.ts';
import { Harness, POLICY, SETTINGS } from './testing/harness.ts';

const b64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const ENVELOPE = 'MAIL FROM:<probe@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n';
const FROM = 'From: <a@outside.test>\r\n';
/** A message, as the client sends it. */
const MESSAGE = `${FROM}\r\nx\r\n.\r\n`;

test('Session greets, takes a message, and answers each command once, in order', async () => {
  const client = new Harness();
  await client.send(`EHLO probe.test\r\n${ENVELOPE}`);
  assert.equal(client.codes(), '220,250,250,250,354');
  await client.send(`${FROM}Subject: s\r\n\r\n..dot\r\n.\r\nQUIT\r\n`);
  assert.deepEqual(client.replies(), ['250 2.0.0 Queued as ID1', '221 2.0.0 Goodbye']);
  assert.ok(client.ended);
  const [message] = client.messages;
  assert.equal(message?.sender, 'probe@outside.test');
  assert.deepEqual(message?.recipients, [
    {
      address: 'bob@inbound.test',
      original: 'bob@inbound.test',
      by: 'route:inbound.test',
      notify: undefined,
      originalRecipient: undefined,
    },
  ]);
  const content = client.content(0);
  assert.match(
    content,
    /^Received: from probe\.test \(\[127\.0\.0\.66\]\)\r\n\tby mx\.inbound\.test \(Postern\) with ESMTP id ID1\r\n\tfor <bob@inbound\.test>;\r\n\tTue, 24 Nov 2026 12:00:00 \+0000\r\n/,
  );
  assert.ok(content.endsWith('Subject: s\r\n\r\n.dot\r\n'));
});

test('Session advertises only what works in the state', async () => {
  const plain = new Harness({ settings: { ...SETTINGS, authWithoutTls: false } });
  await plain.send('EHLO a.test\r\n');
  assert.match(plain.replies()[1] ?? '', /STARTTLS/);
  const off = new Harness({ settings: { ...SETTINGS, authWithoutTls: false, tlsAvailable: false } });
  await off.send('EHLO a.test\r\nSTARTTLS\r\n');
  const [, ehlo, starttls] = off.replies();
  assert.doesNotMatch(ehlo ?? '', /STARTTLS|AUTH/);
  assert.match(starttls ?? '', /^454 4\.7\.0/);
  const compat = new Harness({
    settings: { ...SETTINGS, compat: { ...SETTINGS.compat, authLoginEquals: true } },
  });
  await compat.send('EHLO a.test\r\n');
  assert.match(compat.replies()[1] ?? '', /250-AUTH PLAIN LOGIN\n250-AUTH=LOGIN PLAIN\n/);
});

const SEQUENCES: readonly (readonly [name: string, sent: string, codes: string])[] = [
  ['RCPT before MAIL', 'EHLO a.test\r\nRCPT TO:<bob@inbound.test>\r\n', '220,250,503'],
  ['DATA before RCPT', 'EHLO a.test\r\nMAIL FROM:<>\r\nDATA\r\n', '220,250,250,503'],
  ['MAIL before EHLO', 'MAIL FROM:<>\r\n', '220,503'],
  ['MAIL twice', 'EHLO a.test\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\n', '220,250,250,503'],
  [
    'RSET forgets the envelope',
    'EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<bob@inbound.test>\r\nRSET\r\nDATA\r\n',
    '220,250,250,250,250,503',
  ],
  [
    'EHLO forgets the envelope',
    'EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<bob@inbound.test>\r\nEHLO a.test\r\nDATA\r\n',
    '220,250,250,250,250,503',
  ],
  [
    'a refused recipient adds nothing',
    'EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<v@outside.test>\r\nDATA\r\n',
    '220,250,250,550,503',
  ],
  ['HELO clients', 'HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<bob@inbound.test>\r\nNOOP\r\n', '220,250,250,250,250'],
  [
    'the postmaster without a domain',
    'EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\n',
    '220,250,250,250',
  ],
  [
    'unknown and unoffered verbs',
    'EHLO a.test\r\nTURN\r\nEXPN x\r\nVRFY bob\r\nHELP\r\nXADR x\r\n',
    '220,250,500,502,252,214,500',
  ],
  ['unknown mailbox', 'EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@inbound.test>\r\n', '220,250,250,550'],
  ['a lone LF does not end a line', 'EHLO a.test\nNOOP\r\n', '220,500,250'],
  ['control octets', 'EHLO a.test\r\nMAIL FROM:<a\0b@c.test>\r\n', '220,250,501'],
  ['unknown parameter', 'EHLO a.test\r\nMAIL FROM:<> FOO=BAR\r\n', '220,250,555'],
  [
    'SIZE over the limit',
    'EHLO a.test\r\nMAIL FROM:<> SIZE=1000001\r\nMAIL FROM:<> SIZE=1000000\r\n',
    '220,250,552,250',
  ],
  ['empty EHLO', 'EHLO\r\n', '220,501'],
  ['AUTH with an unknown mechanism', 'EHLO a.test\r\nAUTH ANONYMOUS\r\n', '220,250,504'],
  ['AUTH after HELO', 'HELO a\r\nAUTH PLAIN\r\n', '220,250,503'],
];

for (const [name, sent, codes] of SEQUENCES) {
  test(`Session sequence: ${name}`, async () => {
    const client = new Harness();
    await client.send(sent);
    assert.equal(client.codes(), codes);
  });
}

test('Session refuses relaying with the policy’s words and its own name in brackets', async () => {
  const client = new Harness();
  await client.send('EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<victim@outside.test>\r\n');
  assert.match(
    client.replies()[3] ?? '',
    /^550 5\.7\.1 Relaying to outside\.test is prohibited from 127\.0\.0\.66 \(.*\) \[T1\]$/,
  );
  const refused = client.events.find(({ name }) => name === 'recipient.refused');
  assert.deepEqual(refused?.fields, {
    session: 'T1',
    client: '127.0.0.66',
    listener: 'internet',
    local: '127.0.0.1',
    helo: 'a.test',
    account: null,
    sender: '',
    recipient: 'victim@outside.test',
    rule: 'none',
    reason: 'noGrant',
    reply: refused !== undefined && 'reply' in refused.fields ? refused.fields.reply : '',
  });
});

test('Session authenticates by PLAIN and LOGIN, with and without initial response', async () => {
  const ways = [
    `AUTH PLAIN ${b64('\0alice@inbound.test\0secret')}\r\n`,
    `AUTH PLAIN\r\n${b64('\0alice@inbound.test\0secret')}\r\n`,
    `AUTH LOGIN\r\n${b64('alice@inbound.test')}\r\n${b64('secret')}\r\n`,
    `AUTH LOGIN ${b64('alice@inbound.test')}\r\n${b64('secret')}\r\n`,
    `AUTH PLAIN ${b64('alice@inbound.test\0alice@inbound.test\0secret')}\r\n`,
  ];
  for (const way of ways) {
    const client = new Harness();
    await client.send(`EHLO a.test\r\n${way}MAIL FROM:<alice@inbound.test>\r\nRCPT TO:<v@outside.test>\r\n`);
    const codes = client.codes();
    assert.ok(codes.endsWith('235,250,250'), `${way}: ${codes}`);
  }
});

test('Session grants nothing for a failed, cancelled or garbled AUTH', async () => {
  const ways: readonly (readonly [string, string])[] = [
    [`AUTH PLAIN ${b64('\0alice@inbound.test\0wrong')}\r\n`, '535'],
    [`AUTH PLAIN ${b64('\0alice@inbound.test\0')}\r\n`, '535'],
    [`AUTH PLAIN ${b64('bob@inbound.test\0alice@inbound.test\0secret')}\r\n`, '535'],
    [`AUTH LOGIN ${b64('alice@inbound.test')}\r\n*\r\n`, '334,501'],
    ['AUTH PLAIN\r\n*\r\n', '334,501'],
    ['AUTH PLAIN =====\r\n', '501'],
    ['AUTH LOGIN\r\nnot base64!\r\n', '334,501'],
    [`AUTH PLAIN ${b64('no separators')}\r\n`, '501'],
    [`AUTH PLAIN ${b64('a\0b\0c\0d')}\r\n`, '501'],
    [`AUTH PLAIN ${Buffer.from([0, 0xff, 0xfe, 0, 0x41]).toString('base64')}\r\n`, '501'],
    ['AUTH PLAIN =\r\n', '501'],
  ];
  for (const [way, codes] of ways) {
    const client = new Harness();
    await client.send(`EHLO a.test\r\n${way}MAIL FROM:<alice@inbound.test>\r\nRCPT TO:<v@outside.test>\r\n`);
    assert.equal(client.codes(), `220,250,${codes},250,550`, way);
  }
});

test('Session looks at nothing behind an AUTH that is still being verified', async () => {
  let answer: (verdict: 'rejected') => void = () => undefined;
  const client = new Harness({ verify: () => new Promise((resolve) => (answer = resolve)) });
  await client.send(
    `EHLO a.test\r\nAUTH PLAIN ${b64('\0alice@inbound.test\0x')}\r\nMAIL FROM:<>\r\nRCPT TO:<v@outside.test>\r\nDATA\r\n`,
  );
  assert.equal(client.codes(), '220,250');
  answer('rejected');
  await client.settle();
  assert.equal(client.codes(), '535,250,550,503');
});

test('Session wants TLS before AUTH, and AUTH before MAIL on submission', async () => {
  const settings = {
    ...SETTINGS,
    purpose: 'submission' as const,
    auth: 'required' as const,
    authWithoutTls: false,
  };
  const client = new Harness({ settings });
  await client.send(`EHLO a.test\r\nMAIL FROM:<>\r\nAUTH PLAIN ${b64('\0alice@inbound.test\0secret')}\r\n`);
  const [, , mail, auth] = client.replies();
  assert.match(mail ?? '', /^530 5\.7\.0 Send STARTTLS/);
  assert.match(auth ?? '', /^538 5\.7\.11/);
  await client.send('STARTTLS\r\n');
  client.session.secured({ protocol: 'TLSv1.3', cipher: 'x' });
  await client.send('MAIL FROM:<>\r\nEHLO a.test\r\nMAIL FROM:<>\r\n');
  assert.equal(client.codes(), '220,503,250,530');
});

test('Session forgets everything at STARTTLS and throws away what was pipelined behind it', async () => {
  const client = new Harness();
  await client.send(`EHLO a.test\r\nAUTH PLAIN ${b64('\0alice@inbound.test\0secret')}\r\n`);
  await client.send('STARTTLS\r\nMAIL FROM:<evil@x.test>\r\nRCPT TO:<v@outside.test>\r\n');
  assert.equal(client.tlsAsked, 1);
  client.session.secured({ protocol: 'TLSv1.3', cipher: 'x' });
  await client.settle();
  assert.equal(client.codes(), '220,250,235,220');
  await client.send(
    'RCPT TO:<v@outside.test>\r\nEHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<v@outside.test>\r\nSTARTTLS\r\n',
  );
  assert.equal(client.codes(), '503,250,250,550,503');
  assert.ok(client.events.some(({ name }) => name === 'session.injection'));
});

test('Session keeps an account over EHLO and RSET, and gives no second one', async () => {
  const client = new Harness();
  const auth = `AUTH PLAIN ${b64('\0alice@inbound.test\0secret')}\r\n`;
  await client.send(
    `EHLO a.test\r\n${auth}EHLO b.test\r\nRSET\r\n${auth}MAIL FROM:<>\r\nRCPT TO:<v@outside.test>\r\n`,
  );
  assert.equal(client.codes(), '220,250,235,250,250,503,250,250');
});

for (const [name, text] of [
  ['a bare LF', 'a\nb'],
  ['a bare CR', 'a\rb'],
  ['LF.LF', 'a\n.\nb'],
  ['LF.CRLF', 'a\n.\r\nb'],
  ['CR.CR', 'a\r.\rb'],
] as const) {
  test(`Session refuses ${name} in a message, and repairs it where the listener says so`, async () => {
    const strict = new Harness();
    await strict.send(`EHLO a.test\r\n${ENVELOPE}${FROM}\r\n${text}\r\n.\r\nNOOP\r\n`);
    assert.equal(strict.codes(), '220,250,250,250,354,550,250');
    assert.equal(strict.messages.length, 0);
    const lenient = new Harness({ settings: { ...SETTINGS, compat: { ...SETTINGS.compat, bareLf: true } } });
    await lenient.send(`EHLO a.test\r\n${ENVELOPE}${FROM}\r\n${text}\r\n.\r\nNOOP\r\n`);
    assert.equal(lenient.codes(), '220,250,250,250,354,250,250');
    assert.doesNotMatch(lenient.content(0), /[^\r]\n|\r[^\n]/);
  });
}

test('Session holds content to the size limit, to the octet', async () => {
  const settings = { ...SETTINGS, limits: { ...SETTINGS.limits, messageSize: 1000 } };
  for (const [size, code] of [
    [1000, '250'],
    [1001, '552'],
  ] as const) {
    const client = new Harness({ settings });
    await client.send(
      `EHLO a.test\r\n${ENVELOPE}${FROM}\r\n${'x'.repeat(size - FROM.length - 4)}\r\n.\r\nNOOP\r\n`,
    );
    assert.equal(client.codes(), `220,250,250,250,354,${code},250`);
  }
});

test('Session lets an account that was disabled or removed meanwhile do nothing more', async () => {
  for (const [now, code] of [
    ['disabled', '421'],
    ['unknown', '421'],
    ['unavailable', '454'],
  ] as const) {
    let standing: 'enabled' | typeof now = 'enabled';
    const client = new Harness({ standing: () => standing });
    await client.send(
      `EHLO a.test\r\nAUTH PLAIN ${b64('\0alice@inbound.test\0secret')}\r\nMAIL FROM:<>\r\nRCPT TO:<v@outside.test>\r\n`,
    );
    assert.equal(client.codes(), '220,250,235,250,250');
    standing = now;
    await client.send('RCPT TO:<w@outside.test>\r\n');
    assert.equal(client.codes(), code);
    const other = new Harness({ standing: () => now });
    await other.send(`EHLO a.test\r\nAUTH PLAIN ${b64('\0alice@inbound.test\0secret')}\r\nMAIL FROM:<>\r\n`);
    assert.equal(other.codes(), `220,250,235,${code}`);
  }
});

test('Session refuses a message with more Received lines than the limit', async () => {
  const settings = { ...SETTINGS, limits: { ...SETTINGS.limits, hops: 3 } };
  for (const [hops, code] of [
    [3, '250'],
    [4, '554'],
  ] as const) {
    const client = new Harness({ settings });
    await client.send(`EHLO a.test\r\n${ENVELOPE}${'Received: x\r\n'.repeat(hops)}${FROM}\r\nbody\r\n.\r\n`);
    assert.equal(client.codes(), `220,250,250,250,354,${code}`);
  }
});

test('Session holds recipients, messages and errors to their limits', async () => {
  const settings = {
    ...SETTINGS,
    limits: { ...SETTINGS.limits, recipients: 2, messagesPerConnection: 1, errors: 3 },
  };
  const client = new Harness({ settings });
  const rcpt = 'RCPT TO:<bob@inbound.test>\r\n';
  await client.send(`EHLO a.test\r\nMAIL FROM:<>\r\n${rcpt}${rcpt}${rcpt}DATA\r\n${MESSAGE}MAIL FROM:<>\r\n`);
  assert.equal(client.codes(), '220,250,250,250,250,452,354,250,421');
  const clumsy = new Harness({ settings });
  await clumsy.send('FOO\r\nFOO\r\nFOO\r\nNOOP\r\n');
  assert.equal(clumsy.codes(), '220,500,500,500,421');
  assert.ok(clumsy.ended);
});

test('Session takes command lines up to 2048 octets and AUTH lines up to 12288', async () => {
  const client = new Harness();
  const noop = (octets: number): string => `NOOP ${'x'.repeat(octets - 7)}\r\n`;
  await client.send(noop(COMMAND_LINE_LIMIT) + noop(COMMAND_LINE_LIMIT + 1) + noop(AUTH_LINE_LIMIT + 1));
  assert.equal(client.codes(), '220,250,500,500');
  await client.send('EHLO a.test\r\n');
  const auth = (octets: number): string => `AUTH PLAIN ${'A'.repeat(octets - 13)}\r\n`;
  await client.send(auth(AUTH_LINE_LIMIT) + auth(AUTH_LINE_LIMIT + 1));
  const [, first, second] = client.replies();
  assert.match(first ?? '', /^5(?:01|35)/);
  assert.match(second ?? '', /^500 5\.5\.2 Line too long/);
});

test('Session answers 452 at MAIL when the disk is full, 452 or 451 after DATA when storing fails', async () => {
  const full = new Harness({ accepts: false });
  await full.send('EHLO a.test\r\nMAIL FROM:<>\r\n');
  assert.match(full.replies()[2] ?? '', /^452 4\.3\.1/);
  for (const [result, code] of [
    ['full', '452'],
    ['failed', '451'],
  ] as const) {
    const client = new Harness({ store: () => Promise.resolve(result) });
    await client.send(`EHLO a.test\r\n${ENVELOPE}${MESSAGE}NOOP\r\n`);
    assert.equal(client.codes(), `220,250,250,250,354,${code},250`);
  }
});

test('Session says 250 only when the message is stored', async () => {
  let stored: (result: 'stored') => void = () => undefined;
  const client = new Harness({ store: () => new Promise((resolve) => (stored = resolve)) });
  await client.send(`EHLO a.test\r\n${ENVELOPE}${MESSAGE}NOOP\r\n`);
  assert.equal(client.codes(), '220,250,250,250,354');
  stored('stored');
  await client.settle();
  assert.equal(client.codes(), '250,250');
});

test('Session tells the history of a message that is stored, with its Message-ID, and of no other', async () => {
  const client = new Harness({
    store: (message) => Promise.resolve(message.id === 'ID1' ? 'failed' : 'stored'),
  });
  await client.send(`EHLO a.test\r\n${ENVELOPE}Message-ID: <lost@a.test>\r\n${MESSAGE}`);
  await client.send(`${ENVELOPE}Subject: s\r\nmessage-id: <kept@a.test>\r\n${MESSAGE}`);
  await client.send(`${ENVELOPE}Subject: none\r\n${MESSAGE}`);
  assert.deepEqual(
    client.kept.accepted.map(({ id, transaction, messageId, sender, size }) => [
      id,
      transaction,
      messageId,
      sender,
      size,
    ]),
    [
      ['ID2', 2, 'kept@a.test', 'probe@outside.test', 44 + FROM.length],
      ['ID3', 3, undefined, 'probe@outside.test', 20 + FROM.length],
    ],
  );
});

test('Session moves content over the inline limit into a file, and discards it with the connection', async () => {
  const client = new Harness({ inlineLimit: 2000 });
  await client.send(`EHLO a.test\r\n${ENVELOPE}`);
  const line = `${'y'.repeat(98)}\r\n`;
  await client.send(`${FROM}\r\n`);
  for (let n = 0; n < 50; n += 1) await client.send(line);
  await client.send('.\r\n');
  assert.equal(client.codes(), '220,250,250,250,354,250');
  assert.equal(client.messages[0]?.body.kind, 'file');
  assert.ok(client.content(0).endsWith(line.repeat(50)));
  await client.send(ENVELOPE);
  await client.send(line.repeat(50));
  assert.equal(client.files.size, 2);
  client.session.closed('reset');
  await client.settle();
  assert.equal(client.files.size, 1);
});

test('Session ends when its time is over: idle, in DATA, in all', async () => {
  const idle = new Harness();
  idle.session.expire((idle.now += 300_000));
  assert.ok(!idle.ended);
  idle.session.expire((idle.now += 1));
  assert.match(idle.output, /421 4\.4\.2 Timeout/);
  assert.ok(idle.ended);
  const data = new Harness();
  await data.send(`EHLO a.test\r\n${ENVELOPE}`);
  await data.send('x');
  data.session.expire((data.now += 180_001));
  assert.ok(data.ended);
  const busy = new Harness();
  for (let at = 0; at <= 3_600_000; at += 200_000) {
    busy.now += 200_000;
    await busy.send('NOOP\r\n');
    busy.session.expire(busy.now);
  }
  assert.ok(busy.ended);
});

test('Session drains: idle at once, a message after its reply', async () => {
  const idle = new Harness();
  idle.session.drain();
  assert.match(idle.output, /421 4\.3\.2/);
  const sending = new Harness();
  await sending.send(`EHLO a.test\r\n${ENVELOPE}`);
  sending.session.drain();
  assert.ok(!sending.ended);
  await sending.send(MESSAGE);
  assert.equal(sending.codes(), '220,250,250,250,354,250,421');
  assert.ok(sending.ended);
});

test('Session stops looking at commands while the client does not read, and goes on when it does', async () => {
  const client = new Harness();
  client.pending = 64 * 1024 + 1;
  await client.send('NOOP\r\n'.repeat(10));
  assert.equal(client.codes(), '220');
  assert.ok(client.paused);
  client.pending = 0;
  client.session.drained();
  assert.equal(client.codes(), Array.from({ length: 10 }, () => '250').join(','));
  assert.ok(!client.paused);
});

test('Session holds few replies for a client that does not read, and answers all that it sent before it closed its side', async () => {
  const client = new Harness({
    settings: { ...SETTINGS, limits: { ...SETTINGS.limits, junkCommands: 5000 } },
  });
  client.reads = false;
  await client.send('EHLO a.test\r\n'.repeat(4000));
  client.session.inputEnd();
  const held = client.pending;
  assert.ok(held >= 64 * 1024 && held < 192 * 1024, `${held} octets are held`);
  client.reads = true;
  while (!client.ended) {
    client.pending = 0;
    client.session.drained();
  }
  assert.equal(client.replies().length, 4001);
});

test('Session answers what was sent before the client closed its side', async () => {
  const client = new Harness();
  client.session.receive(Buffer.from(`EHLO a.test\r\n${ENVELOPE}${MESSAGE}`));
  client.session.inputEnd();
  await client.settle();
  assert.equal(client.codes(), '220,250,250,250,354,250');
  assert.ok(client.ended);
});

const COMMANDS = fc.constantFrom(
  'EHLO a.test\r\n',
  'HELO a\r\n',
  'MAIL FROM:<>\r\n',
  'MAIL FROM:<a@b.test> SIZE=10\r\n',
  'RCPT TO:<bob@inbound.test>\r\n',
  'RCPT TO:<v@outside.test>\r\n',
  'RCPT TO:<@a.test:v@outside.test>\r\n',
  'RCPT TO:<v%outside.test@inbound.test>\r\n',
  'DATA\r\n',
  'x\r\n.\r\n',
  MESSAGE,
  '.\r\n',
  '..\r\n',
  'a\nb\r\n.\r\n',
  'RSET\r\n',
  'NOOP\r\n',
  'VRFY x\r\n',
  'HELP\r\n',
  'AUTH PLAIN\r\n',
  '*\r\n',
  'AUTH LOGIN\r\n',
  `${b64('alice@inbound.test')}\r\n`,
  `AUTH PLAIN ${b64('\0alice@inbound.test\0wrong')}\r\n`,
  '\0\r\n',
  '\xff\xfe\r\n',
  'RCPT TO:<__proto__@inbound.test>\r\n',
  '\n',
  '\r',
  '\r\n',
  'MAIL',
  ' FROM:<>\r\n',
  'constructor\r\n',
  'QUIT\r\n',
);

test('Session gives the same replies whether octets come whole, one by one or split anywhere, and never relays', async () => {
  const policy = { ...POLICY, allow: [] };
  await fc.assert(
    fc.asyncProperty(
      fc.array(COMMANDS, { maxLength: 14 }),
      fc.array(fc.nat(200), { maxLength: 8 }),
      async (commands, cuts) => {
        const octets = Buffer.from(commands.join(''), 'latin1');
        const whole = new Harness({ policy });
        await whole.send(octets);
        const single = new Harness({ policy });
        for (const octet of octets) single.session.receive(Buffer.from([octet]));
        await single.settle();
        const split = new Harness({ policy });
        let from = 0;
        for (const cut of [...cuts].sort((a, b) => a - b)) {
          split.session.receive(octets.subarray(from, Math.max(from, cut)));
          from = Math.max(from, cut);
        }
        await split.send(octets.subarray(from));
        const expected = whole.replies();
        assert.deepEqual(single.replies(), expected);
        assert.deepEqual(split.replies(), expected);
        for (const { recipients } of whole.messages)
          assert.ok(recipients.every(({ address }) => address.endsWith('@inbound.test')));
      },
    ),
    { numRuns: 200 },
  );
});
