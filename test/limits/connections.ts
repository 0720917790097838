/** How many connections there may be, and how long the listener itself waits. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { admissionLimits } from '../../src/daemon/settings.ts';
import { Admission } from '../../src/listener/mod.ts';
import { plain, Probe, run, type Running } from '../../src/listener/testing/kit.ts';
import { REPLIES } from '../../src/session/mod.ts';
import { formatReply } from '../../src/smtp/mod.ts';
import { parseCidr, parseIp } from '../../src/std/mod.ts';
import { DONE, sameNetwork, type Attempt } from './attempt.ts';
import { DEFAULTS } from './defaults.ts';

/** How the connection with this index comes. Times are milliseconds. */
type Arrival = (index: number) => { readonly client: string; readonly at: number };

const someNetwork = (index: number): string => `2001:db8:${(index >> 8).toString(16)}:${index & 255}::1`;
/** So slowly that no rate is reached. */
const slowly = (index: number): number => index * 1_000;

/** So many connections, none of which ends. @returns what the last gets; the listener says the same to all that it refuses. */
function connecting(arrival: Arrival): Attempt {
  return (count) => {
    const admission = new Admission(() => admissionLimits(DEFAULTS));
    let refusal: string | undefined;
    for (let index = 0; index < count; index += 1) {
      const { client, at } = arrival(index);
      refusal = admission.enter(parseIp(client) ?? assert.fail(client), at);
    }
    return Promise.resolve(refusal === undefined ? DONE : formatReply(REPLIES.tooManyConnections));
  };
}

const PROXY = '127.0.0.9';
const HEADER = 'PROXY TCP4 203.0.113.7 192.0.2.25 40001 25\r\n';

function behindProxy(context: TestContext): Promise<Running> {
  return run(context, { proxies: () => [parseCidr(PROXY) ?? assert.fail()] });
}

/** A client behind the proxy that is greeted: whoever connected before it has been accepted as well. */
async function greeted({ port }: Running): Promise<void> {
  const honest = plain(port, PROXY);
  honest.socket.write(HEADER);
  await honest.has(/^220/);
}

async function withoutHeader({ port }: Running): Promise<void> {
  await once(plain(port, PROXY).socket, 'connect');
}

async function waitForHeader(milliseconds: number, context: TestContext): Promise<string> {
  const site = await behindProxy(context);
  await withoutHeader(site);
  await greeted(site);
  site.advance(milliseconds);
  return site.events.includes('proxy.refused') ? 'closed' : DONE;
}

async function proxyConnections(count: number, context: TestContext): Promise<string> {
  const site = await behindProxy(context);
  for (let index = 1; index < count; index += 1) await withoutHeader(site);
  await greeted(site);
  return site.events.includes('proxy.refused') ? 'the oldest is closed' : DONE;
}

async function handshake(milliseconds: number, context: TestContext): Promise<string> {
  const site = await run(context, { implicitTls: true });
  const silent = plain(site.port);
  await until(() => site.listener.connections === 1);
  site.advance(milliseconds);
  const told = site.events.includes('tls.failed');
  if (told) await silent.until(() => silent.closed);
  return told ? 'closed' : DONE;
}

async function afterTheLastReply(milliseconds: number, context: TestContext): Promise<string> {
  const site = await run(context);
  const client = new Probe(connect({ port: site.port, host: '127.0.0.1', allowHalfOpen: true }));
  client.socket.write('QUIT\r\n');
  await client.has(/^221/m);
  site.advance(milliseconds);
  // What was destroyed tells of its end in the turn that follows.
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  client.socket.destroy();
  return site.admission.total === 0 ? 'closed' : DONE;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

export const CONNECTIONS = {
  'limits.connections': connecting((index) => ({ client: someNetwork(index), at: slowly(index) })),
  'limits.connectionsPerAddress': connecting((index) => ({ client: sameNetwork(index), at: slowly(index) })),
  'limits.connectionsPerSecond': connecting((index) => ({ client: someNetwork(index), at: 0 })),
  'limits.connectionsPerSecondPerAddress': connecting((index) => ({ client: sameNetwork(index), at: 0 })),
  'PROXY header': waitForHeader,
  'connections of one proxy without their header': proxyConnections,
  'TLS handshake': handshake,
  'wait for a client to close after our last reply': afterTheLastReply,
} as const satisfies Readonly<Record<string, Attempt>>;
