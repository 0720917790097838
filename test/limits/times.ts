/** How long a client may take. */
import assert from 'node:assert/strict';
import { ranges } from '../../src/policy/testing/mod.ts';
import { screenSource } from '../../src/screen/testing/kit.ts';
import { DONE, type Attempt } from './attempt.ts';
import { INTERNET } from './defaults.ts';
import { ENVELOPE, HELLO, idle, onInternet, onSubmission } from './sessions.ts';

/** Content at this rate, for as long as a window is. */
async function rate(octetsPerSecond: number): Promise<string> {
  const client = onInternet();
  await client.send(`${HELLO}${ENVELOPE}DATA\r\n`);
  const window = INTERNET.timeouts.data;
  const octets = Math.round((octetsPerSecond * window) / 1_000);
  await client.send('y'.repeat(octets - 1));
  assert.equal(idle(client, window - 1), DONE);
  await client.send('y');
  return idle(client, 1);
}

async function waitForContent(milliseconds: number): Promise<string> {
  const client = onInternet();
  // As much as the minimum rate asks for, or that would end it first.
  await client.send(`${HELLO}${ENVELOPE}DATA\r\n${'y'.repeat(64 * 300 * 2)}`);
  return idle(client, milliseconds);
}

/** Never idle for long, and never without reason. */
async function wholeConnection(milliseconds: number): Promise<string> {
  const client = onInternet();
  const step = 240_000;
  for (let left = milliseconds; ; left -= step) {
    if (left <= step) return idle(client, left);
    assert.equal(idle(client, step), DONE);
    await client.send('NOOP\r\n');
  }
}

async function quitOfTheRefused(milliseconds: number): Promise<string> {
  const clients = { ...screenSource().clients, refuse: ranges('127.0.2.0/24') };
  return Promise.resolve(idle(onInternet({ client: '127.0.2.9', screen: { clients } }), milliseconds));
}

export const TIMES = {
  'timeouts.command': (milliseconds) => Promise.resolve(idle(onInternet(), milliseconds)),
  'timeouts.data': waitForContent,
  'timeouts.session': wholeConnection,
  'timeouts.beforeTls': async (milliseconds) => idle(await onSubmission({ secure: false }), milliseconds),
  'timeouts.beforeAuth': async (milliseconds) => idle(await onSubmission(), milliseconds),
  'limits.minimumRate': rate,
  'QUIT of a client in `clients.refuse`': quitOfTheRefused,
} as const satisfies Readonly<Record<string, Attempt>>;
