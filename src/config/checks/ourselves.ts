/** Hosts that mail is sent to and that are this server itself: mail would go round in circles (RFC 5321 5.1, 6.3). */
import { isLoopback, parseIp } from '../../std/mod.ts';
import type { Host, IpAddress } from '../../std/mod.ts';
import type { Config } from '../config.ts';
import type { Path } from '../positions.ts';
import type { ConfigProblem } from '../problem.ts';
import { formatHost } from '../../std/mod.ts';
import { formatEndpoint } from '../text/endpoint.ts';
import type { Endpoint } from '../text/endpoint.ts';
import { textProblem } from '../text/problem.ts';
import { problemAt } from './context.ts';
import type { CheckContext } from './context.ts';
import { isWildcard } from './listeners.ts';

export function* checkOurselves(context: CheckContext): Generator<ConfigProblem> {
  if (!context.complete('hostname')) return;
  for (const { host, path } of hostsOf(context.config)) {
    const listener = listenerAt(host, context.config);
    if (listener === undefined) continue;
    const what = `${formatHost(host)} is this server itself: listener ${listener.name} is bound to ${listener.bind}`;
    yield problemAt(context, path, textProblem(what, 'Name the host where the mail is kept.'));
  }
}

function* hostsOf({ routing }: Config): Generator<{ readonly host: Host; readonly path: Path }> {
  for (const [index, { action }] of routing.domains.entries()) {
    if (action.kind === 'forward') yield { host: action.to, path: ['routing', 'domains', index, 'forward'] };
  }
  const { outbound, inbound } = routing;
  if (outbound.kind === 'smtp') yield { host: outbound.to, path: ['routing', 'outbound', 'host'] };
  if (inbound.kind === 'lmtp' && 'host' in inbound.to)
    yield { host: inbound.to, path: ['routing', 'inbound', 'lmtp'] };
}

function listenerAt(
  host: Host,
  config: Config,
): { readonly name: string; readonly bind: string } | undefined {
  const own = config.listeners.flatMap(({ bind }) => bind.map(({ address }) => address.text));
  for (const { name, bind } of config.listeners) {
    const found = bind.find(
      (endpoint) => endpoint.port === host.port && reaches(host.host, endpoint, { config, own }),
    );
    if (found !== undefined) return { name, bind: formatEndpoint(found) };
  }
  return undefined;
}

interface Own {
  readonly config: Config;
  /** Addresses that listeners are bound to. */
  readonly own: readonly string[];
}

/** Whether a connection to `host` arrives at `endpoint`, as far as the configuration tells: names are not looked up. */
function reaches(host: string, endpoint: Endpoint, { config, own }: Own): boolean {
  if (host === config.hostname) return true;
  if (host === 'localhost') return isLoopback(endpoint.address) || isWildcard(endpoint);
  const address = parseIp(host);
  if (address === undefined) return false;
  return address.text === endpoint.address.text || (isWildcard(endpoint) && isOwn(address, endpoint, own));
}

function isOwn(address: IpAddress, wildcard: Endpoint, own: readonly string[]): boolean {
  if (address.family !== wildcard.address.family) return false;
  return isLoopback(address) || own.includes(address.text) || address.text === wildcard.address.text;
}
