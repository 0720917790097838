/** From what was written to what is used: places, absolute paths, and the defaults that depend on other values. */
import { isAbsolute, join } from 'node:path';
import { postmasterAt } from '../mail/mod.ts';
import type { Mailbox } from '../mail/mod.ts';
import type { PolicySource } from '../policy/mod.ts';
import type { ScreenSource } from '../screen/mod.ts';
import type { Config, InboundDelivery, OutboundDelivery, TestConfig } from './config.ts';
import type { Path, Positions } from './positions.ts';
import type { Written } from './schema/root.ts';
import type { WrittenTest } from './schema/tests.ts';

export interface Surroundings {
  /** The file as it was named. */
  readonly file: string;
  /** What relative paths start from. */
  readonly folder: string;
  /** Processor cores, for the number of workers. */
  readonly cores: number;
}

export function resolveConfig(
  written: Written,
  positions: Positions,
  { file, folder, cores }: Surroundings,
): Config {
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const at = <Item>(path: Path, items: readonly Item[]) =>
    items.map((item, index) => ({ ...item, place: positions.at([...path, index]) }));
  const data = absolute(written.data);
  const { routing, relay, tls, log } = written;
  return {
    file,
    hostname: written.hostname,
    data,
    workers: written.workers ?? Math.max(1, cores - 1),
    postmaster: written.postmaster ?? postmasterOf(written),
    listeners: listenersOf(written, positions),
    proxies: written.proxies,
    xclient: at(['xclient'], written.xclient),
    xforward: written.xforward,
    clients: {
      ...written.clients,
      accept: at(['clients', 'accept'], written.clients.accept),
      refuse: at(['clients', 'refuse'], written.clients.refuse),
    },
    filters: at(['filters'], written.filters),
    guard: written.guard,
    etrn: at(['etrn'], written.etrn),
    routing: {
      reroute: routing.reroute,
      domains: at(['routing', 'domains'], routing.domains),
      literals: routing.literals.map((literal, index) => ({
        literal,
        place: positions.at(['routing', 'literals', index]),
      })),
      outbound: outboundOf(routing.outbound, absolute),
      inbound: inboundOf(routing.inbound ?? { kind: 'maildir', folder: join(data, 'mail') }, absolute),
    },
    relay: {
      never: at(['relay', 'never'], relay.never),
      allow: at(['relay', 'allow'], relay.allow),
      suspectGateway: relay.suspectGateway,
      gatewayNames: relay.gatewayNames,
    },
    accounts: {
      defaultDomain: written.accounts.defaultDomain,
      ntDomains: new Map(Object.entries(written.accounts.ntDomains)),
      sendAs: written.accounts.sendAs,
      sendAsExempt: written.accounts.sendAsExempt,
      mayAlsoSendAs: new Map(Object.entries(written.accounts.mayAlsoSendAs)),
    },
    tls: {
      files: tls.files && { certificate: absolute(tls.files.certificate), key: absolute(tls.files.key) },
      minVersion: tls.minVersion,
    },
    limits: written.limits,
    timeouts: written.timeouts,
    queue: { ...written.queue, warnAfter: warnAfterOf(written, positions) },
    delivery: written.delivery,
    dns: { servers: undefined, ...written.dns },
    history: written.history,
    log: { level: log.level, file: log.file === undefined ? undefined : absolute(log.file) },
    tests: written.tests.map((test, index) => testOf(test, positions, index)),
  };
}

/** The policy of a configuration, as `compilePolicy()` takes it. */
export function policySource(config: Config): PolicySource {
  const { routing, relay, postmaster, hostname } = config;
  return {
    reroute: routing.reroute,
    routes: routing.domains,
    never: relay.never,
    allow: relay.allow,
    postmasterDomain: isDomain(postmaster.domain) ? postmaster.domain : hostname,
    literals: routing.literals,
  };
}

/** What is asked beside the policy, as `compileScreen()` takes it. */
export function screenSource({ clients, filters, accounts, routing, relay, proxies }: Config): ScreenSource {
  return {
    clients,
    filters,
    accounts,
    routes: routing.domains,
    grants: relay.allow,
    proxies: proxies.map(({ range }) => range),
  };
}

function isDomain(domain: Mailbox['domain']): domain is Config['hostname'] {
  return !domain.startsWith('[');
}

/** RFC 5321 4.5.1: every domain of ours has a postmaster. */
function postmasterOf({ routing, hostname }: Written): Mailbox {
  const inbound = routing.domains.find(({ action, subdomains }) => action.kind === 'inbound' && !subdomains);
  return postmasterAt(inbound?.domain ?? hostname);
}

function listenersOf(written: Written, positions: Positions): Config['listeners'] {
  const [first, ...others] = written.listeners;
  const placed = ([name, listener]: typeof first) => ({
    ...listener,
    name,
    place: positions.keyAt(['listeners', name]),
  });
  return [placed(first), ...others.map(placed)];
}

/** The default makes no sense for a queue that expires sooner; what is written is checked instead. */
function warnAfterOf({ queue }: Written, positions: Positions): number | undefined {
  const { warnAfter, expire } = queue;
  if (warnAfter === 'never') return undefined;
  return warnAfter < expire || positions.has(['queue', 'warnAfter']) ? warnAfter : undefined;
}

type Absolute = (path: string) => string;

function outboundOf(written: OutboundDelivery, absolute: Absolute): OutboundDelivery {
  if (written.kind === 'maildir') return { ...written, folder: absolute(written.folder) };
  if (written.kind !== 'smtp' || written.login === undefined) return written;
  const { login } = written;
  return { ...written, login: { ...login, passwordFile: absolute(login.passwordFile) } };
}

function inboundOf(written: InboundDelivery, absolute: Absolute): InboundDelivery {
  if (written.kind === 'maildir') return { ...written, folder: absolute(written.folder) };
  return 'path' in written.to ? { ...written, to: { path: absolute(written.to.path) } } : written;
}

/** Without the keys that are not there, for `exactOptionalPropertyTypes`. */
function testOf(written: WrittenTest, positions: Positions, index: number): TestConfig {
  const { name, from, toAddress, listener, account, sender, recipient, at, expect, by, because } = written;
  return {
    ...(name === undefined ? {} : { name }),
    from,
    ...(toAddress === undefined ? {} : { toAddress }),
    ...(listener === undefined ? {} : { listener }),
    ...(account === undefined ? {} : { account }),
    ...(sender === undefined ? {} : { sender: sender.path }),
    recipient,
    ...(at === undefined ? {} : { at }),
    expect,
    ...(by === undefined ? {} : { by }),
    ...(because === undefined ? {} : { because }),
    place: positions.at(['tests', index]),
  };
}
