/** What is asked of a message that has come whole: its form, From and Sender; and what is added and removed on submission. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { domain, place, ranges } from '../policy/testing/mod.ts';
import type { ScreenSource } from '../screen/mod.ts';
import { Harness, POLICY, SETTINGS } from './testing/harness.ts';
import type { World } from './testing/services.ts';

const AUTH = `AUTH PLAIN ${Buffer.from('\0alice@inbound.test\0secret').toString('base64')}\r\n`;
const OFFICE = '127.0.1.5';
const FROM = 'From: <a@outside.test>\r\n';
const SUBMISSION = { ...SETTINGS, name: 'submission', purpose: 'submission', auth: 'required' } as const;

interface Mail {
  readonly world?: Partial<World>;
  readonly signIn?: boolean;
  readonly sender?: string;
  readonly recipients?: readonly string[];
}

/** Sends one message and gives the reply to it, and the harness. */
async function mail(
  header: string,
  { world = {}, signIn = false, sender = 'a@outside.test', recipients = ['bob@inbound.test'] }: Mail = {},
): Promise<{ reply: string; harness: Harness }> {
  const harness = new Harness(world);
  const rcpt = recipients.map((each) => `RCPT TO:<${each}>\r\n`).join('');
  await harness.send(`EHLO a.test\r\n${signIn ? AUTH : ''}MAIL FROM:<${sender}>\r\n${rcpt}DATA\r\n`);
  assert.match(harness.replies().at(-1) ?? '', /^354/);
  await harness.send(`${header}\r\nbody\r\n.\r\n`);
  return { reply: harness.replies().join('\n'), harness };
}

const submitted: Mail = { world: { settings: SUBMISSION }, signIn: true, sender: 'alice@inbound.test' };
const known: Mail = { world: { client: OFFICE } };

/** What the harness has stored, without its own trace. */
function stored(harness: Harness): string {
  return harness.content(0).replace(/^Received: (?:.*\r\n[ \t])*.*\r\n/, '');
}

test('a message without From is refused of strangers and on submission, and taken of hosts that are known', async () => {
  const header = 'Subject: x\r\n';
  assert.equal((await mail(header)).reply, '550 5.6.0 The message has no From field');
  assert.equal((await mail(header, submitted)).reply, '550 5.6.0 The message has no From field');
  const printer = await mail(header, known);
  assert.match(printer.reply, /^250/);
  assert.equal(stored(printer.harness), `${header}\r\nbody\r\n`);
  const listed = {
    clients: { accept: ranges('127.0.0.66'), refuse: [], dnsLists: [], reverseName: 'off', helo: 'off' },
  } as const;
  assert.match((await mail(header, { world: { screen: listed } })).reply, /^250/);
});

test('what others could read otherwise is refused of everybody', async () => {
  for (const who of [{}, submitted, known]) {
    const from = who === submitted ? 'From: alice@inbound.test\r\n' : FROM;
    const refusals = [
      [`${from}${from}`, '550 5.6.0 The header of the message has more than one From field'],
      [
        `${from}Subject: a\r\nSUBJECT: b\r\n`,
        '550 5.6.0 The header of the message has more than one Subject field',
      ],
      [`no field\r\n${from}`, '550 5.6.0 The header of the message has a line that is no field'],
      [`${from}Subject: a\0b\r\n`, '550 5.6.0 The message has NUL characters'],
      [
        `${from}X: ${'y'.repeat(300_000)}\r\n`,
        '552 5.3.4 The header of the message is larger than this server accepts',
      ],
      [`${from}${'X: y\r\n'.repeat(1000)}`, '550 5.6.0 The header of the message has too many fields'],
      [`${from}\r\n${'y'.repeat(131_071)}\r\n`, '550 5.6.0 The message has a line that is too long'],
      [`${from}\r\na\0b\r\n`, '550 5.6.0 The message has NUL characters'],
    ] as const;
    for (const [header, expected] of refusals) {
      const { reply, harness } = await mail(header, who);
      assert.equal(reply, expected, header.slice(0, 60));
      assert.equal(harness.messages.length, 0);
      await harness.send('NOOP\r\n');
      assert.equal(harness.codes(), '250');
    }
    assert.match((await mail(`${from}${'X: y\r\n'.repeat(999)}`, who)).reply, /^250/);
    assert.match((await mail(`${from}\r\n${'y'.repeat(131_070)}\r\n`, who)).reply, /^250/);
  }
});

test('an internationalized header needs SMTPUTF8, but for hosts that are known', async () => {
  const header = `${FROM}Subject: f\xc3\xbcr\r\n`;
  const refusal = /^550 5\.6\.0 The header of the message has 8-bit characters/;
  assert.match((await mail(header)).reply, refusal);
  assert.match((await mail(`From: alice@inbound.test\r\nSubject: f\xc3\xbcr\r\n`, submitted)).reply, refusal);
  assert.match((await mail(header, known)).reply, /^250/);
  const harness = new Harness();
  await harness.send(
    `EHLO a.test\r\nMAIL FROM:<> SMTPUTF8\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n${header}\r\nx\r\n.\r\n`,
  );
  assert.equal(harness.codes(), '220,250,250,250,354,250');
});

test('8-bit content without a declaration is taken and marked', async () => {
  const { harness } = await mail(`${FROM}\r\n\xc3\xbc\r\n`);
  assert.equal(harness.messages[0]?.eightBit, true);
});

test('on submission Message-ID and Date are added where they are missing, and Bcc is removed', async () => {
  const from = 'From: alice@inbound.test\r\n';
  const bare = await mail(
    `${from}Bcc: secret@outside.test,\r\n other@outside.test\r\nTo: b@outside.test\r\n`,
    submitted,
  );
  assert.equal(
    stored(bare.harness),
    `Message-ID: <ID1@mx.inbound.test>\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n${from}To: b@outside.test\r\n\r\nbody\r\n`,
  );
  assert.equal(bare.harness.kept.accepted[0]?.messageId, 'ID1@mx.inbound.test');
  const whole = `${from}Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <mine@a.test>\r\n`;
  assert.equal(stored((await mail(whole, submitted)).harness), `${whole}\r\nbody\r\n`);
});

test('of what other servers and known hosts send nothing is changed', async () => {
  const header = `${FROM}Bcc: secret@outside.test\r\n`;
  assert.equal(stored((await mail(header)).harness), `${header}\r\nbody\r\n`);
  assert.equal(stored((await mail(header, known)).harness), `${header}\r\nbody\r\n`);
  const from = 'From: alice@inbound.test\r\nBcc: x@outside.test\r\n';
  const account = { signIn: true, sender: 'alice@inbound.test' };
  assert.equal(stored((await mail(from, account)).harness), `${from}\r\nbody\r\n`);
});

test('an account writes itself into From and Sender, and nobody else', async () => {
  for (const who of [submitted, { signIn: true, sender: 'alice@inbound.test' }]) {
    const say = async (header: string): Promise<string> => (await mail(header, who)).reply;
    assert.match(await say('From: "Boss, The" <alice@inbound.test>\r\n'), /^250/);
    assert.match(await say('From: alice@inbound.test\r\nSender: alice@inbound.test\r\n'), /^250/);
    assert.equal(
      await say('From: bob@inbound.test\r\n'),
      '550 5.7.1 You may not send as bob@inbound.test (From) [T1]',
    );
    assert.equal(
      await say('From: alice@inbound.test, =?utf-8?Q?alice=40inbound.test?= <boss@inbound.test>\r\n'),
      '550 5.7.1 You may not send as boss@inbound.test (From) [T1]',
    );
    assert.equal(
      await say('From: alice@inbound.test\r\nSender: boss@inbound.test\r\n'),
      '550 5.7.1 You may not send as boss@inbound.test (Sender) [T1]',
    );
    assert.match(
      await say('From: alice@inbound.test <boss@inbound.test\r\n'),
      /^550 5\.[67]\.[01] .*cannot be read/,
    );
  }
});

test('the null reverse-path of an account does not free its From', async () => {
  const { reply } = await mail('From: boss@inbound.test\r\n', { ...submitted, sender: '' });
  assert.equal(reply, '550 5.7.1 You may not send as boss@inbound.test (From) [T1]');
});

test('accounts that cannot be read refuse for now', async () => {
  const { reply } = await mail('From: boss@inbound.test\r\n', {
    ...submitted,
    world: { settings: SUBMISSION, owns: (_account, address) => address === 'alice@inbound.test' },
  });
  assert.match(reply, /^550/);
  let standing: 'enabled' | 'unavailable' = 'enabled';
  const harness = new Harness({ settings: SUBMISSION, standing: () => standing });
  await harness.send(
    `EHLO a.test\r\n${AUTH}MAIL FROM:<alice@inbound.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n`,
  );
  harness.replies();
  standing = 'unavailable';
  await harness.send('From: boss@inbound.test\r\n\r\nx\r\n.\r\n');
  assert.match(harness.replies()[0] ?? '', /^454 4\.7\.0/);
});

test('sendAs any, and exempt hosts, free From and Sender', async () => {
  const free: Partial<ScreenSource>[] = [
    { accounts: { sendAs: 'any', sendAsExempt: [], mayAlsoSendAs: new Map() } },
    { accounts: { sendAs: 'own', sendAsExempt: ranges('127.0.0.66'), mayAlsoSendAs: new Map() } },
  ];
  for (const screen of free) {
    const who = { world: { settings: SUBMISSION, screen }, signIn: true, sender: 'x@shop.test' };
    assert.match((await mail('From: y@shop.test\r\nSender: z@shop.test\r\n', who)).reply, /^250/);
  }
});

const SCAN = { kind: 'address', localKey: 'scan', domain: domain('inbound.test') } as const;

test('a grant binds From and Sender of what it lets in, and of nothing else', async () => {
  const grants = [{ name: 'office', sendAs: [SCAN], place: place() }] as const;
  const who = { world: { client: OFFICE, screen: { grants } }, sender: 'scan@inbound.test' };
  const relayed = { ...who, recipients: ['bob@inbound.test', 'v@outside.test'] };
  assert.match((await mail('From: Scanner <scan@inbound.test>\r\n', relayed)).reply, /^250/);
  assert.equal(
    (await mail('From: boss@inbound.test\r\n', relayed)).reply,
    '550 5.7.1 You may not send as boss@inbound.test (From) [T1]',
  );
  assert.match(
    (await mail('From: scanner\r\n', relayed)).reply,
    /^550 5\.7\.1 The From field cannot be read/,
  );
  assert.match((await mail('From: boss@inbound.test\r\n', who)).reply, /^250/);
});

const protect = (protectFrom: 'refuse' | 'quarantine'): Partial<ScreenSource> => ({
  routes: POLICY.routes.map((route) => ({ ...route, protectFrom })),
});

test('a stranger with an address of a protected domain in From is refused, or set aside', async () => {
  const header = 'From: "Your Boss" <boss@inbound.test>\r\n';
  assert.equal(
    (await mail(header, { world: { screen: protect('refuse') } })).reply,
    '550 5.7.1 Sign in to send with boss@inbound.test in From [T1]',
  );
  const aside = await mail(header, { world: { screen: protect('quarantine') } });
  assert.match(aside.reply, /^250/);
  assert.equal(aside.harness.messages[0]?.quarantine, 'protectFrom:inbound.test (From: boss@inbound.test)');
  assert.ok(aside.harness.events.some(({ name }) => name === 'message.quarantined'));
  assert.match((await mail(FROM, { world: { screen: protect('refuse') } })).reply, /^250/);
});

test('what cannot be read in From of a stranger is not let by where a domain is protected', async () => {
  for (const from of [
    'boss@inbound.test <a@outside.test',
    'x <<boss@inbound.test>>',
    'boss@inbound.test x <a@outside.test>',
  ])
    assert.match(
      (await mail(`From: ${from}\r\n`, { world: { screen: protect('refuse') } })).reply,
      /^550 5\.7\.1 The From field cannot be read; sign in to send it/,
    );
  assert.match((await mail('From: a@outside.test <a@outside.test>\r\n')).reply, /^250/);
});

test('accounts, grants and listed hosts may use a protected domain in From', async () => {
  const screen = protect('refuse');
  const header = 'From: alice@inbound.test\r\n';
  const account = { world: { screen }, signIn: true, sender: 'alice@inbound.test' };
  assert.match((await mail(header, account)).reply, /^250/);
  assert.match((await mail(header, { world: { screen, client: OFFICE } })).reply, /^250/);
  assert.match((await mail(header, { world: { screen, client: '127.0.1.200' } })).reply, /^550/);
});

test('the reply and what is stored are the same wherever a submitted message is cut', async () => {
  const octets = `From: alice@inbound.test\r\nBcc: x@y.test,\r\n\tz@y.test\r\nSubject: s\r\n\r\n..body\r\n.\r\n`;
  const send = async (cuts: readonly number[]): Promise<string> => {
    const harness = new Harness({ settings: SUBMISSION, inlineLimit: 20 });
    await harness.send(
      `EHLO a.test\r\n${AUTH}MAIL FROM:<alice@inbound.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n`,
    );
    const points = [0, ...[...cuts].sort((one, other) => one - other), octets.length];
    for (const [index, from] of points.entries()) await harness.send(octets.slice(from, points[index + 1]));
    return harness.codes() + stored(harness);
  };
  const whole = await send([]);
  assert.match(
    whole,
    /Message-ID: <ID1@mx.inbound.test>\r\nDate: .*\r\nFrom: .*\r\nSubject: s\r\n\r\n\.body\r\n$/,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(octets.length), { maxLength: 10 }), async (cuts) => {
      assert.equal(await send(cuts), whole);
    }),
    { numRuns: 50 },
  );
});

test('every message of mail with LMTP gets its refusal once for each recipient', async () => {
  const harness = new Harness({ settings: { ...SETTINGS, purpose: 'lmtp' } });
  await harness.send(
    'LHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<bob@inbound.test>\r\nRCPT TO:<postmaster>\r\nDATA\r\nno header\r\n.\r\n',
  );
  assert.equal(harness.codes(), '220,250,250,250,250,354,550,550');
});
