/** What the screen asks at MAIL and RCPT, as a client meets it; and that it only ever narrows. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DnsFacts } from '../facts/mod.ts';
import type { AddressPattern } from '../policy/mod.ts';
import { domain, place, ranges } from '../policy/testing/mod.ts';
import type { FilterSource, ScreenSource } from '../screen/mod.ts';
import { Harness, POLICY, SETTINGS } from './testing/harness.ts';
import type { World } from './testing/services.ts';

const AUTH = `AUTH PLAIN ${Buffer.from('\0alice@inbound.test\0secret').toString('base64')}\r\n`;
const OFFICE = '127.0.1.5';
const MESSAGE = 'From: <a@outside.test>\r\nSubject: x\r\n\r\nx\r\n.\r\n';

function filter(name: string, parts: Partial<FilterSource>): FilterSource {
  return { name, senders: undefined, from: undefined, action: 'refuse', place: place(), ...parts };
}

function accounts(parts: Partial<ScreenSource['accounts']> = {}): Partial<ScreenSource> {
  return { accounts: { sendAs: 'own', sendAsExempt: [], mayAlsoSendAs: new Map(), ...parts } };
}

async function greeted(world: Partial<World>, more = ''): Promise<Harness> {
  const harness = new Harness(world);
  await harness.send(`EHLO a.test\r\n${more}`);
  harness.replies();
  return harness;
}

function told(harness: Harness, name: string): object[] {
  return harness.events.filter((event) => event.name === name).map(({ fields }) => fields);
}

const BAD: AddressPattern = { kind: 'domain', domain: domain('bad.test') };

test('MAIL: a filter refuses with 550 5.7.1, and the log names it', async () => {
  const screen = { filters: [filter('spammers', { senders: [BAD] })] };
  const harness = await greeted({ screen });
  await harness.send('MAIL FROM:<x@bad.test>\r\nRCPT TO:<bob@inbound.test>\r\nMAIL FROM:<x@good.test>\r\n');
  assert.deepEqual(harness.replies(), [
    '550 5.7.1 Mail from this sender is not accepted [T1]',
    '503 5.5.1 Send MAIL first',
    '250 2.1.0 Sender OK',
  ]);
  assert.deepEqual(told(harness, 'sender.refused'), [
    {
      session: 'T1',
      client: '127.0.0.66',
      listener: 'internet',
      account: null,
      sender: 'x@bad.test',
      rule: 'filter:spammers',
      reply: '550 5.7.1 Mail from this sender is not accepted [T1]',
    },
  ]);
});

test('MAIL: a filter that sets aside says 250, and the message is kept with its reason', async () => {
  const screen = { filters: [filter('doubtful', { senders: [BAD], action: 'quarantine' })] };
  const harness = await greeted({ screen });
  await harness.send('MAIL FROM:<x@bad.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n');
  await harness.send(MESSAGE);
  await harness.send('MAIL FROM:<x@good.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n');
  await harness.send(MESSAGE);
  assert.equal(harness.codes(), '250,250,354,250,250,250,354,250');
  assert.deepEqual(
    harness.messages.map(({ quarantine }) => quarantine),
    ['filter:doubtful', undefined],
  );
  assert.deepEqual(told(harness, 'message.quarantined'), [
    {
      session: 'T1',
      client: '127.0.0.66',
      listener: 'internet',
      id: 'ID1',
      sender: 'x@bad.test',
      rule: 'filter:doubtful',
    },
  ]);
});

test('MAIL: an account sends as itself, its aliases, what it may also use, and the null reverse-path', async () => {
  const owns = (account: string, address: string): boolean =>
    account === 'alice@inbound.test' && ['alice@inbound.test', 'sales@inbound.test'].includes(address);
  const screen = accounts({ mayAlsoSendAs: new Map([['alice@inbound.test', [BAD]]]) });
  const harness = await greeted({ screen, owns }, AUTH);
  for (const [sender, expected] of [
    ['alice@inbound.test', '250 2.1.0 Sender OK'],
    ['sales@inbound.test', '250 2.1.0 Sender OK'],
    ['', '250 2.1.0 Sender OK'],
    ['any@bad.test', '250 2.1.0 Sender OK'],
    ['bob@inbound.test', '550 5.7.1 You may not send as bob@inbound.test (envelope) [T1]'],
    ['a@outside.test', '550 5.7.1 You may not send as a@outside.test (envelope) [T1]'],
  ] as const) {
    await harness.send(`MAIL FROM:<${sender}>\r\nRSET\r\n`);
    assert.equal(harness.replies()[0], expected, sender);
  }
});

test('MAIL: under sendAs any, from exempt hosts and without an account any sender is taken', async () => {
  const any = await greeted({ screen: accounts({ sendAs: 'any' }) }, AUTH);
  const exempt = await greeted({ screen: accounts({ sendAsExempt: ranges('127.0.0.0/24') }) }, AUTH);
  const stranger = await greeted({});
  for (const harness of [any, exempt, stranger]) {
    await harness.send('MAIL FROM:<bob@inbound.test>\r\n');
    assert.equal(harness.codes(), '250');
  }
});

test('RCPT: a grant with a list of senders lets nothing else through, and the policy still decides inbound', async () => {
  const screen: Partial<ScreenSource> = {
    grants: [{ name: 'office', from: ranges('127.0.1.0/25'), sendAs: [BAD], place: place() }],
  };
  const harness = await greeted({ screen, client: OFFICE });
  const rcpt = 'RCPT TO:<v@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\nRSET\r\n';
  await harness.send(`MAIL FROM:<a@outside.test>\r\n${rcpt}`);
  assert.deepEqual(harness.replies(), [
    '250 2.1.0 Sender OK',
    '550 5.7.1 You may not send as a@outside.test (envelope) [T1]',
    '250 2.1.5 Recipient accepted',
    '250 2.0.0 OK',
  ]);
  await harness.send(`MAIL FROM:<x@bad.test>\r\n${rcpt}MAIL FROM:<>\r\n${rcpt}`);
  assert.equal(harness.codes(), '250,250,250,250,250,250,250,250');
  const [refused] = harness.kept.decided;
  assert.deepEqual(
    [refused?.decision.verdict, refused?.restrained, refused?.reply.code],
    ['accepted', 'screened', 550],
  );
  assert.match(
    JSON.stringify(told(harness, 'recipient.refused')),
    /"rule":"sendAs:office","reason":"screened"/,
  );
});

test('RCPT: a recipient that the screen refuses does not count against the limit of the grant', async () => {
  const asked: string[] = [];
  const harness = await greeted({
    client: OFFICE,
    screen: { grants: [{ name: 'office', sendAs: [BAD], place: place() }] },
    restrain: ({ facts }) => {
      asked.push(facts.recipient.address);
      return undefined;
    },
  });
  await harness.send('MAIL FROM:<a@outside.test>\r\nRCPT TO:<v@outside.test>\r\n');
  assert.equal(harness.codes(), '250,550');
  assert.deepEqual(asked, []);
});

const patterns = fc.constantFrom<AddressPattern>(
  BAD,
  { kind: 'domain', domain: domain('inbound.test') },
  { kind: 'address', localKey: 'alice', domain: domain('inbound.test') },
  { kind: 'subdomains', domain: domain('test') },
  { kind: 'null' },
);
const networks = fc.constantFrom(ranges('127.0.0.0/8'), ranges('127.0.1.0/25'), ranges('127.0.0.66'));
const actions = fc.constantFrom('refuse' as const, 'quarantine' as const);

const screens: fc.Arbitrary<Partial<ScreenSource>> = fc.record({
  clients: fc.record({
    accept: fc.oneof(fc.constant([]), networks),
    refuse: fc.oneof(fc.constant([]), networks),
    dnsLists: fc.constant([]),
    reverseName: fc.constant('off' as const),
    helo: fc.constant('off' as const),
  }),
  filters: fc.array(
    fc
      .record({
        senders: fc.option(fc.array(patterns, { minLength: 1 }), { nil: undefined }),
        from: fc.option(networks, { nil: undefined }),
        action: actions,
      })
      .map((parts) => filter('f', parts)),
    { maxLength: 3 },
  ),
  accounts: fc.record({
    sendAs: fc.constantFrom('own' as const, 'any' as const),
    sendAsExempt: fc.oneof(fc.constant([]), networks),
    mayAlsoSendAs: fc.constantFrom(new Map(), new Map([['alice@inbound.test', [BAD]]])),
  }),
  routes: actions.map((protectFrom) => POLICY.routes.map((route) => ({ ...route, protectFrom }))),
  grants: fc
    .option(patterns, { nil: undefined })
    .map((pattern) =>
      POLICY.allow.map((grant) => (pattern === undefined ? grant : { ...grant, sendAs: [pattern] as const })),
    ),
});

const SENDERS = ['', 'alice@inbound.test', 'bob@inbound.test', 'x@bad.test', 'a@outside.test'];
const RECIPIENTS = [
  'bob@inbound.test',
  'nobody@inbound.test',
  'x@relaydom.test',
  'a%b@relaydom.test',
  'v@outside.test',
  'postmaster',
];

/** Who received what. */
async function delivered(dialogue: string, world: Partial<World>): Promise<readonly string[]> {
  const harness = new Harness(world);
  await harness.send(dialogue);
  return harness.messages.flatMap(({ sender, recipients }) =>
    recipients.map(({ address }) => `${sender} to ${address}`),
  );
}

test('whatever the screen asks, nobody receives what the policy alone would not have accepted', async () => {
  const mails = fc.array(
    fc.tuple(fc.constantFrom(...SENDERS), fc.subarray(RECIPIENTS), fc.constantFrom(...SENDERS.slice(1))),
    { minLength: 1, maxLength: 3 },
  );
  let narrowed = 0;
  let same = 0;
  await fc.assert(
    fc.asyncProperty(
      screens,
      fc.constantFrom(OFFICE, '127.0.0.66', '127.0.1.200'),
      fc.boolean(),
      mails,
      async (screen, client, signedIn, list) => {
        const dialogue = list.map(([sender, recipients, from]) =>
          [
            'RSET',
            `MAIL FROM:<${sender}>`,
            ...recipients.map((recipient) => `RCPT TO:<${recipient}>`),
            `BDAT ${from.length + 10} LAST`,
            `From: ${from}\r\n\r\n`,
          ].join('\r\n'),
        );
        const octets = `EHLO a.test\r\n${signedIn ? AUTH : ''}${dialogue.join('')}`;
        const open = { accounts: { sendAs: 'any', sendAsExempt: [], mayAlsoSendAs: new Map() } } as const;
        const alone = await delivered(octets, { client, screen: { ...open, routes: [], grants: [] } });
        const screened = await delivered(octets, { client, screen });
        const left = [...alone];
        for (const each of screened) {
          const at = left.indexOf(each);
          assert.notEqual(at, -1, `${each} is received only with the screen`);
          left.splice(at, 1);
        }
        if (left.length > 0) narrowed += 1;
        else if (alone.length > 0) same += 1;
      },
    ),
    { numRuns: 150 },
  );
  assert.ok(narrowed > 20 && same > 5, `narrowed ${narrowed}, same ${same}`);
});

const NOBODY = { accept: [], refuse: [], dnsLists: [], reverseName: 'off', helo: 'off' } as const;
const LISTED: DnsFacts = {
  name: { kind: 'none' },
  lists: [{ list: 'dnsbl.test', verdict: 'listed', answers: ['127.0.0.2'], reason: undefined }],
};
const LIST = { zone: domain('dnsbl.test'), action: 'refuse' } as const;
const RCPT = 'RCPT TO:<bob@inbound.test>\r\n';

test('RCPT: a stranger that is listed is refused, once DNS has been waited for', async () => {
  let answer: (facts: DnsFacts) => void = () => undefined;
  let asked = 0;
  const dns = (): Promise<DnsFacts> => {
    asked += 1;
    return new Promise((resolve) => (answer = resolve));
  };
  const harness = await greeted({ screen: { clients: { ...NOBODY, dnsLists: [LIST] } }, dns });
  await harness.send(`MAIL FROM:<a@outside.test>\r\n${RCPT}RCPT TO:<postmaster>\r\n${RCPT}NOOP\r\n`);
  assert.equal(harness.codes(), '250');
  answer(LISTED);
  await harness.settle();
  assert.deepEqual(harness.replies(), [
    '550 5.7.1 127.0.0.66 is listed in dnsbl.test [T1]',
    '250 2.1.5 Recipient accepted',
    '550 5.7.1 127.0.0.66 is listed in dnsbl.test [T1]',
    '250 2.0.0 OK',
  ]);
  assert.equal(asked, 1);
  assert.deepEqual(told(harness, 'client.looked'), [
    {
      session: 'T1',
      client: '127.0.0.66',
      listener: 'internet',
      helo: 'a.test',
      reverse: 'none',
      heloName: 'plausible',
      listedIn: ['dnsbl.test'],
    },
  ]);
});

test('RCPT: DNS is not asked about those we know, for recipients that are refused, nor on other listeners', async () => {
  const screen = { clients: { ...NOBODY, accept: ranges('127.0.3.3'), dnsLists: [LIST] } };
  const dns = (): Promise<DnsFacts> => assert.fail('DNS is asked');
  const mail = `MAIL FROM:<alice@inbound.test>\r\n${RCPT}`;
  const account = await greeted({ screen, dns }, AUTH);
  const office = await greeted({ screen, dns, client: OFFICE });
  const listed = await greeted({ screen, dns, client: '127.0.3.3' });
  const settings = { ...SETTINGS, purpose: 'submission', auth: 'required' } as const;
  const submission = await greeted({ screen, dns, settings }, AUTH);
  for (const harness of [account, office, listed, submission]) {
    await harness.send(mail);
    assert.equal(harness.codes(), '250,250');
  }
  const stranger = await greeted({ screen, dns });
  await stranger.send('MAIL FROM:<a@outside.test>\r\nRCPT TO:<v@outside.test>\r\n');
  assert.equal(stranger.codes(), '250,550');
});

test('RCPT: a name that is required and missing refuses, one that is not known does not', async () => {
  const screen = { clients: { ...NOBODY, reverseName: 'require' } as const };
  for (const [name, expected] of [
    [{ kind: 'none' }, '550 5.7.1 127.0.0.66 has no name in DNS that leads back to it [T1]'],
    [{ kind: 'unknown' }, '250 2.1.5 Recipient accepted'],
    [{ kind: 'confirmed', name: 'mx.out.test' }, '250 2.1.5 Recipient accepted'],
  ] as const) {
    const harness = await greeted({ screen, dns: () => Promise.resolve({ name, lists: [] }) });
    await harness.send(`MAIL FROM:<a@outside.test>\r\n${RCPT}`);
    assert.equal(harness.replies()[1], expected);
  }
});

test('RCPT: a greeting that cannot be true refuses where that is asked for', async () => {
  const refused = '550 5.7.1 The name you greeted with cannot be that of 203.0.113.9 [T1]';
  const accepted = '250 2.1.5 Recipient accepted';
  for (const [helo, expected] of [
    ['localhost', refused],
    ['mx.inbound.test', refused],
    ['inbound.test', refused],
    ['[203.0.113.10]', refused],
    ['[203.0.113.9]', accepted],
    ['mail_1.outside.test', accepted],
  ] as const) {
    const screen = { clients: { ...NOBODY, helo: 'require' } } as const;
    const harness = new Harness({ screen, client: '203.0.113.9' });
    await harness.send(`EHLO ${helo}\r\nMAIL FROM:<a@outside.test>\r\n${RCPT}`);
    assert.equal(harness.replies()[3], expected, helo);
  }
});

test('RCPT: a client that goes while DNS is waited for leaves nothing behind', async () => {
  let answer: (facts: DnsFacts) => void = () => undefined;
  const dns = (): Promise<DnsFacts> => new Promise((resolve) => (answer = resolve));
  const harness = await greeted({ screen: { clients: { ...NOBODY, dnsLists: [LIST] } }, dns });
  await harness.send(`MAIL FROM:<a@outside.test>\r\n${RCPT}`);
  harness.replies();
  harness.session.closed('reset');
  answer(LISTED);
  await harness.settle();
  assert.equal(harness.output, '');
  assert.deepEqual(harness.kept.decided, []);
});
