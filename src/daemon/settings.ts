/** From the configuration to what each part is given. Pure. */
import { formatEndpoint, type Config, type ListenerConfig } from '../config/mod.ts';
import type { SmtpCourierOptions, Timeouts } from '../deliver/mod.ts';
import type { FactsSettings } from '../facts/mod.ts';
import type { AdmissionLimits } from '../listener/mod.ts';
import type { Settings as ScheduleSettings } from '../schedule/mod.ts';
import type { ListenerSettings, Offers } from '../session/mod.ts';
import { inRange, type IpRange } from '../std/mod.ts';

/** Messages and octets of bodies that a worker keeps in memory; the rest waits on the disk. */
const ACTIVE = { messages: 20_000, bytes: 64 * 1024 * 1024 };
/** Attempts in flight in a worker, over all destinations. */
const ATTEMPTS_IN_FLIGHT = 200;

/** More attempts than connections, so that the next message is at hand, and its commands go out with the last one's content. */
const ATTEMPTS_PER_CONNECTION = 2;
/** Seconds: how far in the future a message may be released (RFC 4865), 30 days. */
const FURTHEST_RELEASE = 30 * 24 * 60 * 60;

export function listenerSettings(config: Config, listener: ListenerConfig): ListenerSettings {
  return {
    name: listener.name,
    purpose: listener.purpose,
    hostname: config.hostname,
    auth: listener.auth,
    authWithoutTls: listener.authWithoutTls,
    tlsAvailable: listener.tls !== 'none',
    greetingDelay: listener.greetingDelay,
    offers: offers(config, listener),
    mayXclient: (client) => config.xclient.some((range) => inRange(client, range)),
    mayXforward: (client) => config.xforward.some((range) => inRange(client, range)),
    mayTurn: ({ client, account }) =>
      config.etrn.some(
        ({ from, accounts }) =>
          from.some((range) => inRange(client, range)) ||
          (account !== undefined && accounts.includes(account)),
      ),
    compat: listener.compat,
    limits: config.limits,
    timeouts: config.timeouts,
  };
}

function offers({ etrn }: Config, { purpose }: ListenerConfig): Offers {
  const submission = purpose === 'submission';
  return {
    smtpUtf8: true,
    chunking: true,
    dsn: true,
    requireTls: true,
    limits: true,
    etrn: etrn.length > 0 && purpose !== 'lmtp',
    deliverBy: submission,
    futureRelease: submission ? { maxSeconds: FURTHEST_RELEASE } : undefined,
  };
}

/** What is asked of DNS about clients. */
export function factsSettings({ clients }: Config): FactsSettings {
  return {
    lists: clients.dnsLists.map(({ zone, answers }) => ({ zone, answers })),
    reverseName: clients.reverseName !== 'off',
  };
}

export function admissionLimits({ limits }: Config): AdmissionLimits {
  return limits;
}

/** Whose connections begin with a PROXY header. */
export function announcingProxies({ proxies }: Config): readonly IpRange[] {
  return proxies.filter(({ header }) => header === 'proxy').map(({ range }) => range);
}

export function scheduleSettings({
  queue,
  delivery,
}: Config): Pick<ScheduleSettings, 'retry' | 'concurrency' | 'active'> {
  return {
    retry: { delaysMs: queue.retry, expireMs: queue.expire, warnAfterMs: queue.warnAfter },
    concurrency: {
      total: ATTEMPTS_IN_FLIGHT,
      perDestination: ATTEMPTS_PER_CONNECTION * delivery.connectionsPerHost,
    },
    active: ACTIVE,
  };
}

/** What every courier that connects is given. */
export function connectionSettings({
  hostname,
  delivery,
}: Config): Pick<SmtpCourierOptions, 'hostname' | 'connectionsPerHost' | 'idleMs'> & { timeouts: Timeouts } {
  const { connectionsPerHost, idle, timeouts } = delivery;
  return { hostname, connectionsPerHost, idleMs: idle, timeouts };
}

export function smtpSettings({
  delivery,
  listeners,
  routing,
}: Config): Pick<SmtpCourierOptions, 'tls' | 'ownAddresses' | 'mayReach'> {
  return {
    tls: delivery.tls,
    ownAddresses: listeners.flatMap(({ bind }) => bind.map(formatEndpoint)),
    mayReach: routing.outbound.kind === 'mx' ? routing.outbound.mayReach : [],
  };
}
