/** Delivery over SMTP: to a host that the configuration names, or to a domain's mail hosts. */
import type { Resolver } from '../dns/mod.ts';
import { systemClock, type Clock, type Emit, type IpRange } from '../std/mod.ts';
import { along } from './along.ts';
import type { DeliverEvents } from './events.ts';
import { messageOf } from './message.ts';
import { mxRoute } from './mxRoute.ts';
import { createOpener } from './opener.ts';
import { createPool } from './pool.ts';
import { createReach } from './reach.ts';
import { hostRoute, protectionOf, type Route } from './route.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from './timeouts.ts';
import type { Courier, Target } from './types.ts';

export interface SmtpCourierOptions {
  /** How we introduce ourselves, and the name that shows us in an MX record. */
  readonly hostname: string;
  readonly resolver: Resolver;
  /** STARTTLS where it is offered, or never. A login needs TLS in any case. */
  readonly tls: 'opportunistic' | 'off';
  /** Connections to one address of one host at a time. */
  readonly connectionsPerHost: number;
  /** How long a connection rests before it is closed, milliseconds. */
  readonly idleMs: number;
  /** Where our own listeners are bound: `192.0.2.1:25`, `[::]:25`. */
  readonly ownAddresses: readonly string[];
  /** Loopback, private and special addresses that an MX record may lead to; none unless named. */
  readonly mayReach: readonly IpRange[];
  readonly emit: Emit<DeliverEvents>;
  /** What differs from RFC 5321 4.5.3.2. */
  readonly timeouts?: Partial<Timeouts>;
  /** Messages on one connection before it is closed; 1000 when absent. */
  readonly messagesPerConnection?: number;
  /** Addresses of ours to connect from, at most one for each family. */
  readonly sourceAddresses?: readonly string[];
  /** Certificates (PEM) to trust instead of the system's. */
  readonly authorities?: readonly string[];
  /** The system's unless given. */
  readonly clock?: Clock;
  /** The port of MX hosts; 25 when absent. */
  readonly mxPort?: number;
}

/** Resting connections to all hosts together. */
const IDLE_LIMIT = 200;
const SMTP_PORT = 25;

/** Handles the targets `smtp` and `mx`. */
export function createSmtpCourier(options: SmtpCourierOptions): Courier {
  const { hostname, resolver, tls, emit, clock = systemClock } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const port = options.mxPort ?? SMTP_PORT;
  const standing = createReach({ ownAddresses: options.ownAddresses, mayReach: options.mayReach, port });
  const open = createOpener({
    hostname,
    timeouts,
    sourceAddresses: options.sourceAddresses ?? [],
    authorities: options.authorities,
    emit,
  });
  const pool = createPool({
    open,
    perEndpoint: options.connectionsPerHost,
    idleMs: options.idleMs,
    idleLimit: IDLE_LIMIT,
    messagesPerConnection: options.messagesPerConnection ?? 1000,
    quitMs: timeouts.quit,
  });

  function routeTo(target: Target, signal: AbortSignal): Route {
    if (target.kind === 'mx') {
      const protection = tls === 'off' ? 'none' : 'opportunistic';
      return mxRoute(target.domain, { hostname, resolver, port, protection, standing, emit, signal });
    }
    if (target.kind !== 'smtp') throw new Error(`The SMTP courier cannot deliver to ${target.kind}`);
    const { to, login } = target;
    return hostRoute(to, {
      resolver,
      protocol: 'smtp',
      protectionFor: (address) => protectionOf(to, address, { tls, login }),
      login,
      signal,
    });
  }

  return {
    async attempt(attempt, signal) {
      const { target } = attempt;
      const { message, recipients, outcomes } = messageOf(attempt);
      if (recipients.length === 0) return outcomes;
      const patient = target.kind === 'smtp';
      const route = routeTo(target, signal);
      const shared = { pool, timeouts, clock, emit, signal, patient };
      const tried = await along(route, message, recipients, shared);
      return outcomes.length === 0 ? tried : [...outcomes, ...tried];
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
