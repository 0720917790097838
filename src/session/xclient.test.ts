/** XCLIENT: a listed proxy speaks for its client, and neither has the rights of the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Harness, POLICY, SETTINGS } from './testing/harness.ts';
import type { World } from './testing/services.ts';
import { parseCidr } from '../std/mod.ts';

/** An address that the grant `office` names: nothing of its rights may pass to whom it speaks for. */
const PROXY = '127.0.1.9';
const STRANGER = '192.0.2.66';
const OFFICE = '127.0.1.5';
const behindProxy: Partial<World> = {
  client: PROXY,
  settings: { ...SETTINGS, mayXclient: ({ text }) => text === PROXY },
};
const RELAY = 'EHLO a.test\r\nMAIL FROM:<a@outside.test>\r\nRCPT TO:<v@outside.test>\r\n';
const MESSAGE = 'From: a@outside.test\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\nx\r\n';

async function codes(octets: string, world: Partial<World> = behindProxy): Promise<[string, Harness]> {
  const client = new Harness(world);
  await client.send(octets);
  return [client.codes(), client];
}

test('XCLIENT greets anew, and gives the client its own rights, not those of the proxy', async () => {
  assert.equal((await codes(RELAY))[0], '220,250,250,250'); // the proxy itself may relay
  assert.equal((await codes(`XCLIENT ADDR=${STRANGER}\r\n${RELAY}`))[0], '220,220,250,250,550');
  assert.equal((await codes(`EHLO p\r\nXCLIENT ADDR=${OFFICE}\r\n${RELAY}`))[0], '220,250,220,250,250,250');
});

test('XCLIENT names the client in the trace, the log, the history and the refusal', async () => {
  const [, client] = await codes(
    `XCLIENT ADDR=IPV6:2001:db8::7 PORT=1234 NAME=x.test HELO=y.test\r\nEHLO a.test\r\nMAIL FROM:<a@outside.test>\r\n` +
      `RCPT TO:<v@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n${MESSAGE}.\r\n`,
  );
  assert.equal(client.messages[0]?.origin.client, '2001:db8::7');
  assert.match(client.content(0), /^Received: from a\.test \(\[IPv6:2001:db8::7\]\)/);
  assert.equal(client.kept.decided[0]?.decision.facts.client.text, '2001:db8::7');
  assert.deepEqual(client.events.find(({ name }) => name === 'session.xclient')?.fields, {
    session: 'T1',
    client: '2001:db8::7',
    listener: 'internet',
    proxy: PROXY,
    local: '::',
  });
});

test('XCLIENT is refused to everybody else, and not offered', async () => {
  const [replies] = await codes(`XCLIENT ADDR=${OFFICE}\r\nXCLIENT nonsense\r\n${RELAY}`, {
    client: STRANGER,
    settings: behindProxy.settings ?? SETTINGS,
  });
  assert.equal(replies, '220,550,550,250,250,550');
});

test('XCLIENT cannot be used by the client behind the proxy, whatever it names', async () => {
  const [replies] = await codes(
    `XCLIENT ADDR=${STRANGER}\r\nEHLO a.test\r\nXCLIENT ADDR=${OFFICE}\r\nXCLIENT ADDR=${PROXY}\r\n${RELAY}`,
  );
  assert.equal(replies, '220,220,250,550,550,250,250,550');
});

test('XCLIENT must say an address: without one the client would have that of the proxy', async () => {
  for (const attributes of [
    'NAME=x.test',
    'ADDR=[UNAVAILABLE]',
    'ADDR=[TEMPUNAVAIL]',
    'ADDR=x',
    'ADDR=1.2.3',
  ])
    assert.equal((await codes(`XCLIENT ${attributes}\r\n${RELAY}`))[0], '220,501', attributes);
  for (const [port, code] of [
    ['65535', '220'],
    ['65536', '501'],
    ['[UNAVAILABLE]', '220'],
    ['-1', '501'],
  ] as const) {
    assert.equal((await codes(`XCLIENT ADDR=${OFFICE} PORT=${port}\r\n`))[0], `220,${code}`, port);
    assert.equal((await codes(`XCLIENT ADDR=${OFFICE} DESTPORT=${port}\r\n`))[0], `220,${code}`, port);
  }
});

test('XCLIENT forgets who signed in, and makes nobody an account', async () => {
  const auth = `AUTH PLAIN ${Buffer.from('\0alice@inbound.test\0secret').toString('base64')}\r\n`;
  const [replies] = await codes(
    `EHLO p\r\n${auth}XCLIENT ADDR=${STRANGER} LOGIN=alice@inbound.test\r\n${RELAY}RSET\r\n${auth}MAIL FROM:<alice@inbound.test>\r\nRCPT TO:<v@outside.test>\r\n`,
  );
  assert.equal(replies, '220,250,235,220,250,250,550,250,235,250,250');
});

test('XCLIENT takes the local address from the client as well: that the proxy reached it grants nothing', async () => {
  const apps = parseCidr('10.1.0.5/32');
  assert.ok(apps !== undefined);
  const policy = {
    ...POLICY,
    allow: [
      { name: 'apps', connectingTo: [apps] as const, place: { file: 'test.yaml', line: 1, column: 1 } },
    ],
  };
  const world = { ...behindProxy, policy, local: '10.1.0.5' };
  assert.equal((await codes(RELAY, world))[0], '220,250,250,250');
  assert.equal((await codes(`XCLIENT ADDR=${STRANGER}\r\n${RELAY}`, world))[0], '220,220,250,250,550');
  assert.equal(
    (await codes(`XCLIENT ADDR=${STRANGER} DESTADDR=10.1.0.5\r\n${RELAY}`, world))[0],
    '220,220,250,250,250',
  );
});

test('XCLIENT is not for the middle of a transaction', async () => {
  const [replies] = await codes(`EHLO p\r\nMAIL FROM:<>\r\nXCLIENT ADDR=${STRANGER}\r\nRSET\r\n`);
  assert.equal(replies, '220,250,250,503,250');
});
