/** Accepted domains and send connectors of Exchange as routes and the way out. */
import { isTextProblem, parseHost } from '../../config/mod.ts';
import { formatHost } from '../../std/mod.ts';
import type { Draft, DraftRoute } from '../draft.ts';
import type { Remarks } from '../remarks.ts';
import { formatOrigin } from '../types.ts';
import type { AcceptedDomain, Organisation, SendConnector } from './objects.ts';

export function routesOf({ domains, send }: Organisation, remarks: Remarks): readonly DraftRoute[] {
  if (domains.length === 0) return [];
  const seen = new Set<string>();
  return domains.flatMap((accepted) => {
    const route = routeOf(accepted, send, remarks);
    if (route === undefined) return [];
    const below = accepted.below && !accepted.domain.startsWith('*.');
    const routes = below ? [route, { ...route, domain: `*.${route.domain}` }] : [route];
    return routes.filter(({ domain }) => !seen.has(domain) && seen.add(domain));
  });
}

const TYPES = {
  authoritative: 'Authoritative',
  internalRelay: 'InternalRelay',
  externalRelay: 'ExternalRelay',
} as const;

function routeOf(
  accepted: AcceptedDomain,
  send: readonly SendConnector[],
  remarks: Remarks,
): DraftRoute | undefined {
  const { domain, type, where } = accepted;
  const what = `accepted domain ${domain} (${TYPES[type]})`;
  const comment = `${formatOrigin(where)} ${TYPES[type]}`;
  if (domain === '*') {
    const why = 'Every domain is accepted there, from everybody: an open relay.';
    remarks.left({ what, where, why, remedy: 'Name the domains under routing.domains.' });
    return undefined;
  }
  if (type === 'authoritative') return { domain, action: ['inbound', true], comment };
  const host = smartHostFor(domain, send, remarks);
  if (host !== undefined) {
    return { domain, action: ['forward', host.host], comment: `${comment}, ${host.comment}` };
  }
  if (type === 'externalRelay') return { domain, action: ['alwaysRelay', true], comment };
  remarks.left({
    what,
    where,
    why: 'Exchange keeps some of its recipients and sends the others on, and no send connector in the export says where.',
    remedy: `Write { domain: ${domain}, forward: "HOST:25" } with the host that has the others, or inbound: true.`,
  });
  return undefined;
}

interface SmartHost {
  readonly host: string;
  readonly comment: string;
}

/** The host to which a send connector made for this domain, not for all, sends it. */
function smartHostFor(
  domain: string,
  send: readonly SendConnector[],
  remarks: Remarks,
): SmartHost | undefined {
  const found = connectorFor(domain, send);
  return found === undefined || found.space === '*' ? undefined : firstHost(found.connector, remarks);
}

/** The most specific address space that fits, of the connectors that are on. */
function connectorFor(
  domain: string,
  send: readonly SendConnector[],
): { readonly connector: SendConnector; readonly space: string } | undefined {
  const fitting = send
    .filter(({ enabled }) => enabled)
    .flatMap((connector) => connector.spaces.map((space) => ({ connector, space })))
    .filter(({ space }) => space === '*' || space === domain || fitsBelow(domain, space));
  return fitting.toSorted((one, other) => other.space.length - one.space.length)[0];
}

function fitsBelow(domain: string, space: string): boolean {
  return space.startsWith('*.') && domain.endsWith(space.slice(1));
}

function firstHost(connector: SendConnector, remarks: Remarks): SmartHost | undefined {
  const { name, where, smartHosts, port } = connector;
  const [first, ...others] = smartHosts;
  if (first === undefined) return undefined;
  const host = parseHost(first.includes(':') && !first.startsWith('[') ? `[${first}]` : first, { port });
  if (isTextProblem(host)) {
    remarks.left({
      what: `smart host ${first} of ${name}`,
      where,
      why: `It cannot be read: ${host.problem}.`,
    });
    return undefined;
  }
  if (others.length > 0) {
    remarks.left({
      what: `${others.length} more smart hosts of ${name}: ${others.join(', ')}`,
      where,
      why: 'A route has one host.',
      remedy: 'Use a name that has the addresses of all of them.',
    });
  }
  return { host: formatHost(host), comment: `${formatOrigin(where)} send connector ${name}` };
}

/** The way out, and what send connectors do that routes cannot. */
export function outboundOf({ send, domains }: Organisation, remarks: Remarks): Pick<Draft, 'outbound'> {
  for (const connector of send) tellSpaces(connector, domains, remarks);
  const connector = connectorFor('*', send)?.connector;
  if (connector === undefined) return {};
  const host = firstHost(connector, remarks);
  if (host === undefined) return {};
  if (connector.signsIn) {
    remarks.left({
      what: `the account with which ${connector.name} signs in at ${host.host}`,
      where: connector.where,
      why: 'Its name and password are not in the export.',
      remedy: 'Add login: { user: NAME, passwordFile: FILE } to routing.outbound.',
    });
  }
  return { outbound: host };
}

/** A forward takes mail from everybody; a send connector only says where mail goes that was accepted. */
function tellSpaces(connector: SendConnector, domains: readonly AcceptedDomain[], remarks: Remarks): void {
  if (!connector.enabled || connector.smartHosts.length === 0) return;
  const others = connector.spaces.filter(
    (space) => space !== '*' && !domains.some(({ domain }) => domain === space || fitsBelow(domain, space)),
  );
  if (others.length === 0) return;
  remarks.left({
    what: `send connector ${connector.name} for ${others.join(', ')}`,
    where: connector.where,
    why: 'A forward would take mail for these domains from everybody, and Exchange took it only from clients that may relay. They go where other mail goes.',
    remedy: 'Add a forward where the domain is one of yours.',
  });
}
