/** TLS on a connection: STARTTLS (RFC 3207) or from the first octet (RFC 8314). */
import { ask, isLoss, type Channel, type Loss } from './channel.ts';
import { startTls } from './connect.ts';
import type { Unopened } from './connection.ts';
import type { Endpoint, Protection } from './endpoint.ts';
import type { Timeouts } from './timeouts.ts';
import { brokenOff, turnedAway, unwilling } from './unopened.ts';
import { deferred } from './verdict.ts';

/** An agreed protection. */
export interface Tls {
  /** `TLSv1.3`. */
  readonly version: string;
  readonly verified: boolean;
  /** Why it did not verify; empty when it did. */
  readonly problem: string;
}

export interface ProtectOptions {
  readonly protection: Protection;
  readonly authorities: readonly string[] | undefined;
  readonly timeouts: Timeouts;
}

/** `clear`: none was offered or granted, and none is needed. */
export type Protected = Tls | 'clear' | { readonly kind: 'failed'; readonly loss: Loss } | Unopened;

export async function startTlsCommand(
  channel: Channel,
  endpoint: Endpoint,
  options: ProtectOptions & { readonly offered: boolean },
): Promise<Protected> {
  if (options.protection === 'none') return 'clear';
  const required = options.protection === 'required';
  if (!options.offered) return required ? noTls(endpoint) : 'clear';
  const reply = await ask(channel, 'STARTTLS', options.timeouts.command);
  if (isLoss(reply)) return brokenOff(endpoint, reply);
  if (reply.code !== 220) return required ? turnedAway(reply) : 'clear';
  return await handshake(channel, endpoint, options);
}

export async function handshake(
  channel: Channel,
  endpoint: Endpoint,
  { protection, authorities, timeouts }: ProtectOptions,
): Promise<Exclude<Protected, 'clear'>> {
  const secured = await channel.upgrade(
    (socket) => startTls(socket, endpoint, authorities),
    timeouts.connect,
  );
  if ('cause' in secured) {
    return secured.cause === 'ours' ? brokenOff(endpoint, secured) : { kind: 'failed', loss: secured };
  }
  const error: unknown = secured.authorizationError;
  const tls = {
    version: secured.getProtocol() ?? 'TLS',
    verified: secured.authorized,
    problem: secured.authorized ? '' : String(error),
  };
  const strict = protection === 'required' || protection === 'implicitRequired';
  return strict && !tls.verified ? notVerified(endpoint, tls) : tls;
}

function noTls(endpoint: Endpoint): Unopened {
  const words = `${endpoint.remote} does not offer STARTTLS, and the password is not sent in clear text`;
  return unwilling(deferred('4.7.0', words), { elsewhere: true, answered: true });
}

function notVerified(endpoint: Endpoint, tls: Tls): Unopened {
  const words = `The certificate of ${endpoint.remote} does not verify (${tls.problem}), so the password is not sent`;
  return unwilling(deferred('4.7.5', words), { elsewhere: true, answered: true });
}
