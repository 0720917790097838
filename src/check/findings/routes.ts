/** Routes that lead back to this server, and routes that take in or let through more than was meant. */
import { formatHost, parseIp } from '../../std/mod.ts';
import type { Host } from '../../std/mod.ts';
import type { Place, RouteSource } from '../../policy/mod.ts';
import { formatEndpoint } from '../../config/mod.ts';
import type { Config } from '../../config/mod.ts';
import type { Proof } from '../../proof/mod.ts';
import type { Draft, Scene } from '../types.ts';
import { isMailProvider } from './providers.ts';
import { isRegistrySuffix } from './suffixes.ts';

/**
 * Mail that is sent to an address of this host, at a port that a listener has there, comes back for ever. What the configuration alone
 * tells is an error of the configuration; this knows the addresses of the host. Names are not looked up.
 */
export function* toOurselves({ config, host }: Scene): Generator<Draft> {
  const own = new Set((host?.interfaces ?? []).flatMap(({ addresses }) => addresses.map(({ text }) => text)));
  for (const { to, place, what } of hostsOf(config)) {
    const address = parseIp(to.host);
    if (address === undefined || !own.has(address.text)) continue;
    const listener = config.listeners.find(({ bind }) =>
      bind.some(
        (endpoint) =>
          endpoint.port === to.port &&
          endpoint.address.family === address.family &&
          ['0.0.0.0', '::', address.text].includes(endpoint.address.text),
      ),
    );
    if (listener === undefined) continue;
    yield {
      place,
      message: `${what} goes to ${formatHost(to)}, which is this server itself: ${address.text} is an address of this host, and listener ${listener.name} is bound to ${listener.bind.map(formatEndpoint).join(', ')}`,
      remedy: 'Name the host where the mail is kept.',
    };
  }
}

function* hostsOf({ file, routing }: Config): Generator<{
  readonly to: Host;
  readonly place: Place;
  readonly what: string;
}> {
  for (const route of routing.domains) {
    if (route.action.kind === 'forward')
      yield { to: route.action.to, place: route.place, what: `mail for ${pattern(route)}` };
  }
  const place = { file, line: 1, column: 1 };
  const { outbound, inbound } = routing;
  if (outbound.kind === 'smtp')
    yield { to: outbound.to, place, what: 'mail for other domains (routing.outbound)' };
  if (inbound.kind === 'lmtp' && 'host' in inbound.to)
    yield { to: inbound.to, place, what: 'mail for mailboxes here (routing.inbound)' };
}

function pattern({ domain, subdomains }: RouteSource): string {
  return subdomains ? `*.${domain}` : domain;
}

/** `*.com` as a domain that anyone may relay to. */
export function* wildcardRelays({ config, proof }: Scene): Generator<Draft> {
  for (const route of strangersBelow(config)) {
    if (route.action.kind !== 'alwaysRelay' || isOpening(route, proof)) continue;
    yield {
      place: route.place,
      message: `${pattern(route)} lets everybody relay to every domain below ${route.domain}, which are not yours; example: b@other.${route.domain}`,
      remedy: `Name the domains that are meant, such as partner.${route.domain}.`,
    };
  }
}

/** `*.com` as a domain of ours. */
export function* wildcardTakes({ config, proof }: Scene): Generator<Draft> {
  for (const route of strangersBelow(config)) {
    if (route.action.kind === 'alwaysRelay' || isOpening(route, proof)) continue;
    yield {
      place: route.place,
      message: `${pattern(route)} takes the mail for every domain below ${route.domain} for yours; example: b@other.${route.domain} would not reach its owner`,
      remedy: `Name the domains that are meant, such as contoso.${route.domain}.`,
    };
  }
}

/** What the proof has found already needs no finding. */
function isOpening({ place }: RouteSource, { openings }: Proof): boolean {
  return openings.some(
    (opening) =>
      opening.kind === 'everyDomainBelow' &&
      opening.rule.kind === 'route' &&
      opening.rule.place.line === place.line &&
      opening.rule.place.column === place.column,
  );
}

function strangersBelow({ routing }: Config): readonly RouteSource[] {
  return routing.domains.filter(({ subdomains, domain }) => subdomains && isRegistrySuffix(domain));
}

export function* toProviders({ config }: Scene): Generator<Draft> {
  for (const route of config.routing.domains) {
    if (route.action.kind !== 'alwaysRelay' || !isMailProvider(route.domain)) continue;
    yield {
      place: route.place,
      message: `anyone can send to everybody at ${pattern(route)} through this server; that is a large part of the world, and the abuse will be yours`,
      remedy: 'Remove the route: those who hold a grant can send there without it.',
    };
  }
}
