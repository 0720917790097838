/**
 * The resolver: which hosts take a domain's mail, at which addresses a host is, which names an address has, and texts.
 *
 * Limits: answers are kept for their time to live, 1 second to 1 day; "there is none" as its SOA says (RFC 2308 5), at most
 * 3 hours, and not at all without one; a failure for 5 seconds. The answer not used for longest makes room. An answer has at
 * most 100 records and 8 aliases. What may be under way at once, and wait, is bounded; a question beyond ends as `temporary`.
 */
import { randomInt } from 'node:crypto';
import { systemClock, type Clock, type Emit, type IpAddress } from '../std/mod.ts';
import type { DnsEvents } from './events.ts';
import { createExchange } from './exchange.ts';
import { createHealth } from './health.ts';
import { createLookup, type Found } from './lookup.ts';
import { foldName } from './name.ts';
import { A, AAAA, MX, PTR, TXT } from './readers.ts';
import { reverseName } from './reverse.ts';
import { parseNameServer, systemNameServers, type NameServer } from './server.ts';
import type { AddressesAnswer, ListAnswer, MxAnswer, MxHost, RandomBelow, Resolver } from './types.ts';

export interface ResolverOptions {
  /** `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:53`; the machine's own when absent. Throws on anything else. */
  readonly servers?: readonly string[];
  /** For each packet sent; 2 seconds when absent. */
  readonly timeoutMs?: number;
  /** Rounds over all servers; 2 when absent. */
  readonly attempts?: number;
  /** Records kept, of each type; an answer without any counts as one. 10,000 when absent. */
  readonly cacheRecords?: number;
  /** Questions under way at once; 200 when absent. */
  readonly concurrency?: number;
  /** Questions that wait for their turn; 5,000 when absent. */
  readonly waiting?: number;
  readonly emit?: Emit<DnsEvents>;
  readonly clock?: Clock;
  readonly random?: RandomBelow;
}

export function createResolver(options: ResolverOptions = {}): Resolver {
  const random = options.random ?? randomInt;
  const clock = options.clock ?? systemClock;
  const servers = options.servers ?? systemNameServers();
  const exchange = createExchange({
    servers: servers.map(nameServer),
    timeoutMs: options.timeoutMs ?? 2000,
    attempts: options.attempts ?? 2,
    concurrency: options.concurrency ?? 200,
    waiting: options.waiting ?? 5000,
    health: createHealth({ servers, clock, emit: options.emit ?? (() => undefined) }),
    random,
  });
  const shared = {
    exchange,
    cacheRecords: options.cacheRecords ?? 10_000,
    clock,
  };
  const a = createLookup({ ...shared, reader: A });
  const aaaa = createLookup({ ...shared, reader: AAAA });
  const mx = createLookup({ ...shared, reader: MX });
  const ptr = createLookup({ ...shared, reader: PTR });
  const txt = createLookup({ ...shared, reader: TXT });
  const lookups = [a, aaaa, mx, ptr, txt];
  const closed = new AbortController();

  return {
    async mx(domain, signal) {
      if (closed.signal.aborted) return CLOSED;
      return mxAnswer(domain, await mx.find(domain, signal), random);
    },
    async addresses(host, signal, family) {
      if (closed.signal.aborted) return CLOSED;
      if (family === 4) return addressesAnswer([await a.find(host, signal)]);
      if (family === 6) return addressesAnswer([await aaaa.find(host, signal)]);
      return addressesAnswer(await Promise.all([aaaa.find(host, signal), a.find(host, signal)]));
    },
    async names(address, signal) {
      if (closed.signal.aborted) return CLOSED;
      return listAnswer(await ptr.find(reverseName(address), signal));
    },
    async texts(name, signal) {
      if (closed.signal.aborted) return CLOSED;
      return listAnswer(await txt.find(name, signal));
    },
    async [Symbol.asyncDispose]() {
      closed.abort();
      await Promise.all(lookups.map((lookup) => lookup.close()));
    },
  };
}

const CLOSED = { kind: 'temporary', text: 'the resolver is closed' } as const;

function nameServer(text: string): NameServer {
  const server = parseNameServer(text);
  if (server === undefined)
    throw new Error(`Cannot use ${JSON.stringify(text)} as a name server: not an IP address`);
  return server;
}

function mxAnswer(domain: string, found: Found<MxHost>, random: RandomBelow): MxAnswer {
  if (found.kind === 'noData') {
    // RFC 5321 5.1: without MX records the domain itself is the host, with preference 0.
    return {
      kind: 'found',
      hosts: [{ host: foldName(domain), preference: 0 }],
      implicit: true,
      ttl: found.ttl,
    };
  }
  if (found.kind === 'nxDomain') return { kind: 'nxDomain' };
  if (found.kind === 'temporary') return found;
  const hosts = found.records.filter((record) => record.host !== '.');
  // RFC 7505 3: a root exchange stands alone. Beside others it is a mistake and names no host.
  if (hosts.length === 0) return { kind: 'nullMx' };
  return { kind: 'found', hosts: inOrder(hosts, random), implicit: false, ttl: found.ttl };
}

/** RFC 5321 5.1: by preference; the load is spread over hosts of the same preference by chance. */
function inOrder(hosts: readonly MxHost[], random: RandomBelow): readonly MxHost[] {
  if (hosts.length === 1) return hosts;
  return hosts
    .map((host) => ({ host, draw: random(0x7fff_ffff) }))
    .sort((left, right) => left.host.preference - right.host.preference || left.draw - right.draw)
    .map(({ host }) => host);
}

function listAnswer(found: Found<string>): ListAnswer {
  if (found.kind === 'found') return { kind: 'found', records: found.records, ttl: found.ttl };
  return found.kind === 'temporary' ? found : { kind: found.kind };
}

function addressesAnswer(found: readonly Found<IpAddress>[]): AddressesAnswer {
  const addresses: IpAddress[] = [];
  let ttl = Number.MAX_SAFE_INTEGER;
  for (const answer of found) {
    if (answer.kind !== 'found') continue;
    addresses.push(...answer.records);
    ttl = Math.min(ttl, answer.ttl);
  }
  if (addresses.length > 0) return { kind: 'found', addresses, ttl };
  const temporary = found.find((answer) => answer.kind === 'temporary');
  if (temporary !== undefined) return temporary;
  // Some servers say "no such name" when only that type is missing; the name exists if either family says so.
  return found.every((answer) => answer.kind === 'nxDomain') ? { kind: 'nxDomain' } : { kind: 'noData' };
}
