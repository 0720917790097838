/**
 * Connections of proxies whose header has not come yet. They have no session and no place among the admitted; of each proxy only
 * so many wait, and where there are more, the one that has waited the longest ends: a proxy sends its header at once, so whoever
 * waits long is stuck, and none of those can keep out one that is not.
 */
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { IpAddress } from '../std/mod.ts';
import { readProxyHeader, type ProxyHeader } from './proxyHeader.ts';

/** So many connections of one proxy wait for their header, for each listener. */
export const MOST_WAITING = 256;

export type GoodHeader = Extract<ProxyHeader, { kind: 'own' | 'client' }>;

/** Why a connection of a proxy ends before its header was read. */
export type HeaderFailure =
  | { readonly reason: 'absent' | 'late' | 'crowded' }
  | { readonly reason: 'malformed'; readonly why: string }
  /** It was closed; not worth telling. */
  | { readonly reason: 'gone' };

export type HeaderOutcome = GoodHeader | HeaderFailure;

interface Waiting {
  readonly socket: Socket;
  readonly since: number;
  readonly end: (outcome: HeaderOutcome) => void;
}

export class HeaderWaits {
  /** By the address of the proxy, the one that has waited the longest first. */
  readonly #proxies = new Map<string, Set<Waiting>>();

  get size(): number {
    return [...this.#proxies.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Reads the header; `done` is called once. With a header the socket is paused and what came behind it is in front of what will
   * be read next; without one it has been destroyed. `now` is in milliseconds since the epoch.
   */
  add(socket: Socket, proxy: IpAddress, now: number, done: (outcome: HeaderOutcome) => void): void {
    const all = this.#proxies.get(proxy.text) ?? new Set<Waiting>();
    this.#proxies.set(proxy.text, all);
    let octets: Buffer = Buffer.alloc(0);
    const gone = (): void => end({ reason: 'gone' });
    const take = (chunk: Buffer): void => {
      octets = Buffer.concat([octets, chunk]);
      const header = readProxyHeader(octets);
      if (header.kind === 'incomplete') return;
      if (header.kind === 'absent') return end({ reason: 'absent' });
      if (header.kind === 'malformed') return end({ reason: 'malformed', why: header.why });
      end(header);
    };
    const end = (outcome: HeaderOutcome): void => {
      all.delete(waiting);
      if (all.size === 0) this.#proxies.delete(proxy.text);
      for (const name of ['end', 'close', 'error'] as const) socket.off(name, gone);
      socket.off('data', take);
      if ('length' in outcome) giveBack(socket, octets.subarray(outcome.length));
      else socket.on('error', () => undefined).destroy();
      done(outcome);
    };
    const waiting = { socket, since: now, end };
    all.add(waiting);
    for (const name of ['end', 'close', 'error'] as const) socket.on(name, gone);
    socket.on('data', take);
    const [oldest] = all;
    if (all.size > MOST_WAITING) oldest?.end({ reason: 'crowded' });
  }

  /** Ends those that have waited longer than `patience` milliseconds. */
  expire(now: number, patience: number): void {
    for (const { since, end } of this.#all()) if (now > since + patience) end({ reason: 'late' });
  }

  /** Ends all. */
  clear(): void {
    for (const { end } of this.#all()) end({ reason: 'gone' });
  }

  #all(): readonly Waiting[] {
    return [...this.#proxies.values()].flatMap((all) => [...all]);
  }
}

/** Whoever reads next, TLS or a session, begins with these octets. */
export function giveBack(socket: Socket, octets: Buffer): void {
  socket.pause();
  if (octets.length > 0) socket.unshift(octets);
}
