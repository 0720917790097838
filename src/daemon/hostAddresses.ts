/** The addresses of and next to this machine through which others may come in the guise of one client. */
import { readHostFacts, type HostFacts } from '../check/mod.ts';
import type { HostAddress } from '../ledger/mod.ts';
import type { Clock } from '../std/mod.ts';

/** How long what was read of the machine is good for. Milliseconds. */
const FRESH = 60_000;

/** Reads them when they are asked for, and not more often than once a minute. What cannot be read is not suspected. */
export function watchHost(clock: Clock, read: () => HostFacts = readHostFacts): () => readonly HostAddress[] {
  let known: readonly HostAddress[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.now();
    if (Math.abs(now - readAt) < FRESH) return known;
    known = hostAddresses(read());
    readAt = now;
    return known;
  };
}

/**
 * A client with the address of the default gateway has been through it; one with an address of a bridge of ours comes out of a
 * container, or from outside through the proxy that publishes its ports; one with another address of ours came through a proxy
 * on this machine, unless it is a program here that does not use the loopback address.
 */
export function hostAddresses({ gateways = [], interfaces = [] }: HostFacts): readonly HostAddress[] {
  const own = interfaces.filter(({ loopback }) => !loopback);
  return [
    ...gateways.map(({ text }) => ({ address: text, kind: 'gateway' as const })),
    ...own.flatMap(({ addresses, bridge }) =>
      addresses.map(({ text }) => ({ address: text, kind: bridge ? ('bridge' as const) : ('own' as const) })),
    ),
  ];
}
