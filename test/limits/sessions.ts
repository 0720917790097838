/** Clients of one session each, in memory, with the time in our hands. */
import type { Buffer } from 'node:buffer';
import { Harness } from '../../src/session/testing/harness.ts';
import type { World } from '../../src/session/testing/services.ts';
import { DONE } from './attempt.ts';
import { INTERNET, SUBMISSION } from './defaults.ts';

export const TLS = { protocol: 'TLSv1.3', cipher: 'x' };
export const HELLO = 'EHLO a.test\r\n';
export const RCPT = 'RCPT TO:<bob@inbound.test>\r\n';
export const ENVELOPE = `MAIL FROM:<a@outside.test>\r\n${RCPT}`;
export const FROM = 'From: a@outside.test\r\n';

export function onInternet(world: Partial<World> = {}): Harness {
  return new Harness({ settings: INTERNET, ...world });
}

export async function onSubmission({ secure = true } = {}): Promise<Harness> {
  const client = new Harness({ settings: SUBMISSION });
  if (secure) client.session.secured(TLS);
  await client.send(HELLO);
  return client;
}

/** Sends octets. @returns the last reply. */
export async function last(client: Harness, octets: string | Buffer): Promise<string> {
  await client.send(octets);
  return client.replies().at(-1) ?? 'no reply';
}

export function doneIf(reply: string, expected: RegExp): string {
  return expected.test(reply) ? DONE : reply;
}

/** A client that does nothing for so many milliseconds. */
export function idle(client: Harness, milliseconds: number): string {
  client.replies();
  client.now += milliseconds;
  client.session.expire(client.now);
  return client.replies()[0] ?? DONE;
}
