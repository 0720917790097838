/**
 * A whole session over octets in memory. What must hold whatever a client sends: nothing is thrown; each command has its one reply, in
 * order; no stranger relays; what is stored was granted; nothing stays behind; and the same octets have the same replies however they
 * are cut.
 *
 * An input's first line chooses the listener, the client and the services. An octet of 0xf5, which is in no UTF-8, is where the client
 * waits until everything is answered; after STARTTLS it is in TLS then.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { ListenerSettings, LoginVerdict } from '../../../src/session/mod.ts';
import { assertClean } from '../../../src/session/testing/clean.ts';
import { Harness } from '../../../src/session/testing/harness.ts';
import { OFFICE, STRANGER, WORLD } from '../../../src/session/testing/model.ts';
import { SETTINGS, USUAL, type World } from '../../../src/session/testing/services.ts';
import { NO_COMPAT } from '../../../src/smtp/mod.ts';
import { cut, splitWords, type Target } from '../target.ts';
import { Oracle } from './oracle.ts';

const PAUSE = 0xf5;
/** How often time goes by until a session has nothing more to wait for; more than that is none. */
const MOST_WAITS = 10_000;
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const RIGHT = base64('\0alice@inbound.test\0secret');
const WRONG = base64('\0alice@inbound.test\0wrong');
const HEADER = 'From: a@outside.test\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\n';

function settingsOf(words: ReadonlySet<string>): ListenerSettings {
  const settings = WORLD.settings ?? SETTINGS;
  const { limits } = settings;
  return {
    ...settings,
    purpose: words.has('lmtp') ? 'lmtp' : words.has('submission') ? 'submission' : 'transfer',
    auth: words.has('submission') ? 'required' : words.has('noauth') ? 'off' : 'optional',
    authWithoutTls: !words.has('tlsfirst'),
    tlsAvailable: !words.has('notls'),
    compat: { ...NO_COMPAT, bareLf: words.has('barelf'), ehloWithoutName: words.has('noname') },
    limits: words.has('strict')
      ? {
          ...limits,
          softErrors: 2,
          errors: 5,
          junkCommands: 6,
          messagesPerConnection: 2,
          headerSize: 200,
          headerFields: 5,
          textLine: 100,
        }
      : limits,
  };
}

function worldOf(words: ReadonlySet<string>): Partial<World> {
  return {
    ...WORLD,
    settings: settingsOf(words),
    client: words.has('office') ? OFFICE : STRANGER,
    accepts: !words.has('full'),
    store: () => Promise.resolve(words.has('nospace') ? 'full' : words.has('broken') ? 'failed' : 'stored'),
    verify: words.has('slow')
      ? verifySlowly
      : words.has('busy')
        ? () => Promise.resolve('busy')
        : USUAL.verify,
    standing: () => (words.has('revoked') ? 'disabled' : 'enabled'),
    turn: () => (words.has('turn') ? 'started' : 'nothing'),
  };
}

async function verifySlowly(login: string, password: string): Promise<LoginVerdict> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  return USUAL.verify(login, password);
}

function segmentsOf(octets: Buffer): Buffer[] {
  const segments: Buffer[] = [];
  for (let from = 0; from <= octets.length;) {
    const pause = octets.indexOf(PAUSE, from);
    const end = pause === -1 ? octets.length : pause;
    segments.push(octets.subarray(from, end));
    from = end + 1;
  }
  return segments;
}

type Way = 'whole' | 'every' | 'some';

/** A client that sends each segment in such pieces, and nothing in clear text once TLS was asked for. */
async function talk(words: ReadonlySet<string>, segments: readonly Buffer[], way: Way): Promise<Harness> {
  const client = new Harness(worldOf(words));
  if (words.has('tls')) client.session.secured({ protocol: 'TLSv1.3', cipher: 'x' });
  let secured = 0;
  for (const [index, segment] of segments.entries()) {
    for (const piece of way === 'whole' ? [segment] : cut(segment, way)) {
      if (client.tlsAsked > secured || client.ended) break;
      client.session.receive(piece);
    }
    if (index === segments.length - 1) client.session.inputEnd();
    await answered(client);
    if (client.tlsAsked > secured) {
      secured = client.tlsAsked;
      client.session.secured({ protocol: 'TLSv1.3', cipher: 'x' });
    }
  }
  await answered(client);
  return client;
}

/** Lets go by whatever the session waits for. */
async function answered(client: Harness): Promise<void> {
  for (let waits = 0; waits < MOST_WAITS; waits += 1) {
    const before = client.output.length;
    await client.settle();
    await client.settle();
    if (client.timers > 0) await client.advance(60_000);
    else if (client.output.length === before) return;
  }
  assert.fail('the session never comes to rest');
}

const REPLIES = /^(?:(?:(\d\d\d)-[\x20-\x7e]*\r\n(?=\1))*[2-5]\d\d(?: [\x20-\x7e]*)\r\n)*$/;

function codesOf({ output }: Harness): number[] {
  assert.match(output, REPLIES, 'not whole replies');
  return [...output.matchAll(/^(\d\d\d) /gm)].map(([, code]) => Number(code));
}

/** What of a session must not depend on how its octets came. */
function resultOf(client: Harness): readonly unknown[] {
  const stored = client.messages.map((message, index) => [
    message.sender,
    message.recipients.map(({ address }) => address),
    client.content(index),
  ]);
  return [client.output, ...stored];
}

async function run(input: Buffer): Promise<readonly string[]> {
  const { words, octets } = splitWords(input);
  const segments = segmentsOf(octets);
  const whole = await talk(words, segments, 'whole');
  const pieces = await talk(words, segments, octets.length % 2 === 0 ? 'every' : 'some');
  assert.deepEqual(resultOf(pieces), resultOf(whole), 'it depends on how the octets are cut');
  for (const client of [whole, pieces]) {
    await assertClean(client);
  }
  const situation = { lmtp: words.has('lmtp'), bareLf: words.has('barelf'), office: words.has('office') };
  const oracle = new Oracle(situation, codesOf(whole));
  for (const segment of segments) oracle.read(segment);
  const { messages, said } = oracle.end();
  assert.deepEqual(
    whole.messages.map(({ recipients }) => recipients.length),
    messages,
    'what was stored is not what was accepted',
  );
  return said.map((each, index) => `${said[index - 1] ?? ''} > ${each}`);
}

// prettier-ignore
export const session: Target = {
  name: 'session',
  limit: 6000,
  batch: 1,
  run,
  words: [
    'submission ', 'lmtp ', 'office ', 'strict ', 'barelf ', 'noname ', 'noauth ', 'tlsfirst ', 'notls ', 'tls ', 'full ', 'nospace ',
    'broken ', 'slow ', 'busy ', 'revoked ', 'turn ',
    'EHLO a.test\r\n', 'HELO a\r\n', 'LHLO a.test\r\n', 'MAIL FROM:<a@outside.test>\r\n', 'MAIL FROM:<>\r\n', 'RCPT TO:<bob@inbound.test>\r\n',
    'RCPT TO:<alice@inbound.test>\r\n', 'RCPT TO:<v@outside.test>\r\n', 'RCPT TO:<x@relaydom.test>\r\n', 'RCPT TO:<@inbound.test:v@outside.test>\r\n',
    'RCPT TO:<"v@outside.test"@inbound.test>\r\n', 'RCPT TO:<v%outside.test@inbound.test>\r\n', 'RCPT TO:<postmaster>\r\n', 'DATA\r\n',
    `DATA\r\n${HEADER}x\r\n.\r\n`, HEADER, `BDAT ${HEADER.length}\r\n${HEADER}`, `BDAT ${HEADER.length} LAST\r\n${HEADER}`, 'BDAT 0 LAST\r\n',
    'BDAT 6\r\nRSET\r\n', 'BDAT 2001\r\n', 'RSET\r\n', 'NOOP\r\n', 'QUIT\r\n', 'VRFY x\r\n', 'EXPN x\r\n', 'HELP\r\n', 'STARTTLS\r\n\xf5EHLO a.test\r\n', 'STARTTLS\r\n', '\xf5',
    `AUTH PLAIN ${RIGHT}\r\n`, `AUTH PLAIN ${WRONG}\r\n`, 'AUTH PLAIN\r\n', 'AUTH LOGIN\r\n', `${RIGHT}\r\n`, `${base64('alice@inbound.test')}\r\n`, `${base64('secret')}\r\n`,
    '*\r\n', 'ETRN inbound.test\r\n', 'ETRN @inbound.test\r\n', 'ETRN #q\r\n', `XCLIENT ADDR=${STRANGER}\r\n`, `XCLIENT ADDR=${OFFICE} PORT=1\r\n`, 'XCLIENT LOGIN=alice@inbound.test ADDR=IPV6:::1\r\n',
    'XFORWARD ADDR=192.0.2.1\r\n', ' DESTADDR=127.0.0.1', '[UNAVAILABLE]', 'NAME=', 'HELO=',
    ' SIZE=2000', ' SIZE=2001', ' BODY=8BITMIME', ' BODY=BINARYMIME', ' SMTPUTF8', ' REQUIRETLS', ' AUTH=<>', ' RET=HDRS', ' RET=FULL', ' ENVID=x+2B', ' BY=60;R', ' BY=-1;NT',
    ' HOLDFOR=1', ' HOLDUNTIL=2026-11-24T13:00:00Z', ' NOTIFY=NEVER', ' NOTIFY=SUCCESS,DELAY', ' ORCPT=rfc822;a@b.test', '<', '>', '@', '"', '\\', '[127.0.0.1]', '[IPv6:::1]', '__proto__', 'xn--bcher-kva.test',
    'b\xc3\xbccher.test', '\xc3\xa9@outside.test', '\0', '\r', '\n', '\r\n', '.', '\r\n.\r\n', '\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n..\r\n', '\r\n.\r', '.\r\n', 'Received: x\r\n', 'Bcc: x@y.test\r\n', 'Sender: b@outside.test\r\n', 'Message-ID: <a@b.test>\r\n', ' folded\r\n', ':', 'x'.repeat(60), 'y'.repeat(300),
  ],
};
