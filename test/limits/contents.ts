/** How large a message may be, and what is in it. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { Harness } from '../../src/session/testing/harness.ts';
import type { Attempt } from './attempt.ts';
import { doneIf, ENVELOPE, FROM, HELLO, last, onInternet } from './sessions.ts';

const MIB = 2 ** 20;

/** The reply to a message. */
async function message(content: string): Promise<string> {
  const reply = await last(onInternet(), `${HELLO}${ENVELOPE}DATA\r\n${content}\r\n.\r\n`);
  return doneIf(reply, /^250/);
}

/** So many octets, in few fields and short lines. */
function headerOf(octets: number): string {
  const field = `X: ${'x'.repeat(1020)}\r\n`; // 1,025 octets
  const whole = Math.floor((octets - FROM.length - 5) / field.length);
  const rest = octets - FROM.length - whole * field.length;
  return `${FROM}${field.repeat(whole)}X: ${'x'.repeat(rest - 5)}\r\n`;
}

/** 64 octets. */
const LINE = `${'x'.repeat(62)}\r\n`;
const LINES = Buffer.from(LINE.repeat(MIB / LINE.length));

/** A message of so many octets, piece by piece. */
function* contentOf(octets: number): Generator<Buffer> {
  const head = Buffer.from(`${FROM}\r\n`);
  yield head;
  let left = octets - head.length;
  for (; left > MIB; left -= MIB) yield LINES;
  yield Buffer.from(LINE.repeat(Math.floor(left / LINE.length) - 1));
  yield Buffer.from(`${'x'.repeat((left % LINE.length) + 62)}\r\n`);
}

async function sendAll(client: Harness, pieces: Iterable<Buffer>): Promise<void> {
  for (const piece of pieces) await client.send(piece);
}

/** The ways to send a message, each with its last reply. */
const WAYS: Readonly<Record<string, (client: Harness, octets: number) => Promise<string>>> = {
  SIZE: (client, octets) => last(client, `RSET\r\nMAIL FROM:<a@outside.test> SIZE=${octets}\r\n`),
  DATA: async (client, octets) => {
    await client.send('DATA\r\n');
    await sendAll(client, contentOf(octets));
    return last(client, '.\r\n');
  },
  'one chunk': async (client, octets) => {
    await client.send(`BDAT ${octets} LAST\r\n`);
    await sendAll(client, contentOf(octets));
    return last(client, '');
  },
  'many chunks': async (client, octets) => {
    for (const piece of contentOf(octets)) {
      await client.send(`BDAT ${piece.length}\r\n`);
      await client.send(piece);
    }
    return last(client, 'BDAT 0 LAST\r\n');
  },
};

const messageSize: Attempt = async (octets) => {
  const outcomes = new Set<string>();
  for (const [way, send] of Object.entries(WAYS)) {
    const client = onInternet();
    await client.send(`${HELLO}${ENVELOPE}`);
    client.replies();
    const reply = await send(client, octets);
    outcomes.add(doneIf(reply, /^250/));
    assert.equal(outcomes.size, 1, `${way}: ${reply}`);
  }
  return [...outcomes].join();
};

/** What is in a message, and how much of it. */
export const CONTENTS = {
  'limits.textLine': (octets) => message(`${FROM}\r\n${'x'.repeat(octets - 2)}`),
  'limits.headerSize': (octets) => message(`${headerOf(octets)}\r\nx`),
  'limits.headerFields': (count) => message(`${FROM}${'X: y\r\n'.repeat(count - 1)}\r\nx`),
  'limits.hops': (count) => message(`${'Received: x\r\n'.repeat(count)}${FROM}\r\nx`),
  'limits.messageSize': messageSize,
} as const satisfies Readonly<Record<string, Attempt>>;
