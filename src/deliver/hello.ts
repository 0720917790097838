/** The peer's greeting and our introduction. */
import { parseEhlo } from '../smtp/mod.ts';
import { ask, heard, isLoss, type Channel } from './channel.ts';
import type { Unopened } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import type { Timeouts } from './timeouts.ts';
import { brokenOff, turnedAway } from './unopened.ts';

export type Extensions = ReadonlyMap<string, string>;

/** Undefined when we are welcome. */
export async function awaitGreeting(
  channel: Channel,
  endpoint: Endpoint,
  timeouts: Timeouts,
): Promise<Unopened | undefined> {
  const greeting = await heard(channel, timeouts.greeting, 'our connection');
  if (isLoss(greeting)) return brokenOff(endpoint, greeting);
  return isPositive(greeting.code) ? undefined : turnedAway(greeting);
}

/** What the peer offers after EHLO or LHLO; nothing after HELO, for servers that know no EHLO (RFC 5321 3.2). */
export async function introduce(
  channel: Channel,
  endpoint: Endpoint,
  options: { readonly hostname: string; readonly timeouts: Timeouts },
): Promise<Extensions | Unopened> {
  const { hostname, timeouts } = options;
  // RFC 2033 4.1.
  const verb = endpoint.protocol === 'lmtp' ? 'LHLO' : 'EHLO';
  const reply = await ask(channel, `${verb} ${hostname}`, timeouts.command, verb);
  if (isLoss(reply)) return brokenOff(endpoint, reply);
  if (isPositive(reply.code)) return parseEhlo(reply);
  // RFC 5321 4.1.1.1: 500 and the like mean that the server is of the old kind.
  if (verb === 'LHLO' || reply.code < 500) return turnedAway(reply);
  const old = await ask(channel, `HELO ${hostname}`, timeouts.command, 'HELO');
  if (isLoss(old)) return brokenOff(endpoint, old);
  return isPositive(old.code) ? new Map() : turnedAway(old);
}

export function isPositive(code: number): boolean {
  return code >= 200 && code < 300;
}
