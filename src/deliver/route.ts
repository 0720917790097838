/** From a target to the endpoints to try, one after the other. */
import type { AddressesAnswer, Resolver } from '../dns/mod.ts';
import { isLoopback, parseIp, type Host, type IpAddress } from '../std/mod.ts';
import { tcpEndpoint, type Endpoint, type Protection } from './endpoint.ts';
import type { RelayLogin } from './types.ts';
import { deferred, type Verdict } from './verdict.ts';

/**
 * Yields endpoints in the order to try them. Returns what holds when they did no good: that some could not be known now, or
 * that there were none; undefined when there is nothing to add to what the endpoints said.
 */
export type Route = AsyncGenerator<Endpoint, Verdict | undefined, undefined>;

export interface HostRouteOptions {
  readonly resolver: Resolver;
  readonly protocol: Endpoint['protocol'];
  readonly protectionFor: (address: IpAddress) => Protection;
  readonly login: RelayLogin | undefined;
  readonly signal: AbortSignal;
}

/** A host that the configuration names: any address will do, and there is no MX lookup. */
export async function* hostRoute(host: Host, options: HostRouteOptions): Route {
  const { protocol, protectionFor, login } = options;
  const answer = await addressesOf(host.host, options.resolver, options.signal);
  if (answer.kind === 'found') {
    for (const address of alternating(answer.addresses)) {
      const peer = { name: host.host, address: address.text, port: host.port };
      yield tcpEndpoint(protocol, peer, { protection: protectionFor(address), login, proven: true });
    }
    return undefined;
  }
  if (answer.kind === 'temporary') {
    return deferred('4.4.3', `The address of ${host.host} cannot be looked up now: ${answer.text}`);
  }
  // The administrator named this host: a name that does not resolve is a mistake to be mended, not a reason to return mail.
  return deferred('4.4.4', `${host.host}, the host that mail is to be handed to, has no address in the DNS`);
}

/** An address as such; `localhost` is this machine, whatever name servers say (RFC 6761 6.3). */
function addressesOf(
  host: string,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<AddressesAnswer> | AddressesAnswer {
  const literal = parseIp(host);
  if (literal !== undefined) return { kind: 'found', addresses: [literal], ttl: 0 };
  return host === 'localhost' ? LOCALHOST : resolver.addresses(host, signal);
}

const LOCALHOST: AddressesAnswer = {
  kind: 'found',
  addresses: ['127.0.0.1', '::1'].flatMap((text) => parseIp(text) ?? []),
  ttl: 0,
};

/** The families by turns, so that one that leads nowhere does not use up all tries. The first stays the first. */
export function alternating(addresses: readonly IpAddress[]): readonly IpAddress[] {
  if (addresses.length < 2) return addresses;
  const first = addresses.filter((address) => address.family === addresses[0]?.family);
  const second = addresses.filter((address) => address.family !== addresses[0]?.family);
  return first
    .flatMap((address, place) => [address, ...second.slice(place, place + 1)])
    .concat(second.slice(first.length));
}

/**
 * TLS as asked for. With a login it is needed and has to verify, since the password goes over it, except to this machine. Port
 * 465 means TLS from the first octet (RFC 8314 7.3).
 */
export function protectionOf(
  to: Host,
  address: IpAddress,
  options: { readonly tls: 'opportunistic' | 'off'; readonly login: RelayLogin | undefined },
): Protection {
  const strict = options.login !== undefined && !isLoopback(address);
  if (to.port === 465) return strict ? 'implicitRequired' : 'implicit';
  if (strict) return 'required';
  return options.tls === 'off' ? 'none' : 'opportunistic';
}
