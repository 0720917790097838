/** Signing in at a smarthost: RFC 4954, PLAIN (RFC 4616), and LOGIN for servers that know nothing else. */
import { readFile } from 'node:fs/promises';
import { ask, isLoss, type Channel, type Loss } from './channel.ts';
import type { ReceivedReply } from '../smtp/mod.ts';
import type { RelayLogin } from './types.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What signing in ended in. */
export type LoginResult =
  | { readonly kind: 'accepted' }
  /** The peer's reply: the credentials are wrong (535 and the like), or it cannot tell now (4xx). */
  | { readonly kind: 'refused'; readonly reply: ReceivedReply }
  /** Neither PLAIN nor LOGIN is offered. */
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'lost'; readonly loss: Loss };

/** Reads the password afresh, so that a changed file holds for the next connection. Rejects when it cannot be read. */
export async function readCredentials(login: RelayLogin): Promise<Credentials> {
  const text = await readFile(login.passwordFile, 'utf8');
  return { user: login.user, password: text.replace(/\r?\n$/, '') };
}

export async function signIn(
  channel: Channel,
  credentials: Credentials,
  options: { readonly mechanisms: string; readonly timeoutMs: number },
): Promise<LoginResult> {
  const offered = new Set(options.mechanisms.split(/\s+/).map((name) => name.toUpperCase()));
  const lines = offered.has('PLAIN')
    ? plain(credentials)
    : offered.has('LOGIN')
      ? login(credentials)
      : undefined;
  if (lines === undefined) return { kind: 'unsupported' };
  let reply: ReceivedReply | undefined;
  for (const line of lines) {
    const answer = await ask(channel, line, options.timeoutMs, 'AUTH');
    if (isLoss(answer)) return { kind: 'lost', loss: answer };
    reply = answer;
    // RFC 4954 4: 334 asks for more, everything else is the end.
    if (reply.code !== 334) break;
  }
  if (reply === undefined || reply.code === 334) return { kind: 'unsupported' };
  return reply.code === 235 ? { kind: 'accepted' } : { kind: 'refused', reply };
}

function plain({ user, password }: Credentials): readonly string[] {
  return [`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`];
}

function login({ user, password }: Credentials): readonly string[] {
  return ['AUTH LOGIN', base64(user), base64(password)];
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
