/** BDAT: chunks are counted off whatever is said to them, and what is in them is never a command. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Harness, SETTINGS } from './testing/harness.ts';
import { ranges } from '../policy/testing/mod.ts';
import type { World } from './testing/services.ts';

const OPEN = 'EHLO a.test\r\nMAIL FROM:<a@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\n';
const MESSAGE = 'From: a@outside.test\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\nx\r\n';
/** What a smuggler would put where only content may stand. */
const COMMANDS = 'MAIL FROM:<evil@outside.test>\r\nRCPT TO:<alice@inbound.test>\r\nDATA\r\nevil\r\n.\r\n';

function chunk(octets: string, last = false): string {
  return `BDAT ${octets.length}${last ? ' LAST' : ''}\r\n${octets}`;
}

async function codes(octets: string, world: Partial<World> = {}): Promise<[string, Harness]> {
  const client = new Harness(world);
  await client.send(octets);
  return [client.codes(), client];
}

test('BDAT takes a message in chunks, pipelined, and answers each', async () => {
  const [first, second] = [MESSAGE.slice(0, 20), MESSAGE.slice(20)];
  const client = new Harness();
  await client.send(`${OPEN}${chunk(first)}${chunk(second)}BDAT 0 LAST\r\nNOOP\r\n`);
  assert.deepEqual(client.replies().slice(-4), [
    '250 2.0.0 20 octets received',
    `250 2.0.0 ${second.length} octets received`,
    '250 2.0.0 Queued as ID1',
    '250 2.0.0 OK',
  ]);
  assert.ok(client.content(0).endsWith(MESSAGE));
});

test('BDAT takes a whole message in one chunk, and another after it', async () => {
  const [replies, client] = await codes(
    `${OPEN}${chunk(MESSAGE, true)}${OPEN.slice(OPEN.indexOf('MAIL'))}${chunk(MESSAGE, true)}`,
  );
  assert.equal(replies, '220,250,250,250,250,250,250,250');
  assert.equal(client.messages.length, 2);
});

test('BDAT keeps dots as they are: nothing is stuffed, and nothing but the count ends a chunk', async () => {
  const body = `${MESSAGE}..\r\n.\r\n${COMMANDS}`;
  const [replies, client] = await codes(`${OPEN}${chunk(body, true)}`);
  assert.equal(replies, '220,250,250,250,250');
  assert.ok(client.content(0).endsWith(body));
});

const OUT_OF_PLACE: readonly (readonly [string, string, string])[] = [
  ['before EHLO', chunk(COMMANDS, true), '220,503'],
  ['before MAIL', `EHLO a.test\r\n${chunk(COMMANDS)}`, '220,250,503'],
  ['before RCPT', `EHLO a.test\r\nMAIL FROM:<>\r\n${chunk(COMMANDS, true)}`, '220,250,250,503'],
  [
    'with refused recipients only',
    `EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<v@outside.test>\r\n${chunk(COMMANDS, true)}`,
    '220,250,250,550,503',
  ],
  ['after LAST', `${OPEN}${chunk(MESSAGE, true)}${chunk(COMMANDS, true)}`, '220,250,250,250,250,503'],
  ['after RSET', `${OPEN}${chunk(MESSAGE)}RSET\r\n${chunk(COMMANDS)}`, '220,250,250,250,250,250,503'],
  ['after HELO', `HELO a\r\n${chunk(COMMANDS)}`, '220,250,502'],
];

for (const [name, sent, expected] of OUT_OF_PLACE) {
  test(`BDAT out of place is refused, and its octets are dropped: ${name}`, async () => {
    const [replies, client] = await codes(`${sent}NOOP\r\n`);
    assert.equal(replies, `${expected},250`);
    assert.ok(client.messages.every(({ sender }) => sender !== 'evil@outside.test'));
  });
}

test('BDAT that is not offered is refused, and its octets are dropped', async () => {
  const settings = { ...SETTINGS, offers: { ...SETTINGS.offers, chunking: false } };
  const [replies] = await codes(`${OPEN}${chunk(COMMANDS)}DATA\r\n${MESSAGE}.\r\n`, { settings });
  assert.equal(replies, '220,250,250,250,502,354,250');
});

test('BDAT and DATA are not mixed, nor BDAT and more recipients or another MAIL or AUTH', async () => {
  const [replies, client] = await codes(
    `${OPEN}${chunk(MESSAGE)}DATA\r\nRCPT TO:<alice@inbound.test>\r\nMAIL FROM:<>\r\nAUTH PLAIN\r\nBDAT 0 LAST\r\n`,
  );
  assert.equal(replies, '220,250,250,250,250,503,503,503,503,250');
  assert.equal(client.messages[0]?.recipients.length, 1);
});

test('RSET, EHLO and QUIT between chunks let go of what has come', async () => {
  for (const [command, after] of [
    ['RSET', '250,503'],
    ['EHLO a.test', '250,503'],
    ['QUIT', '221'],
  ] as const) {
    const [replies, client] = await codes(
      `${OPEN}${chunk(MESSAGE + 'y'.repeat(3000))}${command}\r\nBDAT 0 LAST\r\n`,
      { inlineLimit: 2000 },
    );
    assert.equal(replies, `220,250,250,250,250,${after}`, command);
    assert.deepEqual(client.leaks, [], command);
    assert.equal(client.messages.length, 0);
  }
});

test('BDAT holds all chunks together to the size limit, to the octet', async () => {
  const settings = { ...SETTINGS, limits: { ...SETTINGS.limits, messageSize: 200 } };
  const rest = 200 - MESSAGE.length;
  const [exact] = await codes(`${OPEN}${chunk(MESSAGE)}${chunk('y'.repeat(rest), true)}`, { settings });
  assert.equal(exact, '220,250,250,250,250,250');
  const [over, client] = await codes(
    `${OPEN}${chunk(MESSAGE)}${chunk('y'.repeat(rest + 1))}${chunk('y')}${chunk(COMMANDS, true)}${chunk('y')}MAIL FROM:<>\r\n`,
    { settings, inlineLimit: 0 },
  );
  // What was under way gets the same reply; after LAST the transaction is gone for good.
  assert.equal(over, '220,250,250,250,250,552,552,552,503,250');
  assert.deepEqual(client.leaks, []);
  assert.equal(client.messages.length, 0);
});

test('a chunk that is too big is an error once; MAIL may follow at once', async () => {
  const settings = { ...SETTINGS, limits: { ...SETTINGS.limits, messageSize: 50, errors: 3 } };
  const [replies] = await codes(
    `${OPEN}${chunk('y'.repeat(51))}${chunk('y').repeat(20)}${OPEN.slice(OPEN.indexOf('MAIL'))}`,
    { settings },
  );
  assert.equal(replies, `220,250,250,250,${'552,'.repeat(21)}250,250`);
});

test('BODY=BINARYMIME takes lone CR and LF as content, with BDAT only', async () => {
  const mail = OPEN.replace('test>\r\nRCPT', 'test> BODY=BINARYMIME\r\nRCPT');
  const binary = `${MESSAGE}a\nb\rc\0\xff`;
  const [replies, client] = await codes(`${mail}DATA\r\n${chunk(binary, true)}`);
  assert.equal(replies, '220,250,250,250,503,250');
  assert.ok(client.content(0).endsWith(binary));
  assert.deepEqual([client.messages[0]?.binary, client.messages[0]?.eightBit], [true, true]);
});

test('BDAT without BINARYMIME is judged as DATA is', async () => {
  for (const text of ['a\nb\r\n', 'a\rb\r\n']) {
    const [replies, client] = await codes(`${OPEN}${chunk(MESSAGE + text, true)}NOOP\r\n`);
    assert.equal(replies, '220,250,250,250,550,250');
    assert.equal(client.messages.length, 0);
  }
});

test('BDAT with lone CR and LF is repaired where the listener says so, in memory and in a file', async () => {
  const settings = { ...SETTINGS, compat: { ...SETTINGS.compat, bareLf: true } };
  for (const inlineLimit of [100_000, 0]) {
    const [replies, client] = await codes(`${OPEN}${chunk(`${MESSAGE}a\nb\r`)}${chunk('c\r', true)}`, {
      settings,
      inlineLimit,
    });
    assert.equal(replies, '220,250,250,250,250,250');
    assert.ok(client.content(0).endsWith('a\r\nb\r\nc\r\n'));
  }
});

test('a BDAT of which nobody can say where it ends is the end of the session', async () => {
  for (const line of [
    'BDAT',
    'BDAT x',
    'BDAT -1',
    'BDAT 1 FIRST',
    'BDAT 1 LAST LAST',
    'BDAT 0x10',
    'BDAT 99999999999999999999',
  ]) {
    const [replies, client] = await codes(`${OPEN}${line}\r\n${COMMANDS}`);
    assert.equal(replies, '220,250,250,250,501', line);
    assert.ok(client.ended);
  }
});

test('BDAT with empty chunks is a message of what the others hold', async () => {
  const [replies, client] = await codes(`${OPEN}BDAT 0\r\n${chunk(MESSAGE)}BDAT 0\r\nBDAT 0 LAST\r\n`);
  assert.equal(replies, '220,250,250,250,250,250,250,250');
  assert.ok(client.content(0).endsWith(MESSAGE));
});

test('BDAT gives the same replies and the same message wherever the octets are cut', async () => {
  const dialogue = `${OPEN}${chunk(MESSAGE)}${chunk(COMMANDS)}${chunk('')}${chunk('..\r\n.\r\n', true)}${chunk(COMMANDS)}QUIT\r\n`;
  const talk = async (cuts: readonly number[]): Promise<string> => {
    const client = new Harness({ inlineLimit: 100 });
    const points = [0, ...cuts.toSorted((one, other) => one - other), dialogue.length];
    for (const [index, from] of points.entries()) await client.send(dialogue.slice(from, points[index + 1]));
    return `${client.codes()} ${client.content(0)}`;
  };
  const whole = await talk([]);
  assert.match(whole, /^220,250,250,250,250,250,250,250,503,221 /);
  assert.equal(await talk(Array.from({ length: dialogue.length }, (_, at) => at)), whole);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(dialogue.length), { maxLength: 12 }), async (cuts) => {
      assert.equal(await talk(cuts), whole);
    }),
    { numRuns: 60 },
  );
});

/** Lines of BDAT that do not say how many octets follow: too long, not ended as lines are, or no number. */
const UNREADABLE: readonly (readonly [string, string])[] = [
  [`BDAT ${COMMANDS.length}${' '.repeat(2049)}\r\n`, '500'],
  [`bDaT ${'9'.repeat(100_000)}\r\n`, '500'],
  [`BDAT\t${'x'.repeat(20_000)}\r\n`, '500'],
  [`BDAT ${COMMANDS.length}\n`, '500'],
  ['BDAT\n', '500'],
  ['BDAT\r\n', '501'],
  ['BDAT \r\n', '501'],
  ['BDAT x\r\n', '501'],
  ['BDAT 99999999999999999999\r\n', '501'],
  ['BDAT -1\r\n', '501'],
  ['BDAT +1\r\n', '501'],
  ['BDAT 0x10\r\n', '501'],
  ['BDAT\t5\r\n', '501'],
  ['BDAT 5 LAST extra\r\n', '501'],
  ['BDAT 5 FOO\r\n', '501'],
  ['BDAT 5LAST\r\n', '501'],
  ['bdat \xff\r\n', '501'],
  ['BDAT 5\0\r\n', '501'],
];
const BEFORE: readonly (readonly [string, string])[] = [
  ['', '220'],
  [OPEN, '220,250,250,250'],
  [`${OPEN}${chunk(MESSAGE)}`, '220,250,250,250,250'],
];
const NO_AUTH: Partial<World> = { settings: { ...SETTINGS, auth: 'off' } };

test('BDAT that does not say how many octets follow ends the session: none of them is a command', async () => {
  for (const world of [{}, NO_AUTH])
    for (const [before, replies] of BEFORE)
      for (const [line, code] of UNREADABLE) {
        const [all, client] = await codes(`${before}${line}${COMMANDS}NOOP\r\n`, world);
        assert.equal(all, `${replies},${code}`, JSON.stringify(line.slice(0, 40)));
        assert.ok(client.ended);
        assert.deepEqual(client.messages, []);
      }
});

test('BDAT that does not say how many octets follow ends the session however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...BEFORE),
      fc.constantFrom(...UNREADABLE),
      fc.constantFrom({}, NO_AUTH),
      fc.array(fc.nat(3000), { maxLength: 8 }),
      async ([before, replies], [line, code], world, sizes) => {
        const octets = `${before}${line}${COMMANDS}`;
        const client = new Harness(world);
        let at = 0;
        for (const size of [...sizes, octets.length]) {
          await client.send(octets.slice(at, at + size));
          at += size;
        }
        assert.equal(client.codes(), `${replies},${code}`);
        assert.ok(client.ended);
      },
    ),
    { numRuns: 300 },
  );
});

test('BDAT within AUTH, and of a client that is refused, ends the session as well', async () => {
  const [login] = await codes(`EHLO a.test\r\nAUTH PLAIN\r\n${chunk(COMMANDS)}`);
  assert.equal(login, '220,250,334,501');
  const nobody = {
    accept: [],
    refuse: ranges('0.0.0.0/0'),
    dnsLists: [],
    reverseName: 'off',
    helo: 'off',
  } as const;
  const [barred] = await codes(chunk('QUIT\r\n'), { screen: { clients: nobody } });
  assert.equal(barred, '554,503');
});

test('BDAT at the longest line is read, and one octet more ends the session', async () => {
  const line = (length: number): string => `BDAT ${MESSAGE.length} LAST`.padEnd(length - 2, ' ') + '\r\n';
  assert.equal((await codes(`${OPEN}${line(2048)}${MESSAGE}`))[0], '220,250,250,250,250');
  assert.equal((await codes(`${OPEN}${line(2049)}${MESSAGE}`))[0], '220,250,250,250,500');
});
