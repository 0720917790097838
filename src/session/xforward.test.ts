/** XFORWARD: a listed filter says where a message first came from; the log has it, and nothing else changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Harness, SETTINGS } from './testing/harness.ts';
import type { World } from './testing/services.ts';

const FILTER = '127.0.0.66';
const filter: Partial<World> = {
  client: FILTER,
  settings: { ...SETTINGS, mayXforward: ({ text }) => text === FILTER },
};
const OFFICE = '127.0.1.5';
const BEGIN = 'MAIL FROM:<a@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\n';
const MESSAGE = 'From: a@outside.test\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\nx\r\n';
const SEND = `${BEGIN}DATA\r\n${MESSAGE}.\r\n`;
const ORIGIN = {
  originName: 'spike.test',
  originAddress: '2001:db8::7',
  originPort: 1234,
  originHelo: 'my pc=+1',
  originProtocol: 'ESMTP',
  originIdent: '4Q1abc',
  originSource: 'REMOTE',
};
const NOTHING = Object.fromEntries(Object.keys(ORIGIN).map((name) => [name, undefined]));
const SAY =
  'XFORWARD NAME=spike.test addr=IPV6:2001:db8::7 PORT=1234\r\nxforward PROTO=ESMTP HELO=my+20pc+3D+2B1 IDENT=4Q1abc SOURCE=remote\r\n';

async function talk(octets: string, world: Partial<World> = filter): Promise<[string, Harness]> {
  const client = new Harness(world);
  await client.send(octets);
  return [client.codes(), client];
}

/** What the log says of origins, one for each message that began. */
function origins(client: Harness): unknown[] {
  return client.events
    .filter(({ name }) => name === 'session.xforward')
    .map(({ fields }) => Object.fromEntries(Object.entries(fields).filter(([key]) => key in ORIGIN)));
}

function accepted(client: Harness): unknown[] {
  return client.events
    .filter(({ name }) => name === 'message.accepted')
    .map(({ fields }) => [Reflect.get(fields, 'originAddress'), Reflect.get(fields, 'originIdent')]);
}

test('XFORWARD is said of the next message, in the log', async () => {
  const [replies, client] = await talk(`EHLO f\r\n${SAY}${SEND}`);
  assert.equal(replies, '220,250,250,250,250,250,354,250');
  assert.deepEqual(client.events.find(({ name }) => name === 'session.xforward')?.fields, {
    session: 'T1',
    client: FILTER,
    listener: 'internet',
    ...ORIGIN,
  });
  assert.deepEqual(accepted(client), [['2001:db8::7', '4Q1abc']]);
});

test('XFORWARD holds for one transaction only', async () => {
  const [first, ...rest] = SEND.split(BEGIN);
  assert.equal(first, '');
  const [, client] = await talk(`EHLO f\r\n${SAY}${SEND}${BEGIN}${rest.join('')}`);
  assert.deepEqual(origins(client), [ORIGIN]);
  assert.deepEqual(accepted(client), [
    ['2001:db8::7', '4Q1abc'],
    [undefined, undefined],
  ]);
  for (const end of [
    'RSET\r\n',
    'EHLO f\r\n',
    'HELO f\r\n',
    `${BEGIN}RSET\r\n`,
    `${BEGIN}BDAT ${MESSAGE.length} LAST\r\n${MESSAGE}`,
    `${BEGIN}DATA\r\nno field\r\n.\r\n`,
  ]) {
    const [, other] = await talk(`EHLO f\r\n${SAY}${end}${SEND}`);
    assert.deepEqual(accepted(other).at(-1), [undefined, undefined], end);
    assert.deepEqual(origins(other), end.startsWith('MAIL') ? [ORIGIN] : [], end);
  }
});

test('XFORWARD lasts over refused commands, a refused MAIL and AUTH', async () => {
  const auth = Buffer.from('\0alice@inbound.test\0secret').toString('base64');
  for (const between of [
    'XFORWARD PORT=x\r\n',
    'MAIL FROM:<x\r\nRCPT TO:<bob@inbound.test>\r\nNOOP\r\n',
    `AUTH PLAIN ${auth}\r\n`,
    `AUTH PLAIN\r\n${auth}\r\n`,
    'AUTH PLAIN\r\n*\r\n',
  ]) {
    const [, client] = await talk(`EHLO f\r\n${SAY}${between}MAIL FROM:<alice@inbound.test>\r\n`);
    assert.deepEqual(origins(client), [ORIGIN], between);
  }
});

test('XFORWARD adds to what was said, and forgets what is not known any more', async () => {
  const [replies, client] = await talk(
    `EHLO f\r\n${SAY}XFORWARD NAME=[unavailable] HELO=other PORT=[TEMPUNAVAIL]\r\n${BEGIN}`,
  );
  assert.equal(replies, '220,250,250,250,250,250,250');
  assert.deepEqual(origins(client), [
    { ...ORIGIN, originName: undefined, originHelo: 'other', originPort: undefined },
  ]);
  const [, local] = await talk(`EHLO f\r\nXFORWARD ADDR=[UNAVAILABLE]\r\n${BEGIN}`);
  assert.deepEqual(origins(local), [NOTHING]);
});

test('XFORWARD gives no right, no name and no trace: all but the log is as without it', async () => {
  const told = `EHLO f\r\nXFORWARD ADDR=${OFFICE} NAME=office.test HELO=o SOURCE=LOCAL\r\n`;
  const relay = 'RCPT TO:<v@outside.test>\r\n';
  const rest = `MAIL FROM:<a@outside.test>\r\n${relay}RCPT TO:<bob@inbound.test>\r\nDATA\r\n${MESSAGE}.\r\n`;
  const [replies, client] = await talk(`${told}${rest}`);
  const [plain, other] = await talk(`EHLO f\r\n${rest}`);
  assert.equal(replies, '220,250,250,250,550,250,354,250');
  assert.equal(plain, '220,250,250,550,250,354,250');
  assert.deepEqual(client.kept, other.kept);
});

test('XFORWARD is refused to everybody else, before its attributes are looked at, and not offered', async () => {
  const client = new Harness({ ...filter, client: '192.0.2.66' });
  await client.send(`EHLO f\r\nXFORWARD ADDR=${OFFICE}\r\nXFORWARD nonsense\r\n${BEGIN}`);
  const replies = client.replies();
  assert.ok(replies.every((reply) => !reply.includes('XFORWARD NAME')));
  assert.deepEqual(replies.slice(2, 4), Array(2).fill('550 5.7.0 XFORWARD is not permitted from here'));
  assert.deepEqual(origins(client), []);
  const listed = new Harness(filter);
  await listed.send('EHLO f\r\n');
  assert.match(listed.output, /XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n/);
});

test('XFORWARD cannot be used by a client that XCLIENT names', async () => {
  const settings = {
    ...SETTINGS,
    mayXclient: () => true,
    mayXforward: filter.settings?.mayXforward ?? assert.fail(),
  };
  const [replies, client] = await talk(
    `EHLO f\r\n${SAY}XCLIENT ADDR=192.0.2.66\r\nEHLO f\r\nXFORWARD ADDR=${OFFICE}\r\n${BEGIN}`,
    { ...filter, settings },
  );
  assert.equal(replies, '220,250,250,250,220,250,550,250,250');
  assert.deepEqual(origins(client), []);
});

test('XFORWARD wants a greeting, and no transaction', async () => {
  const say = 'XFORWARD ADDR=192.0.2.1\r\n';
  assert.equal((await talk(say))[0], '220,503');
  assert.equal((await talk(`EHLO f\r\n${BEGIN}${say}`))[0], '220,250,250,250,503');
  const chunk = `BDAT ${MESSAGE.length}\r\n${MESSAGE}`;
  assert.equal(
    (await talk(`EHLO f\r\n${BEGIN}${chunk}${say}BDAT 0 LAST\r\n`))[0],
    '220,250,250,250,250,503,250',
  );
});

test('XFORWARD with what is none is refused whole', async () => {
  for (const bad of [
    '',
    'NAME',
    'NAME=',
    'NAME=a NAME=b',
    'LOGIN=x',
    'constructor=x',
    '__proto__=x',
    'NAME=a+0D+0AX:+20y',
    'NAME=a+00',
    'HELO=+C3+BC',
    'HELO=+x',
    'PORT=65536',
    'PORT=-1',
    'PORT=0x10',
    'SOURCE=ELSEWHERE',
    'ADDR=IPV6:',
    `PROTO=${'x'.repeat(65)}`,
    ...['NAME', 'ADDR', 'HELO', 'IDENT'].map((name) => `${name}=${'x'.repeat(256)}`),
  ]) {
    const [replies, client] = await talk(
      `EHLO f\r\nXFORWARD IDENT=kept ${bad}\r\nXFORWARD ${bad}\r\n${BEGIN}`,
    );
    // Without the bad part the first of the two is right.
    assert.equal(replies, bad === '' ? '220,250,250,501,250,250' : '220,250,501,501,250,250', bad);
    assert.deepEqual(origins(client), bad === '' ? [{ ...NOTHING, originIdent: 'kept' }] : [], bad);
  }
  const longest = `PROTO=${'p'.repeat(64)} ${['NAME', 'ADDR', 'HELO', 'IDENT'].map((name) => `${name}=${'x'.repeat(255)}`).join(' ')} PORT=65535`;
  assert.equal((await talk(`EHLO f\r\nXFORWARD ${longest}\r\n`))[0], '220,250,250');
});

test('XFORWARD: whatever octets are sent, the log gets printable ASCII only', async () => {
  const word = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'NAME=',
          'HELO=',
          'ADDR=',
          ' ',
          '+0A',
          '+1B',
          '+7F',
          '+',
          '=',
          'IPV6:',
          '[UNAVAILABLE]',
        ),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('').replaceAll(/[\r\n]/g, ''));
  await fc.assert(
    fc.asyncProperty(word, async (text) => {
      const client = new Harness(filter);
      await client.send(Buffer.from(`EHLO f\r\nXFORWARD NAME=n\r\nXFORWARD ${text}\r\n${BEGIN}`, 'utf8'));
      assert.match(client.codes(), /^220,250,250,(?:250|500|501),250,250$/);
      for (const value of Object.values(origins(client)[0] ?? {}))
        if (typeof value === 'string') assert.match(value, /^[ -~]+$/);
    }),
    { numRuns: 500 },
  );
});

test('XFORWARD counts as a command that brings no message nearer', async () => {
  const settings = { ...SETTINGS, ...filter.settings, limits: { ...SETTINGS.limits, junkCommands: 3 } };
  const [replies] = await talk(`EHLO f\r\n${'XFORWARD NAME=x\r\n'.repeat(4)}`, { ...filter, settings });
  assert.equal(replies, '220,250,250,250,421');
});
