/**
 * Delivery over LMTP (RFC 2033), on a UNIX socket or TCP. For us it is final delivery, so the Return-Path line is added here
 * (RFC 5321 4.4).
 */
import type { Resolver } from '../dns/mod.ts';
import { systemClock, type Clock, type Emit } from '../std/mod.ts';
import { along } from './along.ts';
import { socketEndpoint, type Endpoint } from './endpoint.ts';
import type { DeliverEvents } from './events.ts';
import { messageOf } from './message.ts';
import { createOpener } from './opener.ts';
import { createPool } from './pool.ts';
import { hostRoute, type Route } from './route.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from './timeouts.ts';
import type { Courier, Target } from './types.ts';
import type { Verdict } from './verdict.ts';

export interface LmtpCourierOptions {
  readonly hostname: string;
  /** For a server that is named by host. */
  readonly resolver: Resolver;
  /** Connections to one server at a time. */
  readonly connectionsPerHost: number;
  /** How long a connection rests before it is closed, milliseconds. */
  readonly idleMs: number;
  readonly emit: Emit<DeliverEvents>;
  /** The system's unless given. */
  readonly clock?: Clock;
  /** What differs from RFC 5321 4.5.3.2. */
  readonly timeouts?: Partial<Timeouts>;
}

const IDLE_LIMIT = 200;
const MESSAGES_PER_CONNECTION = 1000;

/** Handles the target `lmtp`. */
export function createLmtpCourier(options: LmtpCourierOptions): Courier {
  const { hostname, resolver, emit, clock = systemClock } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const pool = createPool({
    open: createOpener({ hostname, timeouts, sourceAddresses: [], authorities: undefined, emit }),
    perEndpoint: options.connectionsPerHost,
    idleMs: options.idleMs,
    idleLimit: IDLE_LIMIT,
    messagesPerConnection: MESSAGES_PER_CONNECTION,
    quitMs: timeouts.quit,
  });

  function routeTo(target: Target, signal: AbortSignal): Route {
    if (target.kind !== 'lmtp') throw new Error(`The LMTP courier cannot deliver to ${target.kind}`);
    if ('path' in target.to) return only(socketEndpoint(target.to.path));
    const shared = { protocol: 'lmtp', login: undefined } as const;
    return hostRoute(target.to, { ...shared, resolver, signal, protectionFor: () => 'none' });
  }

  return {
    async attempt(attempt, signal) {
      const preamble = Buffer.from(`Return-Path: <${attempt.sender}>\r\n`);
      const { message, recipients, outcomes } = messageOf(attempt, preamble);
      if (recipients.length === 0) return outcomes;
      const shared = { pool, timeouts, clock, emit, signal, patient: true };
      const tried = await along(routeTo(attempt.target, signal), message, recipients, shared);
      return outcomes.length === 0 ? tried : [...outcomes, ...tried];
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

async function* only(endpoint: Endpoint): AsyncGenerator<Endpoint, Verdict | undefined, undefined> {
  yield endpoint;
  return undefined;
}
